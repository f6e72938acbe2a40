//! Worlds of browsers, thieves and failing stores, in which invariants must hold.
//!
//! A seed determines a world: its set-up, the history of its users, and the order in which overlapping
//! requests run. Beside it a model knows what each cookie is worth by the documentation. The idea is
//! that of FoundationDB's simulation.
//!
//! `cargo test -p actix-login-simulation` runs a bounded number of worlds. Environment:
//!
//! - `SIMULATION_SEEDS`: how many worlds.
//! - `SIMULATION_SECONDS`: for how long instead.
//! - `SIMULATION_FIRST`: the first seed, 0 by default.
//! - `SIMULATION_FAILURES`: after how many failures it stops, 1 by default.
//! - `SIMULATION_STRICT`: also reports what `known.rs` excuses.
//! - `SIMULATION_SEED`: replays one seed, and shrinks it if it fails. `SIMULATION_KEEP`: the atoms of
//!   the shrunk history, as the report prints them.

mod app;
mod browser;
mod clock;
mod effects;
mod ending;
mod figures;
mod history;
mod invariants;
mod known;
mod model;
mod random;
mod runs;
mod scheduler;
mod session_store;
mod settings;
mod shrink;
mod store;
mod thief;
mod truth;
mod users;
mod world;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        println!("simulation: test");
        return ExitCode::SUCCESS;
    }
    // `cargo test word` is for the tests with that word in their path.
    let mut words = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'));
    if words.clone().next().is_some() && !words.any(|word| "simulation".contains(word.as_str())) {
        return ExitCode::SUCCESS;
    }
    runs::run()
}
