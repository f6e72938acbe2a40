//! A `redis-server` that belongs to one test.

use std::{
    env,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use example_support::TempFolder;

/// It stops when this is dropped.
pub struct RedisServer {
    process: Child,
    port: u16,
    folder: TempFolder,
}

impl RedisServer {
    /// Prints a line and returns `None` if there is no `redis-server`.
    pub fn start() -> Option<Self> {
        if let Err(error) = Command::new("redis-server").arg("--version").output() {
            assert!(env::var_os("REQUIRE_REDIS").is_none(), "{error}");
            println!("skipped, since there is no redis-server: {error}");
            return None;
        }
        let folder = TempFolder::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let mut server = Self {
            process: run(port, &folder),
            port,
            folder,
        };
        server.await_reply();
        Some(server)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts again after a [`kill`](Self::kill), with the same data and at the same port.
    pub fn restart(&mut self) {
        self.process = run(self.port, &self.folder);
        self.await_reply();
    }

    /// `STOP` makes it hang, `CONT` makes it continue.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.process.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// How much memory it may use. Above that, what writes fails; `0` is no limit.
    pub fn set_memory(&self, bytes: &str) {
        let reply = self.command(&format!("CONFIG SET maxmemory {bytes}"));
        assert!(reply.is_some_and(|reply| reply.starts_with("+OK")));
    }

    /// The reply, as in the protocol, such as `+OK`.
    fn command(&self, command: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let lines = format!("{command}\r\nQUIT\r\n");
        stream.write_all(lines.as_bytes()).ok()?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).ok()?;
        Some(reply)
    }

    fn await_reply(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        // While it loads its data, it replies with an error.
        while !self
            .command("PING")
            .is_some_and(|reply| reply.starts_with("+PONG"))
        {
            assert_eq!(self.process.try_wait().unwrap(), None, "it has ended");
            assert!(Instant::now() < deadline, "redis-server does not reply");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // Also kills a server that hangs.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn run(port: u16, folder: &TempFolder) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--appendonly", "yes", "--appendfsync", "always"])
        .args(["--save", "", "--maxmemory-policy", "noeviction"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}
