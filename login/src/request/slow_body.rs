//! The body of a request that arrives slowly: the login is checked again before the handler gets it.

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    rt::time::Instant,
    web::Bytes,
};
use futures_util::Stream;

use crate::{config::WATCH_INTERVAL, future::LocalBoxFuture};

/// What is checked again: the login of one manager.
pub(crate) trait CheckAgain {
    /// Whether the request may go on. If not, the manager refuses it.
    fn check_again(self: Rc<Self>) -> LocalBoxFuture<'static, bool>;
}

/// A guard of the handler, whose checks of the user are asked again before the handler runs.
pub(crate) trait GuardAgain {
    fn check_again<'a>(&'a self, req: &'a HttpRequest) -> GuardFuture<'a>;
}

/// Resolves to the response that refuses the request, or to `Ok`.
pub(crate) type GuardFuture<'a> = LocalBoxFuture<'a, Result<(), HttpResponse>>;

/// What is known of a body. It is in the request's extensions.
#[derive(Default)]
pub(crate) struct SlowBody {
    checked: Cell<Option<bool>>,
    /// They must outlive the request, since a response may read the body after that.
    logins: RefCell<Vec<Rc<dyn CheckAgain>>>,
    /// The guards that have admitted the request, the outermost first.
    guards: RefCell<Vec<Rc<dyn GuardAgain>>>,
}

impl SlowBody {
    /// Lets the body of a request wait for the checks. A request of a safe method must change nothing,
    /// and that of a WebSocket has no end.
    pub(crate) fn watch(req: &mut ServiceRequest) {
        if req.method().is_safe() || Self::of(req.request()).is_some() {
            return;
        }
        match req.take_payload() {
            Payload::None => {}
            payload => {
                let body = Rc::<Self>::default();
                req.extensions_mut().insert(Rc::clone(&body));
                let watched = WatchedPayload {
                    payload,
                    body,
                    checked_at: Instant::now(),
                    state: State::Reading,
                };
                req.set_payload(Payload::Stream {
                    payload: Box::pin(watched),
                });
            }
        }
    }

    /// The body of this request, if it is watched.
    pub(crate) fn of(req: &HttpRequest) -> Option<Rc<Self>> {
        if req.method().is_safe() {
            return None;
        }
        req.extensions().get().map(Rc::clone)
    }

    pub(crate) fn add(&self, login: Rc<dyn CheckAgain>) {
        self.logins.borrow_mut().push(login);
    }

    /// The answer of the last check; `None` if the body was not slow.
    pub(crate) fn checked(&self) -> Option<bool> {
        self.checked.get()
    }

    pub(crate) fn add_guard(&self, guard: impl GuardAgain + 'static) {
        self.guards.borrow_mut().push(Rc::new(guard));
    }

    /// Asks the checks of all guards once more.
    pub(crate) async fn check_guards(&self, req: &HttpRequest) -> Result<(), HttpResponse> {
        let guards = self.guards.borrow().clone();
        for guard in guards {
            guard.check_again(req).await?;
        }
        Ok(())
    }

    async fn check_again(self: Rc<Self>) -> bool {
        let logins = self.logins.borrow().clone();
        let mut holds = true;
        for login in logins {
            holds &= login.check_again().await;
        }
        self.checked.set(Some(holds));
        holds
    }
}

/// A body whose parts wait for a check, if the last check is older than [`WATCH_INTERVAL`].
struct WatchedPayload {
    payload: Payload,
    body: Rc<SlowBody>,
    checked_at: Instant,
    state: State,
}

/// A part of the body, or `None` for its end.
type Part = Option<Result<Bytes, PayloadError>>;

enum State {
    Reading,
    /// The part that has arrived waits for the check.
    Checking(Part, LocalBoxFuture<'static, bool>),
    Refused,
}

impl Stream for WatchedPayload {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Part> {
        let this = self.get_mut();
        loop {
            match &mut this.state {
                State::Reading => {
                    let part = ready!(Pin::new(&mut this.payload).poll_next(cx));
                    if this.checked_at.elapsed() < WATCH_INTERVAL {
                        return Poll::Ready(part);
                    }
                    let check = Rc::clone(&this.body).check_again();
                    this.state = State::Checking(part, Box::pin(check));
                }
                State::Checking(part, check) => {
                    let holds = ready!(check.as_mut().poll(cx));
                    let part = part.take();
                    this.checked_at = Instant::now();
                    if holds {
                        this.state = State::Reading;
                        return Poll::Ready(part);
                    }
                    this.state = State::Refused;
                    return Poll::Ready(Some(Err(PayloadError::Incomplete(None))));
                }
                State::Refused => return Poll::Ready(None),
            }
        }
    }
}
