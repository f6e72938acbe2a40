//! The property runs: each check on a bounded number of inputs, which proptest makes of the seeds.
//!
//! ```text
//! FUZZ_INPUTS=2000000 cargo test --release -p actix-login fuzzing -- --nocapture
//! ```
//!
//! The inputs are the same in each run, unless `PROPTEST_RNG_SEED` is another number. A failure prints
//! the smallest input that proptest finds, and the command that runs into it again.

use std::{cell::Cell, fmt, time::Instant};

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    prop_oneof,
    sample::{Index, select},
    test_runner::{Config, RngSeed, TestRunner},
};

use super::*;

/// Inputs of each target, unless `FUZZ_INPUTS` says how many.
const INPUTS: u32 = 4_000;
const SEED: u64 = 1;

#[derive(Clone)]
struct Input(Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Some bytes replaced by others.
#[derive(Debug, Clone)]
struct Change {
    at: Index,
    cut: usize,
    new: Vec<u8>,
}

impl Change {
    fn apply(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let at = self.at.index(bytes.len() + 1);
        let end = bytes.len().min(at + self.cut);
        bytes.splice(at..end, self.new.iter().copied());
        bytes
    }
}

/// A seed with one to three changes.
fn inputs(target: &Target) -> impl Strategy<Value = Input> {
    let byte = prop_oneof![4 => b' '..=b'~', 1 => any::<u8>()];
    let new = prop_oneof![
        1 => Just(Vec::new()),
        3 => vec(byte, 1..3),
        3 => select(target.pieces).prop_map(<[u8]>::to_vec),
    ];
    // Now and then a long one, for the bounds.
    let times = prop_oneof![40 => Just(1_usize), 1 => 2..2000_usize];
    let cut = prop_oneof![8 => 0..4_usize, 1 => 0..2000_usize];
    let change = (any::<Index>(), cut, new, times).prop_map(|(at, cut, new, times)| Change {
        at,
        cut,
        new: new.repeat(times),
    });
    (select((target.seeds)()), vec(change, 1..=3)).prop_map(|(seed, changes)| {
        Input(
            changes
                .iter()
                .fold(seed, |bytes, change| change.apply(bytes)),
        )
    })
}

/// Runs the check of the target on as many inputs as asked for.
fn run(target: &Target) {
    let cases = std::env::var("FUZZ_INPUTS").map_or(INPUTS, |inputs| inputs.parse().unwrap());
    let mut config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => SEED,
    };
    config.rng_seed = RngSeed::Fixed(seed);

    let name = target.name;
    let seeds = (target.seeds)();
    let accepted = Cell::new(0_u32);
    let began = Instant::now();
    let result = TestRunner::new(config).run(&inputs(target), |input| {
        let is_accepted = (target.check)(&input.0) && !seeds.contains(&input.0);
        accepted.update(|accepted| accepted + u32::from(is_accepted));
        Ok(())
    });
    if let Err(failure) = result {
        panic!(
            "{name}: {failure}\nagain: PROPTEST_RNG_SEED={seed} FUZZ_INPUTS={cases} \
             cargo test -p actix-login fuzzing::runs::{name}"
        );
    }
    let accepted = accepted.get();
    let per_second = f64::from(cases) / began.elapsed().as_secs_f64();
    println!(
        "{name}: {cases} inputs, {accepted} accepted that are no seeds, {per_second:.0} per second"
    );
    // Otherwise the run would say little.
    assert!(cases < INPUTS || (1..cases).contains(&accepted));
}

#[test]
fn cookie_header() {
    run(&COOKIE_HEADER);
}

#[test]
fn flask_cookie() {
    run(&FLASK_COOKIE);
}

#[test]
fn forwarded() {
    run(&FORWARDED);
}

#[test]
fn next() {
    run(&NEXT);
}

#[test]
fn origin() {
    run(&ORIGIN);
}

#[test]
fn record() {
    run(&RECORD);
}

#[test]
fn token() {
    run(&TOKEN);
}
