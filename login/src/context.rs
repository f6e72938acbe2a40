//! The login context: who is logged in, found out once per request and shared by all who ask.

use std::{
    cell::{Cell, OnceCell, RefCell},
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use actix_session::Session;
use actix_web::HttpRequest;

use crate::{
    active::LoginId, error::LoginError, known_clients::KnownClients, manager::LoginManager,
    maybe_future::MaybeFuture, remember::Presented, resolve, token::RememberToken, user::UserMixin,
};

/// How the user of a request was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginSource {
    /// By the session.
    Session,
    /// By a remember cookie, in this very request. From the next one on it is the session.
    RememberCookie,
    /// By the request loader or the header loader, for this request alone. Browsers send nothing
    /// of the kind by themselves, so such a request can't be forged by another site, unless the
    /// loader looks at cookies or Basic credentials.
    Request,
}

/// Who is logged in.
pub(crate) struct Login<U> {
    /// The user, active or not; `None` if nobody is logged in.
    pub(crate) user: Option<Rc<U>>,
    pub(crate) source: Option<LoginSource>,
    fresh: bool,
    /// The id as the session and the cookies have it, unless the user came with the request.
    pub(crate) id: Option<Rc<str>>,
}

impl<U> Clone for Login<U> {
    fn clone(&self) -> Self {
        Self {
            user: self.user.clone(),
            id: self.id.clone(),
            ..*self
        }
    }
}

impl<U: UserMixin> Login<U> {
    pub(crate) fn anonymous() -> Self {
        Self {
            user: None,
            source: None,
            fresh: false,
            id: None,
        }
    }

    pub(crate) fn in_session(user: Rc<U>, id: Rc<str>, source: LoginSource, fresh: bool) -> Self {
        Self {
            user: Some(user),
            source: Some(source),
            fresh,
            id: Some(id),
        }
    }

    pub(crate) fn for_this_request(user: U) -> Self {
        Self {
            user: Some(Rc::new(user)),
            source: Some(LoginSource::Request),
            ..Self::anonymous()
        }
    }

    pub(crate) fn is_fresh(&self) -> bool {
        self.fresh
    }

    pub(crate) fn is_authenticated(&self) -> bool {
        self.user
            .as_ref()
            .is_some_and(|user| user.is_authenticated())
    }

    pub(crate) fn state(&self) -> LoginState {
        LoginState {
            authenticated: self.is_authenticated(),
            fresh: self.fresh,
            source: self.source,
        }
    }
}

/// All that the guards need to know of a login.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoginState {
    pub(crate) authenticated: bool,
    pub(crate) fresh: bool,
    pub(crate) source: Option<LoginSource>,
}

fn state_of<U: UserMixin>(login: &Result<Login<U>, LoginError>) -> Result<LoginState, LoginError> {
    login.as_ref().map(Login::state).map_err(Clone::clone)
}

/// What the answer has to do to the remember cookie.
#[derive(Debug, Default)]
pub(crate) enum RememberChange {
    #[default]
    None,
    /// Signed when the answer is there: until then the `session_auth_hash` may change.
    Set(RememberToken),
    /// None, and no refresh either: the request's cookie has been replaced by another answer, and
    /// must not come back.
    Keep,
    Clear,
}

/// One request's login, of one manager.
///
/// It is in a container that the request and its clones share, so whoever has borrowed the request
/// can borrow it. It must hold no request.
pub(crate) struct LoginContext<U: UserMixin> {
    pub(crate) manager: LoginManager<U>,
    pub(crate) known_clients: Rc<KnownClients>,
    /// Whether anyone has asked for the login.
    pub(crate) asked: Cell<bool>,
    progress: RefCell<Progress<U>>,
    /// Whether a loader is being polled right now: whoever asks then is the loader itself.
    inside_loader: Cell<bool>,
    /// The request's remember cookie, checked at most once.
    pub(crate) presented: OnceCell<Presented>,
    pub(crate) remember: RefCell<RememberChange>,
    /// Whether a login record was written: whether there is a [`Written`].
    pub(crate) has_written: Cell<bool>,
    /// The active login that the session came with: the session may be gone when it is to end.
    pub(crate) came_with: Cell<Option<LoginId>>,
}

enum Progress<U> {
    Idle,
    /// Somebody is loading; these wait.
    Loading(Vec<Waker>),
    Done(Result<Login<U>, LoginError>),
}

impl<U: UserMixin> LoginContext<U> {
    pub(crate) fn new(manager: LoginManager<U>, known_clients: Rc<KnownClients>) -> Self {
        Self {
            manager,
            known_clients,
            asked: Cell::new(false),
            progress: RefCell::new(Progress::Idle),
            inside_loader: Cell::new(false),
            presented: OnceCell::new(),
            remember: RefCell::default(),
            has_written: Cell::new(false),
            came_with: Cell::new(None),
        }
    }

    /// Makes it as good as new, for another request.
    pub(crate) fn reset(&mut self) {
        if self.asked.get() {
            *self = Self::new(self.manager.clone(), Rc::clone(&self.known_clients));
        }
    }

    /// Who is logged in, if that is known already.
    pub(crate) fn loaded(&self) -> Option<Result<Login<U>, LoginError>> {
        match &*self.progress.borrow() {
            Progress::Done(login) => Some(login.clone()),
            _ => None,
        }
    }

