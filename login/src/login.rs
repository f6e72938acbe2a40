//! Logging in and out, and what a handler can ask of its login.

use std::{rc::Rc, time::Duration};

use actix_session::Session;
use actix_web::HttpRequest;

use crate::{
    active::{
        ActiveLogins, Continued, LoginId, begin_or_continue, end_all, find, logins_of,
        present_token, succeed,
    },
    config::ID_MAX_BYTES,
    context::{Login, LoginContext, LoginSource, RememberChange},
    error::LoginError,
    events::LoginEvent,
    manager::{LoginManager, nearest_required},
    record::LoginRecord,
    remember::{self, auth_tag},
    resolve::{Examined, begin_login, end_session, examine, new_record, write_record},
    session::{is_purged, is_readable, session},
    settings::Settings,
    token::RememberToken,
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
#[must_use = "hand it to `login_user_with`"]
pub struct LoginOptions {
    remember: bool,
    duration: Option<Duration>,
    force: bool,
    fresh: bool,
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
    /// All defaults: what [`login_user`] does.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a remember cookie brings the user back after a restart of the browser.
    ///
    /// Default: `false`.
    pub fn remember(mut self, remember: bool) -> Self {
        self.remember = remember;
        self
    }

    /// How long the user is remembered, in whole seconds; less than one is not at all.
    ///
    /// Default: the [cookie's setting](crate::RememberCookie::duration).
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Whether an inactive user is logged in, too. The guards still refuse one whose
    /// `is_authenticated` follows `is_active`, as it does by default.
    ///
    /// Default: `false`.
    pub fn force(mut self, force: bool) -> Self {
        self.force = force;
        self
    }

    /// Whether the login is fresh: whether the user has just authenticated.
    ///
    /// Default: `true`. Set to `false` where something weaker than the credentials was shown,
    /// such as a link in a mail.
    pub fn fresh(mut self, fresh: bool) -> Self {
        self.fresh = fresh;
        self
    }
}

/// Logs a user in: writes the login into the session, under a new session id.
///
/// Call it once the user has shown the credentials. What the session held of another user is
/// cleared first. A remember cookie of another user is cleared, one of this user stays.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// # struct Users;
/// # impl Users { fn check(&self, _: &str, _: &str) -> Option<User> { None } }
/// # #[derive(serde::Deserialize)]
/// # struct Credentials { email: String, password: String }
/// use actix_login::{NextUrl, login_user};
/// use actix_web::{HttpRequest, Responder, Result, post, web::{Data, Form, Redirect}};
///
/// #[post("/login")]
/// async fn login(
///     req: HttpRequest,
///     form: Form<Credentials>,
///     users: Data<Users>,
///     next: NextUrl,
/// ) -> Result<impl Responder> {
///     match users.check(&form.email, &form.password) {
///         Some(user) => {
///             login_user(&req, &user).await?;
///             Ok(Redirect::to(next.or("/")).see_other())
///         }
///         None => Ok(Redirect::to("/login").see_other()),
///     }
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::Inactive`] (403) where the user is not active; with active logins on,
/// [`LoginError::TooManyLogins`] (403) and [`LoginError::StoreFailed`] (500). The others are
/// mistakes in the app's set-up, and answered with an empty 500. The session and the cookies have
/// not changed in any of these cases.
pub async fn login_user<U: UserMixin>(req: &HttpRequest, user: &U) -> Result<(), LoginError> {
    login_user_with(req, user, LoginOptions::new()).await
}

/// [`login_user`] with options: remember the user, log an inactive one in, mark the login as not
/// fresh.
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
    let manager = LoginManager::<U>::of(req)?;
    let context = manager.context(req)?;
    if !options.force && !user.is_active() {
        return Err(LoginError::Inactive);
    }
    let id = checked_id(user)?;
    context.settle().await;
    let session = writable_session(manager, req)?;
    let settings = &manager.0.settings;
    // The login that a test client begins with was there before this one.
    #[cfg(feature = "test")]
    crate::test::begin(context, req, &session).await?;

    let now = settings.now();
    let auth_tag = auth_tag(&settings.keys, &id, user);
    let token = options
        .remember
        .then(|| remember::new_token(settings, now, options.duration, &id, auth_tag));
    let before = record_in(&session, settings);
    let may_keep = may_keep_session(context, &session, before.clone(), req, &id);
    let cookie_ends = token.as_ref().map(|token| token.ends);
    let active = begin_or_continue(context, req, before.as_ref(), user, &id, cookie_ends).await?;

    if !may_keep {
        settings.session_keys.clear(&session);
    }
    let record = LoginRecord {
        login: active.as_ref().map(Continued::recorded),
        ..new_record(context, req, &id, user, options.fresh)
    };
    begin_login(context, req, &session, &record)?;
    if let Some(token) = token {
        let token = RememberToken {
            login: active.as_ref().map(Continued::of_token),
            ..token
        };
        *context.remember.borrow_mut() = RememberChange::Set(token);
    } else {
        let replaces_other = before.is_some_and(|before| before.id != id);
        let login = active.as_ref().map(Continued::of_token);
        context.log_in_without_cookie(req, user, &id, login, replaces_other);
    }
    let source = LoginSource::Session;
    let login = Login::in_session(Rc::new(user.clone()), record.id, source, options.fresh);
    context.set_login(login);
    manager.emit(LoginEvent::UserLoggedIn, req, Some(user));
    Ok(())
}

/// Logs the current user out: ends the session, clears the remember cookie.
///
/// With nobody logged in it does no harm, and the app's own session keys stay. It works also
/// while the user loader fails.
///
/// ```
/// use actix_login::logout_user;
/// use actix_web::{HttpRequest, Responder, Result, post, web::Redirect};
///
/// #[post("/logout")]
/// async fn logout(req: HttpRequest) -> Result<impl Responder> {
///     logout_user(&req).await?;
///     Ok(Redirect::to("/").see_other())
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::StoreFailed`], and mistakes in the app's set-up: [`LoginError::NoManager`],
/// [`LoginError::NoSession`] (500).
pub async fn logout_user(req: &HttpRequest) -> Result<(), LoginError> {
    nearest_required(req)?.logout(req).await
}

/// Marks the current login as fresh, under a new session id: the user has just authenticated
/// again.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// # impl User { fn check_password(&self, _: &str) -> bool { true } }
/// use actix_login::{AuthenticatedUser, NextUrl, confirm_login, login_required};
/// use actix_web::{HttpRequest, Responder, Result, post, web::{Form, Redirect}};
///
/// #[derive(serde::Deserialize)]
/// struct Password { password: String }
///
/// #[post("/reauthenticate")]
/// #[login_required]
/// async fn reauthenticate(
///     req: HttpRequest,
///     user: AuthenticatedUser<User>,
///     form: Form<Password>,
///     next: NextUrl,
/// ) -> Result<impl Responder> {
///     if user.check_password(&form.password) {
///         confirm_login(&req).await?;
///         return Ok(Redirect::to(next.or("/")).see_other());
///     }
///     Ok(Redirect::to("/reauthenticate").see_other())
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::NotLoggedIn`] (401) where nobody is logged in, or only by a request loader.
/// [`LoginError::LoaderFailed`] and mistakes in the app's set-up (500).
pub async fn confirm_login(req: &HttpRequest) -> Result<(), LoginError> {
    nearest_required(req)?.confirm(req).await
}

