//! Runs many worlds, and reports the one that fails.

use std::{
    collections::BTreeSet,
    env,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use actix_web::rt::System;

use crate::{
    figures::Figures, history::History, invariants::Violation, shrink::shrink, world::live,
};

/// How many worlds run if nothing else is said: some twenty seconds without optimization.
const WORLDS: u64 = 1_000;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| {
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number"))
    })
}

pub fn run() -> ExitCode {
    if let Some(seed) = number("SIMULATION_SEED") {
        return replay(seed);
    }
    let first = number("SIMULATION_FIRST").unwrap_or(0);
    let seconds = number("SIMULATION_SECONDS").map(Duration::from_secs);
    let worlds = number("SIMULATION_SEEDS");
    let worlds = worlds.unwrap_or(if seconds.is_some() { u64::MAX } else { WORLDS });
    let started = Instant::now();
    let next = AtomicU64::new(0);
    let wanted = number("SIMULATION_FAILURES").unwrap_or(1) as usize;
    let has_failed = AtomicBool::new(false);
    let figures = Mutex::new(Figures::default());
    let failures = Mutex::new(BTreeSet::new());
    let is_over = || {
        has_failed.load(Ordering::Relaxed) || seconds.is_some_and(|end| started.elapsed() >= end)
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                System::new().block_on(async {
                    let mut own = Figures::default();
                    while !is_over() {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= worlds {
                            break;
                        }
                        let seed = first + number;
                        let (world, violation) = live(&History::of(seed));
                        own.add(&world.figures);
                        if violation.is_some() {
                            let mut failures = failures.lock().unwrap();
                            failures.insert(seed);
                            has_failed.store(failures.len() >= wanted, Ordering::Relaxed);
                        }
                    }
                    figures.lock().unwrap().add(&own);
                });
            });
        }
    });
    let figures = figures.into_inner().unwrap();
    let elapsed = started.elapsed();
    let rate = figures.worlds() as f64 / elapsed.as_secs_f64();
    println!(
        "{figures}\n{} worlds in {elapsed:.1?}, {rate:.0} a second",
        figures.worlds()
    );
    let failures = failures.into_inner().unwrap();
    if !failures.is_empty() {
        for seed in failures {
            replay(seed);
        }
        return ExitCode::FAILURE;
    }
    let missing = figures.missing();
    if !missing.is_empty() {
        println!("never exercised: {}", missing.join("; "));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Runs one seed, and shrinks its history if it fails.
fn replay(seed: u64) -> ExitCode {
    System::new().block_on(async {
        let history = History::of(seed);
        let kept = env::var("SIMULATION_KEEP").ok();
        let kept: Option<BTreeSet<usize>> =
            kept.map(|kept| kept.split(',').filter_map(|atom| atom.trim().parse().ok()).collect());
        let all = (0..history.atoms).collect();
        let (world, violation) = live(&history.kept(kept.as_ref().unwrap_or(&all)));
        let Some(violation) = violation else {
            report(seed, &history, &world.log, None);
            println!("seed {seed}: all invariants hold");
            return ExitCode::SUCCESS;
        };
        if kept.is_some() {
            report(seed, &history, &world.log, Some(&violation));
            return ExitCode::FAILURE;
        }
        let kept = shrink(&history, violation.invariant);
        let (world, violation) = live(&history.kept(&kept));
        report(seed, &history, &world.log, violation.as_ref());
        let atoms: Vec<String> = kept.iter().map(usize::to_string).collect();
        println!(
            "replay: SIMULATION_SEED={seed} SIMULATION_KEEP={} cargo test -p actix-login-simulation",
            atoms.join(",")
        );
        ExitCode::FAILURE
    })
}

fn report(seed: u64, history: &History, log: &[String], violation: Option<&Violation>) {
    println!("\nseed {seed}\n{:#?}", history.settings);
    for (number, line) in log.iter().enumerate() {
        println!("{:>4}. {line}", number + 1);
    }
    if let Some(violation) = violation {
        println!("broken: {:?}: {}", violation.invariant, violation.seen);
    }
}
