//! Polls the requests of a world one at a time, and lets their calls wait and fail.
//!
//! No runtime decides the order: a call to a store or a loader returns `Pending` once before and once
//! after its effect, and the world chooses which request is polled next.

use std::{
    cell::RefCell,
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use actix_login::LoginEvent;

/// What a request calls outside of the app's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    LoadUser,
    LoadSession,
    SaveSession,
    UpdateSession,
    DeleteSession,
    Begin,
    Find,
    Touch,
    Supersede,
    ReplaceCookie,
    ConfirmCookie,
    End,
    EndAll,
    List,
}

impl Call {
    pub const ALL: [Self; 14] = [
        Self::LoadUser,
        Self::LoadSession,
        Self::SaveSession,
        Self::UpdateSession,
        Self::DeleteSession,
        Self::Begin,
        Self::Find,
        Self::Touch,
        Self::Supersede,
        Self::ReplaceCookie,
        Self::ConfirmCookie,
        Self::End,
        Self::EndAll,
        Self::List,
    ];

    /// Whether it is a call of actix-session, which this crate cannot repeat or undo.
    pub fn is_of_session_store(self) -> bool {
        matches!(
            self,
            Self::LoadSession | Self::SaveSession | Self::UpdateSession | Self::DeleteSession
        )
    }
}

/// A call failed. The app and the library cannot tell whether it took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the world lets this call fail")
    }
}

impl std::error::Error for Failed {}

/// Which call of a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedFailure {
    /// The number of the call, from 1.
    pub call: u32,
    /// Whether it takes effect first.
    pub after: bool,
}

/// What is known of a request in flight from its calls.
#[derive(Debug, Default, Clone)]
pub struct Flight {
    pub planned: Option<PlannedFailure>,
    pub calls: u32,
    /// The call that failed, and whether it took effect.
    pub failed: Option<(Call, bool)>,
    pub yields: u32,
    /// The version of the session that was loaded from the store on the server.
    pub loaded_session: Option<u64>,
    /// The version that was written.
    pub written_session: Option<u64>,
    /// The password's version of the user that the app last loaded or logged in.
    pub password: Option<u64>,
    pub events: Vec<LoginEvent>,
}

thread_local! {
    static CURRENT: RefCell<Flight> = RefCell::default();
}

/// Reads or changes the flight of the request that is polled.
pub fn current<T>(access: impl FnOnce(&mut Flight) -> T) -> T {
    CURRENT.with_borrow_mut(access)
}

pub fn note_event(event: LoginEvent) {
    current(|flight| flight.events.push(event));
}

/// Lets another request run.
async fn pause() {
    let mut has_paused = false;
    poll_fn(|_| {
        if mem::replace(&mut has_paused, true) {
            return Poll::Ready(());
        }
        current(|flight| flight.yields += 1);
        Poll::Pending
    })
    .await;
}

/// Makes a call that waits, and fails if that is planned.
pub async fn call<T>(call: Call, effect: impl Future<Output = T>) -> Result<T, Failed> {
    pause().await;
    let fails = |after: bool| {
        current(|flight| {
            flight.calls += u32::from(!after);
            let planned = flight
                .planned
                .filter(|planned| planned.call == flight.calls);
            let fails = planned.is_some_and(|planned| planned.after == after);
            if fails {
                flight.failed = Some((call, after));
            }
            fails
        })
    };
    if fails(false) {
        return Err(Failed);
    }
    let result = effect.await;
    let has_failed = fails(true);
    pause().await;
    if has_failed { Err(Failed) } else { Ok(result) }
}

pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A request in flight.
pub struct Task<T> {
    future: LocalFuture<T>,
    pub flight: Flight,
}

impl<T> Task<T> {
    pub fn new(future: LocalFuture<T>, planned: Option<PlannedFailure>) -> Self {
        let flight = Flight {
            planned,
            ..Flight::default()
        };
        Self { future, flight }
    }

    pub fn poll(&mut self) -> Option<T> {
        current(|flight| mem::swap(flight, &mut self.flight));
        let polled = self
            .future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        current(|flight| mem::swap(flight, &mut self.flight));
        match polled {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }
}

/// Runs a future alone, to its end.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    loop {
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