/// Whether the current login is fresh: whether the user authenticated in this session, and not
/// by a remember cookie.
///
/// # Errors
///
/// [`LoginError::LoaderFailed`] and mistakes in the app's set-up (500).
pub async fn login_fresh(req: &HttpRequest) -> Result<bool, LoginError> {
    Ok(nearest_required(req)?.load(req).await?.fresh)
}

/// Whether the request carries a valid remember cookie of the current user.
///
/// # Errors
///
/// [`LoginError::LoaderFailed`] and mistakes in the app's set-up (500).
pub async fn login_remembered(req: &HttpRequest) -> Result<bool, LoginError> {
    nearest_required(req)?.remembered(req).await
}

/// Keeps the current login, and its remember cookie, when the user's `session_auth_hash` changes.
///
/// A changed hash ends every session and every remember cookie of that user at its next request.
/// Call this with the changed user, in the request in which the password is changed, and the one
/// browser in which that happened stays logged in (Django's `update_session_auth_hash`):
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64, #[user(session_auth_hash)] password_hash: String }
/// # struct Users;
/// # impl Users { fn set_password(&self, id: u64, hash: &str) -> User { User { id, password_hash: hash.into() } } }
/// use actix_login::{AuthenticatedUser, fresh_login_required, refresh_session_auth};
/// use actix_web::{HttpRequest, Responder, Result, post, web::{Data, Form}};
///
/// #[derive(serde::Deserialize)]
/// struct NewPassword { password: String }
///
/// #[post("/password")]
/// #[fresh_login_required]
/// async fn change_password(
///     req: HttpRequest,
///     user: AuthenticatedUser<User>,
///     form: Form<NewPassword>,
///     users: Data<Users>,
/// ) -> Result<impl Responder> {
///     let changed = users.set_password(user.id, &form.password);
///     refresh_session_auth(&req, &changed).await?;
///     Ok("All your other browsers are logged out.")
/// }
/// ```
///
/// The current user must have been asked for before the change, as the guard does. With
/// [active logins](crate::ActiveLogins) on, call [`end_other_logins`](crate::end_other_logins) too:
/// the others are out anyway, and so are off the list at once.
///
/// # Errors
///
/// [`LoginError::NotLoggedIn`] (401) where nobody is logged in, or only by a request loader.
/// [`LoginError::LoaderFailed`] and mistakes in the app's set-up (500).
pub async fn refresh_session_auth<U: UserMixin>(
    req: &HttpRequest,
    user: &U,
) -> Result<(), LoginError> {
    let manager = LoginManager::<U>::of(req)?;
    let context = manager.context(req)?;
    let before = lasting_login(context, req).await?;
    let id = checked_id(user)?;
    let session = writable_session(manager, req)?;
    let settings = &manager.0.settings;

    let tag = auth_tag(&settings.keys, &id, user);
    let current = current_record(context, req, &session, &before);
    let token = match current_token(context, req, &before) {
        Some(token) => present_token(settings, token).await?,
        None => None,
    };
    let active = if *before.id == *id {
        None
    } else {
        // The store knows a login by its user's id.
        let cookie_ends = token.as_ref().map(|token| token.ends);
        begin_or_continue(context, req, Some(&current), user, &id, cookie_ends).await?
    };
    let record = LoginRecord {
        auth_tag: tag,
        id: Rc::clone(&id),
        login: active.as_ref().map(Continued::recorded).or(current.login),
        ..current
    };
    write_record(context, req, &session, &record)?;
    session.renew();
    if let Some(mut token) = token {
        token.login = active.as_ref().map(Continued::of_token).or(token.login);
        token.auth_tag = tag;
        token.id = id.to_string();
        *context.remember.borrow_mut() = RememberChange::Set(token);
    }
    let user = Rc::new(user.clone());
    context.set_login(Login::in_session(user, id, before.source, before.fresh));
    Ok(())
}

