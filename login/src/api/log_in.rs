//! Logging a user in.

use std::{rc::Rc, sync::Arc, time::Duration};

use actix_web::HttpRequest;

use super::current::checked_id;
use crate::{
    crypto::auth_tag::auth_tag,
    error::LoginError,
    events::{LoginEndReason, LoginEvent},
    manager::LoginManager,
    remember::token::RememberToken,
    request::{context::LoginContext, login::LoginSource, visit::Visit},
    resolve::check_record::{RejectedRecord, check_record},
    session::record::LoginRecord,
    user::UserMixin,
};

/// How to log a user in: the arguments of Flask-Login's `login_user`.
///
/// ```
/// use std::time::Duration;
/// use actix_login::LoginOptions;
///
/// let options = LoginOptions::new()
///     .remember(true)
///     .duration(Duration::from_secs(14 * 24 * 60 * 60));
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use = "pass it to `login_user_with`"]
pub struct LoginOptions {
    pub(super) remember: bool,
    pub(super) duration: Option<Duration>,
    pub(super) force: bool,
    pub(super) fresh: bool,
}

impl Default for LoginOptions {
    fn default() -> Self {
        Self {
            remember: false,
            duration: None,
            force: false,
            fresh: true,
        }
    }
}

impl LoginOptions {
    /// The default options, which [`login_user`] uses.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a remember cookie restores the login after a restart of the browser.
    ///
    /// Default: `false`.
    pub fn remember(mut self, remember: bool) -> Self {
        self.remember = remember;
        self
    }

    /// How long the user is remembered, in whole seconds. Less than a second remembers nothing. Without
    /// [`remember`](Self::remember) it has no effect.
    ///
    /// Default: the [cookie's setting](crate::RememberCookie::duration).
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Whether an inactive user is logged in, too. The guards still refuse a user whose
    /// `is_authenticated` follows `is_active`, which is the default.
    ///
    /// Default: `false`.
    pub fn force(mut self, force: bool) -> Self {
        self.force = force;
        self
    }

    /// Whether the login is fresh: whether the user has just authenticated.
    ///
    /// Default: `true`. Use `false` for something weaker than the credentials, such as a link in a
    /// mail.
    pub fn fresh(mut self, fresh: bool) -> Self {
        self.fresh = fresh;
        self
    }
}

/// Logs a user in: writes the login to the session, and renews the session id.
///
/// Call it once the user has shown valid credentials. Data of another user in the session is cleared
/// first. A remember cookie of another user is cleared, one of this user stays.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// # struct Users;
/// # impl Users { fn check(&self, _: &str, _: &str) -> Option<User> { None } }
/// # #[derive(serde::Deserialize)]
/// # struct Credentials { email: String, password: String }
/// use actix_login::{LoginError, NextUrl, flash, login_url, login_user};
/// use actix_web::{HttpRequest, Responder, Result, post, web::{Data, Form, Redirect}};
///
/// #[post("/login")]
/// async fn login(
///     req: HttpRequest,
///     form: Form<Credentials>,
///     users: Data<Users>,
///     next: NextUrl,
/// ) -> Result<impl Responder> {
///     let refusal = match users.check(&form.email, &form.password) {
///         Some(user) => match login_user(&req, &user).await {
///             Ok(()) => return Ok(Redirect::to(next.unwrap_or("/")).see_other()),
///             Err(LoginError::Inactive) => "Your account is disabled.",
///             Err(error) => return Err(error.into()),
///         },
///         None => "That is not the right email and password.",
///     };
///     flash(&req, "error", refusal);
///     Ok(Redirect::to(login_url(&req, "/login", next.get())?).see_other())
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::Inactive`] if the user is not active; with `?` the visitor gets an empty 403. With
/// active logins also [`LoginError::TooManyLogins`] (403) and [`LoginError::StoreFailed`] (500).
/// [`LoginError::ResponseBegun`] (500) in the body of a response. The others are mistakes in the app's
/// set-up, with an empty 500. No error changes the session or the cookies.
pub async fn login_user<U: UserMixin>(req: &HttpRequest, user: &U) -> Result<(), LoginError> {
    login_user_with(req, user, LoginOptions::new()).await
}

/// [`login_user`] with options: to remember the user, to log an inactive user in, or to mark the login
/// as not fresh.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// use actix_login::{LoginError, LoginOptions, login_user_with};
/// use actix_web::HttpRequest;
///
/// async fn log_in(req: &HttpRequest, user: &User, remember: bool) -> Result<(), LoginError> {
///     login_user_with(req, user, LoginOptions::new().remember(remember)).await
/// }
/// ```
///
/// # Errors
///
/// As [`login_user`].
pub async fn login_user_with<U: UserMixin>(
    req: &HttpRequest,
    user: &U,
    options: LoginOptions,
) -> Result<(), LoginError> {
    let (context, id) = prepare_login(req, user, options).await?;
    let visit = Visit::open_writable(&context, req)?;
    // The login of a test client precedes this one.
    #[cfg(feature = "test")]
    crate::resolve::prepared_login::start_prepared(&visit).await?;

    if let (Some(pending), Some(active)) = (visit.pending_in_session(), &visit.settings().active) {
        active.store.end(pending).await?;
    }
    log_in(&visit, user, id, options).await
}

