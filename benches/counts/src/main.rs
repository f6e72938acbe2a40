//! What a request costs in instructions and allocations, counted in-process: numbers that a busy
//! machine does not change.
//!
//! ```sh
//! cargo run --release -p counts              # prints the table; its instructions need valgrind
//! cargo run --release -p counts -- --write   # and puts it into README.md and allocations.txt
//! cargo run --release -p counts -- --check   # fails where a request allocates more than there
//! ```

mod allocations;
mod allocator;
mod instructions;
mod requests;
mod run;
mod steps;
mod table;

use std::{env, error::Error, process::ExitCode};

use crate::requests::{CASES, STEPS, step_case};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[actix_web::main]
async fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => table::print(false).await?,
        ["--write"] => {
            allocations::keep().await?;
            table::print(true).await?;
        }
        ["--check"] => return allocations::check().await,
        // What valgrind runs.
        ["--run", name, count] => {
            let steps = STEPS.map(step_case);
            let case = CASES.iter().chain(&steps).find(|case| case.name() == name);
            run::run(case.ok_or("no such case")?, count.parse()?).await?;
        }
        _ => return Err("usage: counts [--write | --check]".into()),
    }
    Ok(ExitCode::SUCCESS)
}