    /// What the guards need to know of [`loaded`](Self::loaded).
    pub(crate) fn state(&self) -> Option<Result<LoginState, LoginError>> {
        match &*self.progress.borrow() {
            Progress::Done(login) => Some(state_of(login)),
            _ => None,
        }
    }

    /// Replaces whatever was known: after a login, a logout, a confirmation.
    pub(crate) fn set_login(&self, login: Login<U>) {
        self.finish(Progress::Done(Ok(login)));
    }

    /// Who is logged in.
    pub(crate) async fn load(&self, req: &HttpRequest) -> Result<Login<U>, LoginError> {
        loop {
            if let Some(login) = self.loaded() {
                return login;
            }
            MaybeFuture::ask(|cx| self.begin_load(req, cx)).await?;
        }
    }

    /// Finds out who is logged in. The first who asks loads, in its own time; the others wait for
    /// it. If the first is dropped meanwhile, one of those goes on in its place.
    pub(crate) fn begin_load<'a>(
        &'a self,
        req: &'a HttpRequest,
        cx: &mut Context<'_>,
    ) -> MaybeFuture<'a, Result<LoginState, LoginError>> {
        if let Some(state) = self.state() {
            return MaybeFuture::Ready(state);
        }
        if matches!(&*self.progress.borrow(), Progress::Loading(_)) {
            return MaybeFuture::Pending(Box::pin(async {
                self.wait().await?;
                MaybeFuture::ask(|cx| self.begin_load(req, cx)).await
            }));
        }
        *self.progress.borrow_mut() = Progress::Loading(Vec::new());
        let loading = Loading(self);
        match loading.poll(|| resolve::resolve(self, req, cx)) {
            MaybeFuture::Ready(login) => MaybeFuture::Ready(loading.done(login)),
            MaybeFuture::Pending(mut resolving) => MaybeFuture::Pending(Box::pin(async move {
                let login = poll_fn(|cx| loading.poll(|| resolving.as_mut().poll(cx))).await;
                loading.done(login)
            })),
        }
    }

    /// Lets a load that is under way write what it has to, before a login replaces it.
    pub(crate) async fn settle(&self) {
        if matches!(&*self.progress.borrow(), Progress::Loading(_)) {
            // A loader that logs in need not wait for itself.
            let _ = self.wait().await;
        }
    }

    /// Waits until nobody is loading any more.
    async fn wait(&self) -> Result<(), LoginError> {
        poll_fn(|cx| {
            if self.inside_loader.get() {
                return Poll::Ready(Err(LoginError::LoaderAskedForItself.logged()));
            }
            match &mut *self.progress.borrow_mut() {
                Progress::Loading(waiting) => {
                    // Who is polled for another reason is waiting already.
                    if !waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
                        waiting.push(cx.waker().clone());
                    }
                    Poll::Pending
                }
                _ => Poll::Ready(Ok(())),
            }
        })
        .await
    }

    fn finish(&self, progress: Progress<U>) {
        let before = self.progress.replace(progress);
        if let Progress::Loading(waiting) = before {
            waiting.into_iter().for_each(Waker::wake);
        }
    }
}

/// A login record was written to this session. It is in the request's extensions, and dropped with
/// them, when all the request's answers are through.
pub(crate) struct Written<U: UserMixin> {
    pub(crate) session: Session,
    pub(crate) manager: LoginManager<U>,
    /// Whether the middleware has seen an answer of the handler side.
    pub(crate) answered: Cell<bool>,
}

/// Says so in the log where a login was written to a session that nobody has stored.
impl<U: UserMixin> Drop for Written<U> {
    fn drop(&mut self) {
        let key = &self.manager.0.settings.session_keys.login;
        if self.answered.get() && self.session.contains_key(key) {
            tracing::error!(
                target: "actix_login",
                "a login was not stored: {}; or, where it is there, a middleware inside of it \
                 failed after the handler had answered",
                LoginError::NoSession
            );
        }
    }
}

/// A load under way. Dropped half-way, by a closed connection, a timeout or a panic, it lets others
/// load.
struct Loading<'a, U: UserMixin>(&'a LoginContext<U>);

impl<U: UserMixin> Loading<'_, U> {
    /// Polls a loader, which must not ask for what it is asked for.
    fn poll<T>(&self, poll: impl FnOnce() -> T) -> T {
        let _inside = InsideLoader::enter(&self.0.inside_loader);
        poll()
    }

    /// A login or logout by the loader itself stands.
    fn done(self, login: Result<Login<U>, LoginError>) -> Result<LoginState, LoginError> {
        self.0.state().unwrap_or_else(|| {
            let state = state_of(&login);
            self.0.finish(Progress::Done(login));
            state
        })
    }
}

impl<U: UserMixin> Drop for Loading<'_, U> {
    fn drop(&mut self) {
        if matches!(&*self.0.progress.borrow(), Progress::Loading(_)) {
            self.0.finish(Progress::Idle);
        }
    }
}

struct InsideLoader<'a>(&'a Cell<bool>);

impl<'a> InsideLoader<'a> {
    fn enter(flag: &'a Cell<bool>) -> Self {
        flag.set(true);
        Self(flag)
    }
}

impl Drop for InsideLoader<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