/// How the current user was found; `None` with nobody logged in.
///
/// # Errors
///
/// [`LoginError::LoaderFailed`] and mistakes in the app's set-up (500).
pub async fn login_source(req: &HttpRequest) -> Result<Option<LoginSource>, LoginError> {
    Ok(nearest_required(req)?.load(req).await?.source)
}

pub(crate) async fn logout<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
) -> Result<(), LoginError> {
    let manager = &context.manager;
    let settings = &manager.0.settings;
    // Whoever is being logged out is only of interest to the observers: no reason to fail.
    let login = context.load(req).await.ok();
    if manager.0.user_loader.is_some() {
        // In a session that the app has purged there is nothing left to end.
        let session = session(req, &manager.0.session_seen)?;
        let record = record_in(&session, settings);
        end_active(context, req, record.as_ref()).await?;
        if let Some(record) = record {
            end_session(&session, settings, &record.id);
        } else if !is_readable(req) {
            // The login that is in the session can't be seen. A session of another content
            // replaces it in the browser; the empty record is removed when next seen.
            session
                .insert(settings.session_keys.login.as_str(), "")
                .map_err(|_| LoginError::SessionWrite.logged())?;
            session.renew();
        }
        context.forget();
    }
    context.set_login(Login::anonymous());
    let user = login.as_ref().and_then(|login| login.user.as_deref());
    manager.emit(LoginEvent::UserLoggedOut, req, user);
    Ok(())
}

/// Ends the entry of the login, in the session's record and in the remember cookie.
async fn end_active<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    record: Option<&LoginRecord>,
) -> Result<(), LoginError> {
    let Some(active) = &context.manager.0.settings.active else {
        return Ok(());
    };
    let mut logins = logins_of(context, req, record);
    if let Some(login) = context.came_with.take()
        && !logins.contains(&login)
    {
        logins.push(login);
    }
    end_all(active, logins).await
}

pub(crate) async fn confirm<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
) -> Result<(), LoginError> {
    let manager = &context.manager;
    let settings = &manager.0.settings;
    let login = lasting_login(context, req).await?;
    let session = writable_session(manager, req)?;
    let record = LoginRecord {
        fresh: true,
        identifier: settings
            .is_protected()
            .then(|| settings.identifier.digest(req, &settings.keys)),
        ..current_record(context, req, &session, &login)
    };
    write_record(context, req, &session, &record)?;
    session.renew();
    let user = Rc::clone(&login.user);
    context.set_login(Login::in_session(user, login.id, login.source, true));
    manager.emit(LoginEvent::UserLoginConfirmed, req, Some(&login.user));
    Ok(())
}

