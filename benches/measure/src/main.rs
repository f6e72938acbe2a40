//! Loads the servers, and prints what they did.
//!
//! ```sh
//! cargo run --release -p measure -- compare      # the servers side by side
//! cargo run --release -p measure -- stack        # with PostgreSQL and Redis
//! cargo run --release -p measure -- scaling      # actix-login under more of everything
//! cargo run --release -p measure -- growth       # its stores with more and more in them
//! cargo run --release -p measure -- build-cost   # what it adds to a build
//! ```
//!
//! `--write` puts the tables into README.md, and the plots beside it. `--rounds` and
//! `--seconds` say how long it takes.

mod arguments;
mod build_cost;
mod client;
mod compare;
mod databases;
mod figures;
mod growth;
mod load;
mod plot;
mod proxy;
mod scaling;
mod server;
mod soak;
mod stack;

use std::{env, error::Error};

use crate::arguments::Arguments;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "\
usage: measure compare | stack | scaling | growth | build-cost
    [--write] [--rounds <number>] [--seconds <number>] [--crates-only]";

fn main() -> Result<()> {
    let mut words = env::args().skip(1);
    let command = words.next();
    match command.as_deref() {
        Some("compare") => compare::run(&Arguments::read(words, 8, 4.0)?),
        Some("stack") => stack::run(&Arguments::read(words, 4, 3.0)?),
        Some("scaling") => scaling::run(&Arguments::read(words, 3, 3.0)?),
        // So long the traffic lasts.
        Some("growth") => growth::run(&Arguments::read(words, 1, 600.0)?),
        Some("build-cost") => build_cost::run(&Arguments::read(words, 2, 0.0)?),
        // What `load.rs` starts where there is no wrk.
        Some("load") => load::generate_from_arguments(words),
        _ => Err(USAGE.into()),
    }
}
