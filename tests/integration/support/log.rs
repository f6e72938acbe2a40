//! The log of one app, as its author would read it.

use std::{
    io, mem,
    sync::{Arc, Mutex, Once},
    thread,
    time::{Duration, Instant},
};

use tracing::{Level, subscriber};
use tracing_subscriber::fmt;

/// Clones share their lines.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// From now on, this thread writes its log here. A server's worker is a separate thread, which
    /// creates the app: `serve!({ log.capture(); pages }, …)`.
    pub fn capture(&self) {
        self.capture_up_to(Level::INFO);
    }

    /// [`capture`](Self::capture), with finer or coarser events.
    pub fn capture_up_to(&self, level: Level) {
        // While there is only one subscriber, tracing decides by the current thread whether an
        // event is wanted, and caches the result for all threads. A second subscriber prevents
        // that.
        static ANOTHER: Once = Once::new();
        ANOTHER.call_once(|| {
            let another = fmt::Subscriber::builder().with_writer(io::sink).finish();
            subscriber::set_global_default(another).unwrap();
        });
        let log = self.clone();
        let subscriber = fmt::Subscriber::builder()
            .with_ansi(false)
            .with_max_level(level)
            .with_writer(move || log.clone())
            .finish();
        // For as long as the thread lives.
        mem::forget(subscriber::set_default(subscriber));
    }

    /// Everything that has been logged.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Whether this has been logged or will be soon: a request may end after its response.
    pub fn says(&self, text: &str) -> bool {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if self.text().contains(text) {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
