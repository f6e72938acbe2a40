//! Runtimes for what needs no request.

use std::{sync::mpsc, thread};

use actix_web::rt::System;

/// Runs what needs no request.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    System::new().block_on(future)
}

/// What `make` makes, on a runtime that goes on: a connection lives as long as the one that it was
/// made on.
pub fn on_runtime<T: Send + 'static>(make: impl AsyncFnOnce() -> T + Send + 'static) -> T {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        System::new().block_on(async move {
            send.send(make().await).ok();
            std::future::pending::<()>().await
        });
    });
    receive.recv().unwrap()
}
