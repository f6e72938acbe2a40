//! A target: a parser, inputs to begin with, and what must hold for all others.

/// A parser of what a stranger sends, and what must hold for it.
#[derive(Debug)]
pub struct Target {
    /// The name of its program in `fuzz/fuzz_targets`.
    pub name: &'static str,
    /// Inputs from which others are made by changes.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// What means something to the parser.
    pub pieces: &'static [&'static [u8]],
    /// Returns whether the parser accepts the input. Panics if something does not hold.
    pub check: fn(&[u8]) -> bool,
}
