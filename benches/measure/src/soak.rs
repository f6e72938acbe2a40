//! Mixed traffic for ten minutes: logins, pages, restored logins, thefts and logouts, with the memory of
//! the server sampled meanwhile.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    Result,
    client::{connect, head_of_request},
    server::{self, Server},
};

const USERS: u64 = 1_000;
const THREADS: u64 = 8;

/// The cookies of a browser that was closed and opened again.
const REMEMBER: &str = "remember_token";

pub(crate) struct Soak {
    /// Seconds since the start, and MiB.
    pub(crate) samples: Vec<(u64, f64)>,
    pub(crate) requests: u64,
    pub(crate) logins: u64,
    pub(crate) thefts: u64,
}

#[derive(Default)]
struct Counts {
    requests: AtomicU64,
    logins: AtomicU64,
    thefts: AtomicU64,
    is_over: AtomicBool,
}

pub(crate) fn run(time: Duration) -> Result<Soak> {
    server::build("servers")?;
    let server = Server::start("soaked", USERS, 0)?;
    let counts = Arc::new(Counts::default());
    let threads: Vec<_> = (1..=THREADS)
        .map(|seed| {
            let (address, counts) = (server.address, Arc::clone(&counts));
            thread::spawn(move || visit(address, seed, &counts).map_err(|error| error.to_string()))
        })
        .collect();
    let mut samples = Vec::new();
    let start = Instant::now();
    let pause = time / 60;
    while start.elapsed() < time && !threads.iter().any(|thread| thread.is_finished()) {
        thread::sleep(pause);
        samples.push((start.elapsed().as_secs(), server.memory()?));
    }
    counts.is_over.store(true, Ordering::SeqCst);
    for thread in threads {
        thread.join().map_err(|_| "a visitor panicked")??;
    }
    Ok(Soak {
        samples,
        requests: counts.requests.load(Ordering::SeqCst),
        logins: counts.logins.load(Ordering::SeqCst),
        thefts: counts.thefts.load(Ordering::SeqCst),
    })
}

/// One browser after the other, until the time is over.
fn visit(address: SocketAddr, seed: u64, counts: &Counts) -> Result<()> {
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut choose = |below: u64| {
        // Xorshift: any spread does.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let mut browser = Browser::new(address)?;
    while !counts.is_over.load(Ordering::SeqCst) {
        browser.cookies.clear();
        let id = 1 + choose(USERS);
        browser.expect("POST", &format!("/login?id={id}"), 200, counts)?;
        counts.logins.fetch_add(1, Ordering::SeqCst);
        for _ in 0..choose(8) {
            browser.expect("GET", "/protected", 200, counts)?;
        }
        if choose(3) == 0 {
            browser.close();
            browser.expect("GET", "/protected", 200, counts)?;
        }
        match choose(4) {
            0 => browser.expect("POST", "/logout", 200, counts)?,
            // A thief copies the remember cookie. Once both have used it, the login ends.
            1 => {
                browser.close();
                let stolen = browser.cookies.clone();
                browser.expect("GET", "/protected", 200, counts)?;
                browser.expect("GET", "/protected", 200, counts)?;
                browser.close();
                browser.expect("GET", "/protected", 200, counts)?;
                browser.cookies = stolen;
                browser.expect("GET", "/protected", 302, counts)?;
                counts.thefts.fetch_add(1, Ordering::SeqCst);
            }
            2 => browser.expect("POST", "/end-others", 200, counts)?,
            // It is never seen again.
            _ => {}
        }
    }
    Ok(())
}

/// A connection that stays open, and the cookies.
struct Browser {
    connection: BufReader<TcpStream>,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new(address: SocketAddr) -> Result<Self> {
        Ok(Self {
            connection: BufReader::new(connect(address)?),
            cookies: BTreeMap::new(),
        })
    }

    /// Closes the browser, and opens it again.
    fn close(&mut self) {
        self.cookies.retain(|name, _| name == REMEMBER);
    }

    /// Fails if the response has another status. Another browser of the same user may have ended the
    /// login meanwhile: a redirect to the login page is no failure.
    fn expect(&mut self, method: &str, path: &str, expected: u16, counts: &Counts) -> Result<()> {
        let status = self.send(method, path)?;
        counts.requests.fetch_add(1, Ordering::SeqCst);
        if status == expected || status == 302 || status == 401 {
            return Ok(());
        }
        Err(format!("{method} {path}: {status}").into())
    }

    fn send(&mut self, method: &str, path: &str) -> Result<u16> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let head = head_of_request(method, path, &cookies.join("; "));
        let request = format!("{head}Content-Length: 0\r\n\r\n");
        self.connection.get_mut().write_all(request.as_bytes())?;

        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|word| word.parse().ok());
        let mut length = 0;
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "set-cookie" => self.keep(value),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body)?;
        status.ok_or_else(|| "a response without a status".into())
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.connection.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    fn keep(&mut self, header: &str) {
        let pair = header
            .split(';')
            .next()
            .and_then(|pair| pair.split_once('='));
        let Some((name, value)) = pair else { return };
        if header.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
