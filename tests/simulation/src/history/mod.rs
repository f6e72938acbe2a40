//! The history of a world: what its browsers, thieves and administrators do, and what goes wrong.
//!
//! A seed determines it before the world starts, so that any part of it can be left out, and the rest
//! replayed. Each step and each mishap is an *atom*, with a number of its own.

mod action;
mod event;
mod writer;

use std::collections::BTreeSet;

use self::writer::Writer;
pub use self::{action::Action, event::Event};
use crate::{random::Random, scheduler::PlannedFailure, settings::Settings};

#[derive(Debug, Clone)]
pub enum Step {
    Request {
        sender: Sender,
        action: Action,
        mishap: Mishap,
    },
    Event(Event),
    /// Owner and thief of a remember cookie use it in turns.
    Standoff {
        thief: usize,
        browser: usize,
        seed: u64,
    },
}

#[derive(Debug, Clone, Copy)]
pub enum Sender {
    Browser(usize),
    Thief {
        thief: usize,
        /// Which of the stolen cookies are sent; none, if that is hidden.
        session: Option<u64>,
        remember: Option<u64>,
        /// Whose address and `User-Agent` are sent; none: the thief's own.
        imitates: Option<usize>,
    },
    Administrator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    None,
    /// A call fails.
    Fails(PlannedFailure),
    /// The request is dropped at this wait.
    Dropped {
        wait: u32,
    },
    /// The browser never gets the response.
    Lost,
}

/// Steps that overlap, in an order that `schedule` determines.
#[derive(Debug, Clone)]
pub struct Batch {
    pub steps: Vec<Step>,
    pub schedule: u64,
}

#[derive(Debug, Clone)]
pub struct History {
    pub settings: Settings,
    pub batches: Vec<Batch>,
    /// How many parts it has that can be left out.
    pub atoms: usize,
}

impl History {
    /// The history of a seed.
    pub fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let settings = Settings::random(&mut random);
        let count = random.between(15, 60);
        let writer = Writer {
            settings: &settings,
        };
        let batches: Vec<Batch> = (0..count).map(|_| writer.batch(&mut random)).collect();
        let atoms = 2 * batches.iter().map(|batch| batch.steps.len()).sum::<usize>();
        Self {
            settings,
            batches,
            atoms,
        }
    }

    /// The history with these atoms alone: an even number is a step, the next one its mishap.
    pub fn kept(&self, atoms: &BTreeSet<usize>) -> Self {
        let mut next = 0;
        let mut kept = self.clone();
        for batch in &mut kept.batches {
            let mut steps = Vec::new();
            for mut step in batch.steps.drain(..) {
                if let Step::Request { mishap, .. } = &mut step
                    && !atoms.contains(&(next + 1))
                {
                    *mishap = Mishap::None;
                }
                if atoms.contains(&next) {
                    steps.push(step);
                }
                next += 2;
            }
            batch.steps = steps;
        }
        kept.batches.retain(|batch| !batch.steps.is_empty());
        kept
    }
}
