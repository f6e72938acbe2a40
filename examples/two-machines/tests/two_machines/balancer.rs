//! A load balancer: each request goes to the next machine, with the address of the browser appended.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use example_support::Site;

#[derive(Clone)]
pub struct Balancer {
    pub address: SocketAddr,
    machines: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Balancer {
    /// It runs as long as the program.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let balancer = Self {
            address: listener.local_addr().unwrap(),
            machines: Arc::default(),
        };
        let own = balancer.clone();
        thread::spawn(move || {
            let turn = Arc::new(AtomicUsize::new(0));
            for client in listener.incoming() {
                let (own, turn) = (own.clone(), Arc::clone(&turn));
                thread::spawn(move || own.forward(client.unwrap(), &turn));
            }
        });
        balancer
    }

    pub fn use_machines(&self, sites: &[Site]) {
        let addresses = sites
            .iter()
            .map(|site| site.url.trim_start_matches("http://"));
        *self.machines.lock().unwrap() = addresses.map(|url| url.parse().unwrap()).collect();
    }

    fn forward(&self, mut client: TcpStream, turn: &AtomicUsize) {
        let Some(request) = read_request(&mut client) else {
            return;
        };
        let response = self.connect(turn).and_then(|mut machine| {
            machine.write_all(&request).ok()?;
            let mut response = Vec::new();
            machine.read_to_end(&mut response).ok()?;
            (!response.is_empty()).then_some(response)
        });
        let bad_gateway = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n".to_vec();
        let _ = client.write_all(&response.unwrap_or(bad_gateway));
    }

    /// To the machine whose turn it is, or the other one if nothing listens there.
    fn connect(&self, turn: &AtomicUsize) -> Option<TcpStream> {
        let mut machines = self.machines.lock().unwrap().clone();
        let first = turn.fetch_add(1, Ordering::Relaxed) % machines.len();
        machines.rotate_left(first);
        machines
            .into_iter()
            .find_map(|address| TcpStream::connect(address).ok())
    }
}

fn read_request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let address = client.peer_addr().ok()?.ip();
    let mut client = BufReader::new(client);
    let mut request = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        client.read_line(&mut line).ok()?;
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim_end().parse().ok()?;
        }
        if line.trim_end().is_empty() {
            break;
        }
        request.push_str(&line);
    }
    request.push_str(&format!("X-Forwarded-For: {address}\r\n\r\n"));
    let mut request = request.into_bytes();
    client.take(length).read_to_end(&mut request).ok()?;
    Some(request)
}
