//! Counts how often a program waits for its database: a proxy between the two.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use crate::Result;

pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    round_trips: Arc<AtomicU64>,
}

impl Proxy {
    /// Its threads end with their connections, and the last one with the process.
    pub(crate) fn start(database: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let proxy = Self {
            address: listener.local_addr()?,
            round_trips: Arc::default(),
        };
        let round_trips = Arc::clone(&proxy.round_trips);
        thread::spawn(move || {
            for client in listener.incoming().map_while(std::io::Result::ok) {
                let round_trips = Arc::clone(&round_trips);
                if let Ok(server) = TcpStream::connect(database) {
                    let _ = connect(client, server, round_trips);
                }
            }
        });
        Ok(proxy)
    }

    pub(crate) fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::SeqCst)
    }
}

fn connect(
    client: TcpStream,
    server: TcpStream,
    round_trips: Arc<AtomicU64>,
) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    // A round trip is what the client sends after it has heard from the server.
    let heard = Arc::new(AtomicBool::new(true));
    let answered = Arc::clone(&heard);
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        copy(from, to, || {
            if answered.swap(false, Ordering::SeqCst) {
                round_trips.fetch_add(1, Ordering::SeqCst);
            }
        })
    });
    thread::spawn(move || copy(server, client, || heard.store(true, Ordering::SeqCst)));
    Ok(())
}

fn copy(mut from: TcpStream, mut to: TcpStream, each: impl Fn()) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        each();
        if to
            .write_all(buffer.get(..read).unwrap_or_default())
            .is_err()
        {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
