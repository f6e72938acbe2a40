//! A gate that holds a request, so that other requests overlap with it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use actix_web::rt::time::sleep;

/// Holds every request that passes it until it is opened. Clones are the same gate.
#[derive(Clone, Default)]
pub struct Gate {
    reached: Arc<AtomicBool>,
    open: Arc<AtomicBool>,
}

impl Gate {
    /// Waits until a request has reached the gate.
    pub fn wait_until_reached(&self) {
        while !self.reached.load(Ordering::SeqCst) {
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
