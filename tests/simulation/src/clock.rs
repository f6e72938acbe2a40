//! The time of a world, and the order of what happens in it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A point in the life of a world. Two points in the same second differ in `step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Counts what the scheduler does.
    pub step: u64,
    /// Seconds since 1970.
    pub time: u64,
}

/// Clones are the same clock.
#[derive(Clone)]
pub struct Clock {
    time: Arc<AtomicU64>,
    step: Arc<AtomicU64>,
}

impl Clock {
    pub fn new() -> Self {
        Self {
            time: Arc::new(AtomicU64::new(1_700_000_000)),
            step: Arc::default(),
        }
    }

    pub fn now(&self) -> Moment {
        Moment {
            step: self.step.load(Ordering::Relaxed),
            time: self.time.load(Ordering::Relaxed),
        }
    }

    pub fn advance(&self, seconds: u64) {
        self.time.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Moves to the next step, and returns it.
    pub fn next_step(&self) -> Moment {
        self.step.fetch_add(1, Ordering::Relaxed);
        self.now()
    }

    pub fn reader(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let time = Arc::clone(&self.time);
        move || UNIX_EPOCH + Duration::from_secs(time.load(Ordering::Relaxed))
    }
}
