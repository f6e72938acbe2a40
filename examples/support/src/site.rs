//! An example as a running program.

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use crate::{Browser, program::Program};

/// A running example. It ends when this is dropped.
pub struct Site {
    /// The first line that it printed, such as `http://127.0.0.1:34567`.
    pub url: String,
    program: Program,
}

impl Site {
    /// Starts a program that prints its URL, and waits for that line. Let it listen on `127.0.0.1:0`, so
    /// that the system chooses a free port.
    pub fn start(command: &mut Command) -> Self {
        let mut program = Program::start(command);
        let url = program.await_line(|line| line.starts_with("http").then(|| line.to_owned()));
        Self { url, program }
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        let address = self.url.trim_start_matches("http://");
        let address: SocketAddr = address.parse().expect("an address");
        Browser::new(address)
    }

    /// Waits for a line of the output for which `read` returns a value. Each line is read once.
    pub fn await_line<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> T {
        self.program.await_line(read)
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
        self.program.unread_lines()
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