/// Goes on with the current login under a new id, for copies of its cookies to be worthless; `None`
/// where another request has just done so.
pub(crate) async fn renew_active<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    active: &ActiveLogins,
    current: LoginId,
) -> Result<Option<LoginId>, LoginError> {
    let settings = &context.manager.0.settings;
    let login = lasting_login(context, req).await?;
    let session = writable_session(&context.manager, req)?;
    let Some(stored) = find(active, settings, current, &login.id).await? else {
        return Err(LoginError::NotLoggedIn);
    };
    if stored.has_successor() {
        return Ok(None);
    }
    let token = current_token(context, req, &login)
        .filter(|token| token.login.is_some_and(|of| of.id == current));
    let Some(successor) = succeed(active, settings, &stored, token.is_some()).await? else {
        return Ok(None);
    };
    let record = LoginRecord {
        login: Some(successor.recorded()),
        ..current_record(context, req, &session, &login)
    };
    write_record(context, req, &session, &record)?;
    session.renew();
    if let Some(token) = token {
        *context.remember.borrow_mut() = RememberChange::Set(RememberToken {
            login: Some(successor.of_token()),
            auth_tag: auth_tag(&settings.keys, &login.id, &*login.user),
            ..token
        });
    }
    Ok(Some(successor.id))
}

/// The token of the current login's remember cookie: of the one that this very request sets, or else
/// of its own.
pub(crate) fn current_token<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    login: &Lasting<U>,
) -> Option<RememberToken> {
    match &*context.remember.borrow() {
        RememberChange::Set(token) => Some(token.clone()),
        _ => context
            .token_of(req, &login.user, &login.id)
            .map(|token| token.remember.clone()),
    }
}

/// A login that lasts longer than its request.
pub(crate) struct Lasting<U> {
    user: Rc<U>,
    pub(crate) id: Rc<str>,
    source: LoginSource,
    fresh: bool,
}

pub(crate) async fn lasting_login<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
) -> Result<Lasting<U>, LoginError> {
    let login = context.load(req).await?;
    let fresh = login.is_fresh();
    match (login.user, login.id, login.source) {
        (Some(user), Some(id), Some(source)) => Ok(Lasting {
            user,
            id,
            source,
            fresh,
        }),
        _ => Err(LoginError::NotLoggedIn),
    }
}

/// The record of a login that has been loaded. There is none yet where the session could not be
/// seen and the user is known by the cookie alone.
fn current_record<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: &Session,
    login: &Lasting<U>,
) -> LoginRecord {
    let key = &context.manager.0.settings.session_keys.login;
    match session.get::<LoginRecord>(key) {
        Ok(Some(record)) if record.id == login.id => record,
        _ => new_record(context, req, &login.id, &*login.user, login.fresh),
    }
}

fn checked_id<U: UserMixin>(user: &U) -> Result<Rc<str>, LoginError> {
    let id = user.get_id().to_string();
    if id.len() > ID_MAX_BYTES {
        return Err(LoginError::IdTooLong { bytes: id.len() }.logged());
    }
    Ok(id.into())
}

/// A session that stores what is written to it.
fn writable_session<U: UserMixin>(
    manager: &LoginManager<U>,
    req: &HttpRequest,
) -> Result<Session, LoginError> {
    if manager.0.user_loader.is_none() {
        return Err(LoginError::NoUserLoader.logged());
    }
    let session = session(req, &manager.0.session_seen)?;
    if is_purged(&session) {
        return Err(LoginError::SessionPurged.logged());
    }
    Ok(session)
}

/// The record in the session, if there is one of the right shape.
fn record_in(session: &Session, settings: &Settings) -> Option<LoginRecord> {
    let key = &settings.session_keys.login;
    session.get::<LoginRecord>(key).ok().flatten()
}

/// The active login of that record.
pub(crate) fn login_in(session: &Session, settings: &Settings) -> Option<LoginId> {
    Some(record_in(session, settings)?.login?.id)
}

/// Whether what the session holds may stay when the user of `id` logs in: nobody is logged in, or
/// the very same user, by a record that has not ended.
fn may_keep_session<U: UserMixin>(
    context: &LoginContext<U>,
    session: &Session,
    before: Option<LoginRecord>,
    req: &HttpRequest,
    id: &str,
) -> bool {
    match before {
        Some(mut record) => {
            &*record.id == id && !matches!(examine(context, &mut record, req), Examined::Expired)
        }
        // Whose it was can't be read off a record of the wrong shape.
        None => !session.contains_key(&context.manager.0.settings.session_keys.login),
    }
}
