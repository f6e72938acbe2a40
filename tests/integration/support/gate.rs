//! A gate that holds a request, so that other requests overlap with it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use actix_web::rt::time::sleep;

const PATIENCE: Duration = Duration::from_secs(20);

/// Holds every request that passes it until it is opened. Clones are the same gate.
#[derive(Clone, Default)]
pub struct Gate {
    reached: Arc<AtomicBool>,
    open: Arc<AtomicBool>,
}

impl Gate {
    /// Waits until a request has reached the gate. Panics if none does.
    pub fn wait_until_reached(&self) {
        let start = Instant::now();
        while !self.reached.load(Ordering::SeqCst) {
            assert!(start.elapsed() < PATIENCE, "no request reaches the gate");
            thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
    }

    pub async fn pass(&self) {
        self.reached.store(true, Ordering::SeqCst);
        while !self.open.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(2)).await;
        }
    }
}
