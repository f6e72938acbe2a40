//! A counter that a test shares with its app.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Counts from 0. Clones share their count.
#[derive(Clone, Default)]
pub struct Count(Arc<AtomicUsize>);

impl Count {
    pub fn add(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}
