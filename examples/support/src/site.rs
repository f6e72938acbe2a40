//! An example as a running program.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc::{self, Receiver},
    },
    thread,
    time::{Duration, Instant},
};

use crate::Browser;

/// How long a line of the output may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running example. It ends when this is dropped.
pub struct Site {
    /// The first line that it printed, such as `http://127.0.0.1:34567`.
    pub url: String,
    program: Child,
    lines: Receiver<String>,
}

impl Site {
    /// Starts a program that prints its URL, and waits for that line. Let it listen on `127.0.0.1:0`, so
    /// that the system chooses a free port.
    pub fn start(command: &mut Command) -> Self {
        let mut program = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example starts");
        let output = program.stdout.take().expect("a pipe");
        let (send, lines) = mpsc::channel();
        // It reads on to the end, so that the program never writes to a closed pipe.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let mut site = Self {
            url: String::new(),
            program,
            lines,
        };
        site.url = site.await_line(|line| line.starts_with("http").then(|| line.to_owned()));
        site
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        let address = self.url.trim_start_matches("http://");
        let address: SocketAddr = address.parse().expect("an address");
        Browser::new(address)
    }

    /// Waits for a line of the output for which `read` returns a value. Each line is read once.
    pub fn await_line<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).expect("a line of the output");
            if let Some(value) = read(&line) {
                return value;
            }
        }
    }

    /// How long it has used a processor, to a hundredth of a second.
    #[cfg(target_os = "linux")]
    pub fn processor_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.program.id()));
        let stat = stat.expect("a running program");
        // After the name, which may contain spaces, the twelfth and the thirteenth field (proc_pid_stat(5)).
        let (_, fields) = stat.rsplit_once(") ").expect("a name");
        let ticks = fields.split(' ').skip(11).take(2);
        let ticks: u64 = ticks
            .map(|ticks| ticks.parse::<u64>().expect("ticks"))
            .sum();
        Duration::from_millis(ticks * 10)
    }

    /// The lines that it has printed and that nothing has read.
    pub fn unread_lines(&mut self) -> Vec<String> {
        self.lines.try_iter().collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// A new folder, removed with all that is in it when this is dropped.
pub struct TempFolder(PathBuf);

impl TempFolder {
    #[expect(clippy::new_without_default, reason = "a default makes no folder")]
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("actix-login-example-{}-{count}", process::id()));
        fs::create_dir(&folder).expect("a new folder");
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
