//! A `redis-server` of a test's own.

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
    /// `None`, and a line that says so, where there is no `redis-server`.
    pub fn start() -> Option<Self> {
        for _ in 0..5 {
            // Somebody else may take the port before Redis does; then it ends at once.
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
            if server.answers() {
                return Some(server);
            }
        }
        panic!("redis-server does not start");
    }

    fn answers(&mut self) -> bool {
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

    /// The first line of the answer, as the protocol has it: `:7`, `+OK`, `*0`.
    pub fn command(&self, command: &str) -> String {
        self.try_command(command).unwrap()
    }

    fn try_command(&self, command: &str) -> Option<String> {
        let answer = self.send(command)?;
        answer.lines().next().map(str::to_owned)
    }

    /// All of an answer that is a text.
    pub fn bulk(&self, command: &str) -> String {
        self.send(command).unwrap()
    }

    fn send(&self, command: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream
            .write_all(format!("{command}\r\nQUIT\r\n").as_bytes())
            .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// `STOP` makes it hang, `CONT` go on.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.process.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // One that hangs is killed as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
