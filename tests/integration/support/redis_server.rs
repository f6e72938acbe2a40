//! A `redis-server` that belongs to one test.

use std::{
    env,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// It stops when this is dropped.
pub struct RedisServer {
    process: Child,
    port: u16,
}

impl RedisServer {
    /// Prints a line and returns `None` if there is no `redis-server`.
    pub fn start() -> Option<Self> {
        for _ in 0..5 {
            // Another process may take the port before Redis does; then Redis ends at once.
            let port = TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port();
            let started = Command::new("redis-server")
                .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
                .args(["--save", "", "--appendonly", "no"])
                .stdout(Stdio::null())
                .spawn();
            let process = match started {
                Ok(process) => process,
                Err(error) if env::var_os("REQUIRE_REDIS").is_some() => {
                    panic!("redis-server: {error}")
                }
                Err(error) => {
                    println!("skipped, since there is no redis-server: {error}");
                    return None;
                }
            };
            let mut server = Self { process, port };
            if server.is_ready() {
                return Some(server);
            }
        }
        panic!("redis-server does not start");
    }

    fn is_ready(&mut self) -> bool {
        for _ in 0..100 {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            if self.try_command("PING").as_deref() == Some("+PONG") {
                return true;
            }
            thread::sleep(Duration::from_millis(50));
        }
        false
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The first line of the reply, as in the protocol: `:7`, `+OK`, `*0`.
    pub fn command(&self, command: &str) -> String {
        self.try_command(command).unwrap()
    }

    fn try_command(&self, command: &str) -> Option<String> {
        let reply = self.send(command)?;
        reply.lines().next().map(str::to_owned)
    }

    /// The whole reply, if it is a text.
    pub fn bulk(&self, command: &str) -> String {
        self.send(command).unwrap()
    }

    fn send(&self, command: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream
            .write_all(format!("{command}\r\nQUIT\r\n").as_bytes())
            .ok()?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).ok()?;
        Some(reply)
    }

    /// `STOP` makes it hang, `CONT` makes it continue.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.process.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // Also kills a server that hangs.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
