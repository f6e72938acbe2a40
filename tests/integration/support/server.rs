//! An app on a real server.

use std::{
    net::{SocketAddr, TcpListener},
    sync::mpsc,
    thread,
};

use actix_web::dev::ServerHandle;

use super::browser::Browser;

/// An app on its own server, which stops when this is dropped.
pub struct TestApp {
    address: SocketAddr,
    handle: ServerHandle,
}

/// Starts `App::new()` with these services and middlewares on a free port, one worker:
/// `serve!(configure, wrap1, wrap2, …)`; the last wrap is the outermost. Each is evaluated in the
/// worker, so it may hold clones of what is outside.
#[macro_export]
macro_rules! serve {
    ($configure:expr $(, $wrap:expr)* $(,)?) => {
        $crate::support::TestApp::start(move |listener| {
            actix_web::HttpServer::new(move || {
                actix_web::App::new().configure($configure)$(.wrap($wrap))*
            })
            .workers(1)
            .disable_signals()
            .shutdown_timeout(1)
            .listen(listener)
            .map(|server| server.run())
        })
    };
}

impl TestApp {
    /// Runs the server that `serve` creates from a listener, in its own thread.
    pub fn start(
        serve: impl FnOnce(TcpListener) -> std::io::Result<actix_web::dev::Server> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = serve(listener).unwrap();
                send.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self {
            address,
            handle: receive.recv().unwrap(),
        }
    }

    /// A browser without any cookies.
    pub fn browser(&self) -> Browser {
        Browser::at(self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Not awaited: a test that has its responses does not have to wait for the workers.
        drop(self.handle.stop(false));
    }
}
