//! The allocations that a request may have: those in `allocations.txt`.

use std::{fmt::Write as _, fs, path::PathBuf, process::ExitCode};

use crate::{Result, requests::CASES, run::allocated};

const HEADING: &str = "\
# Allocations per request. `cargo run --release -p counts -- --check` fails where one has grown;
# `--write` puts down the numbers as they are.
";

fn file() -> PathBuf {
    report::folder().join("counts/allocations.txt")
}

/// Writes the numbers down as they are.
pub(crate) async fn keep() -> Result<()> {
    let mut text = HEADING.to_owned();
    for case in &CASES {
        writeln!(text, "{} = {}", case.name(), allocated(case).await?.times)?;
    }
    Ok(fs::write(file(), text)?)
}

/// Fails where a number is above the one that was written down, or none was.
pub(crate) async fn check() -> Result<ExitCode> {
    let text = fs::read_to_string(file())?;
    let mut outcome = ExitCode::SUCCESS;
    for case in &CASES {
        let (name, now) = (case.name(), allocated(case).await?.times);
        let kept = text.lines().find_map(|line| {
            let (kept_name, number) = line.split_once(" = ")?;
            (kept_name == name).then(|| number.parse::<u64>().ok())?
        });
        match kept {
            Some(kept) if now == kept => println!("{name}: {now} allocations"),
            Some(kept) if now < kept => {
                println!("{name}: {now} allocations, down from {kept}: write it down by --write");
            }
            _ => {
                let kept = kept.map_or("none".to_owned(), |kept| kept.to_string());
                eprintln!("{name}: {now} allocations, and {kept} are allowed");
                outcome = ExitCode::FAILURE;
            }
        }
    }
    Ok(outcome)
}
