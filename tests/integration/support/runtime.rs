//! Runtimes for code that needs no request.

use std::{sync::mpsc, thread};

use actix_web::rt::System;

/// Runs a future that needs no request.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    System::new().block_on(future)
}

/// Runs `make` on a runtime that keeps running: a connection lives only as long as the runtime that
/// it was made on.
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
