//! A watch over a login, for responses that outlive their request.

use std::{
    fmt,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    HttpRequest,
    rt::time::{Sleep, sleep},
};
use futures_util::Stream;
use pin_project_lite::pin_project;

use super::current::current_login;
use crate::{
    config::WATCH_INTERVAL,
    error::LoginError,
    future::LocalBoxFuture,
    manager::LoginManager,
    request::{visit::Visit, watched_login::LoginSnapshot},
    resolve::check_again::load_if_valid,
    user::UserMixin,
};

/// No watch checks more often.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

/// Watches the login of a request, for a response that outlives it: a WebSocket, or an event stream.
///
/// A guard checks the login when the request arrives. The watch checks it again, as a new request
/// would: the deadlines, the user loader, whether the guards admit the user, the `session_auth_hash`,
/// and the store of [active logins](crate::ActiveLogins). **Without active logins it can't see a logout
/// in another tab**, since only the browser knows that the session ended.
///
/// It holds no request, so that a spawned task of `actix_web::rt` can own it. A check costs a call of
/// the user loader and a query of the store, for each open response.
///
/// An event stream that ends with its login:
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// # use std::{pin::Pin, task::{Context, Poll}};
/// # struct News;
/// # impl futures_util::Stream for News {
/// #     type Item = Result<actix_web::web::Bytes, actix_web::Error>;
/// #     fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
/// #         Poll::Ready(None)
/// #     }
/// # }
/// use actix_login::{LoginWatch, login_required};
/// use actix_web::{HttpRequest, HttpResponse, Result, get};
///
/// #[get("/news")]
/// #[login_required]
/// async fn news(req: HttpRequest) -> Result<HttpResponse> {
///     let watch = LoginWatch::<User>::of(&req).await?;
///     // `News` is a stream of the app: of `data: …\n\n` lines.
///     Ok(HttpResponse::Ok()
///         .content_type("text/event-stream")
///         .streaming(watch.while_valid(News)))
/// }
/// ```
///
/// A browser's `EventSource` connects again when a stream ends, and that request meets the guard.
///
/// A WebSocket selects between its messages and [`ended`](Self::ended): the guide has
/// [an example](crate::guide::streams) with actix-ws.
///
/// # When a watched login ends
///
/// - With a [`visit_deadline`](crate::LoginManagerBuilder::visit_deadline), an open response is no visit.
///   With active logins the last recorded visit counts, otherwise the request that began the response.
/// - After [`end_other_logins`](crate::end_other_logins) of the same browser: its cookies were replaced
///   ten seconds ago, and the response may be that of a copy.
/// - After [`refresh_session_auth`](crate::refresh_session_auth), since the hash has changed.
///
/// In the last two cases the browser is still logged in, and connects again.
#[must_use = "it watches only while it is asked: `while_valid` or `ended`"]
pub struct LoginWatch<U: UserMixin> {
    manager: LoginManager<U>,
    snapshot: LoginSnapshot,
    interval: Duration,
}

impl<U: UserMixin> fmt::Debug for LoginWatch<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginWatch")
            .field("manager", &self.manager)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

impl<U: UserMixin> LoginWatch<U> {
    /// Watches the current login of a request.
    ///
    /// # Errors
    ///
    /// [`LoginError::NotLoggedIn`] (401) if the request is anonymous, its user is one whom the guards
    /// refuse, or the user was found by a request loader, which a watch can't ask without a request.
    /// [`LoginError::LoaderFailed`], [`LoginError::StoreFailed`] and mistakes in the app's set-up (500).
    pub async fn of(req: &HttpRequest) -> Result<Self, LoginError> {
        let manager = LoginManager::<U>::of(req)?;
        let context = manager.context(req)?;
        let (login, id) = current_login(&context, req).await?;
        if !login.user.is_authenticated() {
            return Err(LoginError::NotLoggedIn);
        }
        let visit = Visit::open(&context, req)?;
        Ok(Self {
            manager: manager.clone(),
            snapshot: visit.snapshot(&login, &id),
            interval: WATCH_INTERVAL,
        })
    }

    /// How often [`while_valid`](Self::while_valid) and [`ended`](Self::ended) check.
    ///
    /// Default: one second. Less than a tenth of a second counts as a tenth. A login that ends is
    /// noticed within this time and that of one check.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(SHORTEST_INTERVAL);
        self
    }

    /// Whether the login still holds: whether a request with the session of that time would still be
    /// logged in.
    ///
    /// # Errors
    ///
    /// [`LoginError::LoaderFailed`] and [`LoginError::StoreFailed`]: it is not known. End the response.
    pub async fn still_valid(&self) -> Result<bool, LoginError> {
        let user = load_if_valid(&self.manager, &self.snapshot).await?;
        Ok(user.is_some())
    }

    /// Waits until the login no longer holds, or a check fails. It may wait for ever.
    pub async fn ended(&self) {
        loop {
            sleep(self.interval).await;
            if !self.holds().await {
                return;
            }
        }
    }

    /// Passes on the items of a stream, and ends it when the login no longer holds or a check fails.
    ///
    /// While a check waits for the store or the user loader, no item passes.
    pub fn while_valid<S: Stream>(self, stream: S) -> WatchedStream<U, S> {
        WatchedStream {
            state: WatchState::waiting(self.interval),
            stream: Some(stream),
            watch: Rc::new(self),
        }
    }

    /// [`still_valid`](Self::still_valid), or `false` for a failed check: its error is in the log.
    async fn holds(&self) -> bool {
        self.still_valid().await.unwrap_or(false)
    }
}

pin_project! {
    /// The stream of [`LoginWatch::while_valid`].
    pub struct WatchedStream<U: UserMixin, S> {
        watch: Rc<LoginWatch<U>>,
        state: WatchState,
        // `None` once it has ended.
        #[pin]
        stream: Option<S>,
    }
}

enum WatchState {
    /// Until the next check.
    Waiting(Pin<Box<Sleep>>),
    Checking(LocalBoxFuture<'static, bool>),
}

impl WatchState {
    fn waiting(interval: Duration) -> Self {
        Self::Waiting(Box::pin(sleep(interval)))
    }
}

impl<U: UserMixin, S: Stream> Stream for WatchedStream<U, S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        loop {
            let Some(stream) = this.stream.as_mut().as_pin_mut() else {
                return Poll::Ready(None);
            };
            *this.state = match this.state {
                WatchState::Waiting(due) => {
                    if due.as_mut().poll(cx).is_pending() {
                        let item = stream.poll_next(cx);
                        if matches!(item, Poll::Ready(None)) {
                            this.stream.set(None);
                        }
                        return item;
                    }
                    let watch = Rc::clone(this.watch);
                    WatchState::Checking(Box::pin(async move { watch.holds().await }))
                }
                WatchState::Checking(check) => match check.as_mut().poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(true) => WatchState::waiting(this.watch.interval),
                    Poll::Ready(false) => {
                        this.stream.set(None);
                        return Poll::Ready(None);
                    }
                },
            };
        }
    }
}
