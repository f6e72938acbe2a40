//! Instructions per request, by valgrind's callgrind.

use std::{env, fs, process::Command};

use crate::{Result, requests::Case};

/// So many requests, and twice as many: what the second run has more is theirs alone.
const REQUESTS: u64 = 200;

/// The instructions of one request of the case.
pub(crate) fn per_request(case: &Case) -> Result<u64> {
    let (once, twice) = (count(case, REQUESTS)?, count(case, 2 * REQUESTS)?);
    Ok(twice.saturating_sub(once) / REQUESTS)
}

fn count(case: &Case, requests: u64) -> Result<u64> {
    let program = env::current_exe()?;
    // One name for all: callgrind_annotate shows the last run's functions.
    let counts = program.with_file_name("callgrind.out");
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg("--toggle-collect=*requests::counted_answer*")
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(program)
        .args(["--run", &case.name(), &requests.to_string()])
        .output()
        .map_err(|error| format!("instructions are counted by valgrind: {error}"))?;
    if !run.status.success() {
        return Err(String::from_utf8_lossy(&run.stderr).into());
    }
    let counts = fs::read_to_string(counts)?;
    let total = counts
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))
        .ok_or("callgrind wrote no totals")?;
    Ok(total.trim().parse()?)
}