/// Checks that the user may log in, and waits for loads in flight, so that they write before the login
/// does. Returns the context of the request and the user's id as text.
pub(super) async fn prepare_login<U: UserMixin>(
    req: &HttpRequest,
    user: &U,
    options: LoginOptions,
) -> Result<(Rc<LoginContext<U>>, Rc<str>), LoginError> {
    let context = LoginManager::<U>::of(req)?.context(req)?;
    if !options.force && !user.is_active() {
        return Err(LoginError::Inactive);
    }
    let id = checked_id(user)?;
    context.settle().await;
    Ok((context, id))
}

/// Logs the user of `id` in, whatever was checked before.
pub(super) async fn log_in<U: UserMixin>(
    visit: &Visit<'_, U>,
    user: &U,
    id: Rc<str>,
    options: LoginOptions,
) -> Result<(), LoginError> {
    let (context, settings) = (visit.context, visit.settings());
    let token = options.remember.then(|| {
        let auth_tag = auth_tag(&settings.keys, &id, user);
        let (now, duration) = (settings.now(), options.duration);
        settings.remember.new_token(now, duration, &id, auth_tag)
    });
    let before = visit.record();
    let end = before.as_ref().and_then(|it| end_of(visit, it, &id));
    // A malformed record does not tell whose the session was.
    let may_keep_session = match before {
        Some(_) => end.is_none(),
        None => !visit.session.contains_key(&settings.session_keys.login),
    };
    let cookie_end = token.as_ref().map(|token| token.expires_at);
    let login = visit
        .start_or_continue(before.as_ref(), user, &id, cookie_end)
        .await?;

    let cookie_login = login.map(|login| login.cookie);
    if !may_keep_session {
        settings.session_keys.clear(&visit.session);
    }
    let record = LoginRecord {
        login: login.map(|login| login.recorded),
        ..visit.new_record(&id, user, options.fresh)
    };
    visit.start_login(&record)?;
    settings.session_keys.forget_pending(&visit.session);
    visit.use_up_refusal();
    let replaces_other = before.as_ref().is_some_and(|before| before.id != id);
    match token {
        Some(token) => context.set_cookie(RememberToken {
            login: cookie_login,
            ..token
        }),
        None => visit.reconcile_cookie(user, &id, cookie_login, replaces_other),
    }
    let current = visit.login_of(Arc::new(user.clone()), &record, LoginSource::Session);
    visit.set_login(Some(current));
    if let Some(before) = before
        && let Some(reason) = end.or_else(|| end_of_entry(&before, &record))
    {
        let login = before.login.map(|login| login.id.first());
        visit.emit(LoginEvent::LoginEnded { reason, login }, None);
    }
    visit.emit(LoginEvent::UserLoggedIn, Some(user));
    Ok(())
}

/// Why the login of this record ends when the user of `id` logs in. `None` if it continues.
fn end_of<U: UserMixin>(
    visit: &Visit<'_, U>,
    record: &LoginRecord,
    id: &str,
) -> Option<LoginEndReason> {
    match check_record(visit, record.clone()) {
        Err(RejectedRecord::Expired(_)) => Some(LoginEndReason::Expired),
        _ => (&*record.id != id).then_some(LoginEndReason::Replaced),
    }
}

/// [`end_of`] for a login whose entry in the store has ended, so that another one begins.
fn end_of_entry(before: &LoginRecord, after: &LoginRecord) -> Option<LoginEndReason> {
    let first = |record: &LoginRecord| record.login.map(|login| login.id.first());
    let is_other = after.login.is_some() && first(before) != first(after);
    is_other.then_some(LoginEndReason::Replaced)
}
