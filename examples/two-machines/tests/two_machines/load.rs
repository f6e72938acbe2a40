//! Browsers that send requests all the time, through the load balancer, and what they see.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use example_support::Browser;

use crate::app::Machines;

/// Of each kind.
const BROWSERS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(60);

/// One response.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    browser: usize,
    pub status: u16,
    started: Instant,
    pub took: Duration,
}

impl Seen {
    pub fn is_in(&self) -> bool {
        self.browser < BROWSERS
    }

    /// A failure lets nobody in, and nobody out.
    pub fn is_allowed(&self) -> bool {
        self.is_served() || self.status >= 500
    }

    /// What is right while all servers are there.
    fn is_served(&self) -> bool {
        self.status == if self.is_in() { 200 } else { 302 }
    }
}

pub struct Load {
    threads: Vec<JoinHandle<()>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Arc<AtomicBool>,
}

impl Load {
    /// A third of the browsers are logged in, a third hold copies of cookies whose login has ended, and
    /// a third have no cookies.
    pub fn start(machines: &Machines) -> Self {
        let mut browsers = Vec::new();
        for number in 0..BROWSERS {
            browsers.push(machines.signed_up(&format!("in{number}")));
        }
        for number in 0..BROWSERS {
            let mut owner = machines.signed_up(&format!("out{number}"));
            let copy = owner.clone();
            assert_eq!(owner.post("/logout", &[]).status, 303);
            browsers.extend([copy, machines.browser()]);
        }
        let (seen, stop) = (Arc::default(), Arc::default());
        let start = |(number, browser): (usize, Browser)| {
            let (seen, stop) = (Arc::clone(&seen), Arc::clone(&stop));
            thread::spawn(move || send_requests(number, browser, &seen, &stop))
        };
        Self {
            threads: browsers.into_iter().enumerate().map(start).collect(),
            seen,
            stop,
        }
    }

    /// Waits until each browser has had some responses to requests that it sends from now on.
    pub fn await_responses(&self, count: usize) {
        let now = Instant::now();
        self.wait(|seen| {
            let later = seen.iter().filter(|seen| seen.started > now);
            let mut counts = [0; 3 * BROWSERS];
            later.for_each(|seen| counts[seen.browser] += 1);
            counts.iter().all(|responses| *responses >= count)
        });
    }

    /// Waits until the last responses to all browsers are as if nothing had happened. Returns how long
    /// it took.
    pub fn await_recovery(&self) -> Duration {
        let now = Instant::now();
        let mut served_from = BTreeMap::new();
        self.wait(|seen| {
            served_from.clear();
            for seen in seen.iter().filter(|seen| seen.started > now) {
                if seen.is_served() {
                    served_from
                        .entry(seen.browser)
                        .or_insert(seen.started + seen.took);
                } else {
                    served_from.remove(&seen.browser);
                }
            }
            served_from.len() == 3 * BROWSERS
        });
        *served_from.values().max().unwrap() - now
    }

    fn wait(&self, mut is_over: impl FnMut(&[Seen]) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_over(&self.seen()) {
            let wrong = self.seen().iter().copied().find(|seen| !seen.is_allowed());
            assert!(wrong.is_none(), "{wrong:?}");
            assert!(Instant::now() < deadline, "it takes too long");
            let failed = self.threads.iter().any(JoinHandle::is_finished);
            assert!(!failed, "a browser has had no response");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap()
    }

    /// Forgets what was seen until now, which must be right.
    pub fn forget(&self) {
        let seen: Vec<Seen> = self.seen().drain(..).collect();
        let wrong = seen.iter().find(|seen| !seen.is_served());
        assert!(wrong.is_none(), "{wrong:?}");
    }

    /// Ends the load, and returns all responses since [`forget`](Self::forget).
    pub fn stop(self) -> Vec<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
        self.seen.lock().unwrap().clone()
    }
}

fn send_requests(number: usize, mut browser: Browser, seen: &Mutex<Vec<Seen>>, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let started = Instant::now();
        let status = browser.get("/account").status;
        seen.lock().unwrap().push(Seen {
            browser: number,
            status,
            started,
            took: started.elapsed(),
        });
        // So that the two processors are not all that is tried.
        thread::sleep(Duration::from_millis(5));
    }
}
