//! An app on a real server.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, mpsc},
    thread,
};

use actix_service::{
    IntoServiceFactory as _, ServiceFactoryExt as _,
    boxed::{self, BoxServiceFactory},
};
use actix_web::{
    App, Error, HttpServer,
    body::MessageBody,
    dev::{AppConfig, ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse},
};

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
        $crate::support::TestApp::serve(move || {
            $crate::support::boxed_app(
                actix_web::App::new().configure($configure)$(.wrap($wrap))*
            )
        })
    };
}

/// An app, whatever its services and middlewares are: the server is compiled once for all of them.
pub type BoxedApp = BoxServiceFactory<AppConfig, actix_http::Request, ServiceResponse, Error, ()>;

pub fn boxed_app<T, B>(app: App<T>) -> BoxedApp
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    boxed::factory(app.into_factory().map(ServiceResponse::map_into_boxed_body))
}

impl TestApp {
    /// Serves this app over HTTP/1.1.
    pub fn serve(create_app: impl Fn() -> BoxedApp + Send + 'static) -> Self {
        Self::start(Box::new(create_app), None, false)
    }

    /// Serves this app at another address, too.
    pub fn serve_also_at(
        other: TcpListener,
        create_app: impl Fn() -> BoxedApp + Send + 'static,
    ) -> Self {
        Self::start(Box::new(create_app), Some(other), false)
    }

    /// Serves this app over HTTP/1.1 and HTTP/2.
    pub fn serve_http_2(create_app: impl Fn() -> BoxedApp + Send + 'static) -> Self {
        Self::start(Box::new(create_app), None, true)
    }

    /// Runs the server in its own thread.
    fn start(
        create_app: Box<dyn Fn() -> BoxedApp + Send>,
        other: Option<TcpListener>,
        http_2: bool,
    ) -> Self {
        // The server's workers share it.
        let create_app = Arc::new(Mutex::new(create_app));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || create_app.lock().unwrap()())
                    .workers(1)
                    .disable_signals()
                    .shutdown_timeout(1);
                let server = if http_2 {
                    server.listen_auto_h2c(listener).unwrap()
                } else {
                    server.listen(listener).unwrap()
                };
                let server = match other {
                    Some(other) => server.listen(other).unwrap(),
                    None => server,
                };
                let server = server.run();
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
