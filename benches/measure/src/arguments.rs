//! The flags that all commands share.

use std::{str::FromStr, time::Duration};

use crate::{Result, USAGE};

pub(crate) struct Arguments {
    /// Whether README.md gets what is printed.
    pub(crate) write: bool,
    /// How many times everything is measured; the median counts.
    pub(crate) rounds: usize,
    /// How long each measurement takes.
    pub(crate) time: Duration,
    /// Whether a build's cost is counted in crates alone.
    pub(crate) crates_only: bool,
}

impl Arguments {
    pub(crate) fn read(
        mut words: impl Iterator<Item = String>,
        rounds: usize,
        seconds: f64,
    ) -> Result<Self> {
        let mut arguments = Self {
            write: false,
            rounds,
            time: Duration::try_from_secs_f64(seconds)?,
            crates_only: false,
        };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--write" => arguments.write = true,
                "--crates-only" => arguments.crates_only = true,
                "--rounds" => arguments.rounds = value::<usize>(words.next())?.max(1),
                "--seconds" => {
                    arguments.time = Duration::try_from_secs_f64(value(words.next())?)?;
                }
                _ => return Err(USAGE.into()),
            }
        }
        Ok(arguments)
    }
}

fn value<T: FromStr>(word: Option<String>) -> Result<T> {
    let value = word.and_then(|word| word.parse().ok());
    value.ok_or_else(|| USAGE.into())
}
