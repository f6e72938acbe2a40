//! The quickstart itself, as a child process.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use super::browser::Browser;

/// How long a program may take to start.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long cargo may take to build the quickstart.
const BUILD_LIMIT: Duration = Duration::from_secs(900);

/// The quickstart on a free port. It ends when this is dropped.
pub struct Site {
    pub url: String,
    _server: Process,
}

impl Site {
    pub fn start() -> Self {
        let mut server = Process::start(
            Command::new(quickstart())
                .arg("127.0.0.1:0")
                .env_remove("SECRET_KEY"),
        );
        let url = server.await_line(|line| line.starts_with("http://").then(|| line.to_owned()));
        Self {
            url,
            _server: server,
        }
    }

    /// A browser without any cookies.
    pub fn browser(&self) -> Browser {
        let (_, address) = self.url.split_once("://").expect("a URL");
        Browser::at(address.parse::<SocketAddr>().expect("an address"))
    }
}

/// The quickstart's binary, which lies beside this test's. It is built first if it is missing or
/// older than its sources.
fn quickstart() -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).expect("target/debug");
    let binary = folder.join(format!("quickstart{}", env::consts::EXE_SUFFIX));
    if is_current(&binary) {
        return binary;
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--package", "quickstart", "--target-dir"])
        .arg(folder.parent().expect("target"))
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let status = Process(cargo.spawn().unwrap()).wait(BUILD_LIMIT);
    let is_built = status.is_some_and(|status| status.success());
    assert!(is_built, "cargo build --package quickstart: {status:?}");
    binary
}

/// Whether the binary exists and is newer than all sources that cargo has recorded for it.
fn is_current(binary: &Path) -> bool {
    let modified = |file: &Path| fs::metadata(file)?.modified();
    let (Ok(built), Ok(sources)) = (
        modified(binary),
        fs::read_to_string(binary.with_extension("d")),
    ) else {
        return false;
    };
    // `binary: source source …`, with `\ ` for a space in a name.
    let sources = sources.replace("\\ ", "\0");
    sources.split_whitespace().skip(1).all(|source| {
        let source = source.replace('\0', " ");
        modified(Path::new(&source)).is_ok_and(|changed| changed <= built)
    })
}

/// A child process, killed when this is dropped.
pub struct Process(Child);

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// The first value that `read` returns for a line of the standard output.
    pub fn await_line<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> T {
        let lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        let (send, receive) = mpsc::channel();
        // Keeps reading after that line, so that the process never writes to a closed pipe.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = receive
                .recv_timeout(left)
                .expect("an address in the output");
            if let Some(found) = read(&line) {
                return found;
            }
        }
    }

    /// Waits until it ends on its own; `None` if it does not within the limit.
    pub fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let started = Instant::now();
        while started.elapsed() < limit {
            if let Some(status) = self.0.try_wait().unwrap() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(50));
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
