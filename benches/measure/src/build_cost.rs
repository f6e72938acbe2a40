//! What actix-login adds to the build of an app that has actix-web and actix-session already.

use std::{collections::BTreeSet, env, fs, path::Path, process::Command, time::Instant};

use report::{folder, publish, table};

use crate::{Result, arguments::Arguments, figures::Figures};

const PROFILES: [(&str, &str); 2] = [("dev", "cargo build"), ("release", "cargo build --release")];

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let (without, with) = (crates(false)?, crates(true)?);
    let added: Vec<&str> = with.difference(&without).map(String::as_str).collect();
    let mut rows = vec![vec![
        "crates".to_owned(),
        without.len().to_string(),
        with.len().to_string(),
        added.len().to_string(),
    ]];
    if !arguments.crates_only {
        for (profile, command) in PROFILES {
            rows.push(seconds(profile, command, arguments.rounds)?);
        }
        rows.push(handlers(arguments.rounds)?);
    }
    let header = ["", "without", "with actix-login", "added"];
    let text = format!("{}\n\nAdded: {}.", table(&header, &rows), added.join(", "));
    publish("build cost", &text, arguments.write)?;
    Ok(())
}

fn cargo(command: &str, login: bool) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args([command, "--locked", "--package", "build-cost"]);
    if login {
        cargo.args(["--features", "login"]);
    }
    cargo.current_dir(folder());
    cargo
}

/// All crates that are compiled: `name version`.
fn crates(login: bool) -> Result<BTreeSet<String>> {
    let tree = cargo("tree", login)
        .args(["--edges", "normal,build", "--prefix", "none", "--no-dedupe"])
        .args(["--format", "{p}"])
        .output()?;
    if !tree.status.success() {
        return Err(String::from_utf8_lossy(&tree.stderr).into());
    }
    let words = |line: &str| {
        let mut words = line.split(' ');
        let (name, version) = (words.next()?, words.next()?);
        Some(format!("{name} {}", version.trim_start_matches('v')))
    };
    Ok(String::from_utf8(tree.stdout)?
        .lines()
        .filter_map(words)
        .collect())
}

/// Seconds of clean builds, with and without in turn.
fn seconds(profile: &str, command: &str, rounds: usize) -> Result<Vec<String>> {
    let mut measured = [Figures::default(), Figures::default()];
    for round in 1..=rounds {
        for (login, figures) in [false, true].into_iter().zip(&mut measured) {
            eprintln!("round {round} of {rounds}: {command}, login {login}");
            figures.add(clean_build(profile, login)?);
        }
    }
    let [without, with] = measured;
    let text = |value: f64| format!("{value:.1}");
    Ok(vec![
        format!("`{command}`, seconds"),
        without.text(text),
        with.text(text),
        text(with.median() - without.median()),
    ])
}

/// Seconds to build the app alone, with a hundred handlers: plain, and guarded.
fn handlers(rounds: usize) -> Result<Vec<String>> {
    const VARIANTS: [&str; 2] = ["login,handlers", "login,handlers,guarded"];
    let target = folder().join("target/build-cost");
    let mut measured = [Figures::default(), Figures::default()];
    // The first round builds the dependencies too.
    for round in 0..=rounds {
        for (features, figures) in VARIANTS.into_iter().zip(&mut measured) {
            eprintln!("round {round} of {rounds}: {features}");
            let mut cargo = cargo("clean", false);
            cargo.arg("--quiet").arg("--target-dir").arg(&target);
            if round > 0 && !cargo.status()?.success() {
                return Err("the app could not be cleaned".into());
            }
            let seconds = build(&["--features", features], &target)?;
            if round > 0 {
                figures.add(seconds);
            }
        }
    }
    fs::remove_dir_all(&target)?;
    let [plain, guarded] = measured;
    let text = |value: f64| format!("{value:.1}");
    Ok(vec![
        "100 handlers, plain and guarded: `cargo build` of the app alone, seconds".to_owned(),
        plain.text(text),
        guarded.text(text),
        text(guarded.median() - plain.median()),
    ])
}

fn clean_build(profile: &str, login: bool) -> Result<f64> {
    let target = folder().join("target/build-cost");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let features: &[&str] = if login { &["--features", "login"] } else { &[] };
    let seconds = build(&[&["--profile", profile], features].concat(), &target)?;
    fs::remove_dir_all(&target)?;
    Ok(seconds)
}

/// Seconds of one build.
fn build(arguments: &[&str], target: &Path) -> Result<f64> {
    let start = Instant::now();
    let status = cargo("build", false)
        .args(arguments)
        .args(["--quiet", "--target-dir"])
        .arg(target)
        .status()?;
    if !status.success() {
        return Err("the app could not be built".into());
    }
    Ok(start.elapsed().as_secs_f64())
}
