//! A child process whose output is read line by line.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

/// How long a line of the output may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// It is killed when this is dropped.
pub(crate) struct Program {
    child: Child,
    lines: Receiver<String>,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let output = child.stdout.take().expect("a pipe");
        let (send, lines) = mpsc::channel();
        // It reads on to the end, so that the program never writes to a closed pipe.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        Self { child, lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line of the output for which `read` returns a value. Each line is read once.
    pub(crate) fn await_line<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> T {
        self.find_line(read).expect("a line of the output")
    }

    /// [`await_line`](Self::await_line), or `None` if the program ends, or takes too long.
    pub(crate) fn find_line<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).ok()?;
            if let Some(value) = read(&line) {
                return Some(value);
            }
        }
    }

    /// The lines that it has printed and that nothing has read.
    pub(crate) fn unread_lines(&mut self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    /// Waits until it ends on its own, for a limited time.
    pub(crate) fn await_end(&mut self, limit: Duration) {
        let deadline = Instant::now() + limit;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
