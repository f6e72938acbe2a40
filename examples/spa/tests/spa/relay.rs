//! A relay in front of the app, which can cut all connections.

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

pub struct Relay {
    listener: TcpListener,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    pub fn bind() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            connections: Arc::default(),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap())
    }

    /// Passes everything on to the app at this URL.
    pub fn start(&self, app_url: &str) {
        let address = app_url.trim_start_matches("http://").to_owned();
        let listener = self.listener.try_clone().unwrap();
        let connections = Arc::clone(&self.connections);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(app) = TcpStream::connect(&address) else {
                    return;
                };
                connections
                    .lock()
                    .unwrap()
                    .push(client.try_clone().unwrap());
                copy(client.try_clone().unwrap(), app.try_clone().unwrap());
                copy(app, client);
            }
        });
    }

    /// As when a network goes away for a moment.
    pub fn cut(&self) {
        for connection in self.connections.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}
