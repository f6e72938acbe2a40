//! Finding out who is logged in: by the session, by the remember cookie, by the request itself.

use std::{
    cell::Cell,
    rc::Rc,
    task::{Context, Poll},
};

use actix_session::Session;
use actix_web::{HttpMessage, HttpRequest};

use crate::{
    active::{
        self, ActiveLogins, Continued, RecordedLogin, Rotation, TokenLogin, begin_or_continue,
    },
    context::{Login, LoginContext, LoginSource, Written},
    error::LoginError,
    events::LoginEvent,
    keys::{Purpose, Verified},
    loader::{Found, LocalBoxFuture},
    manager::{LoginManager, Registry},
    maybe_future::MaybeFuture,
    record::LoginRecord,
    remember::{Presented, auth_tag, verify_auth_tag},
    session::{is_readable, session},
    settings::Settings,
    user::UserMixin,
};

/// Asks the session, then the remember cookie, then the request and header loaders.
///
/// Nothing is written before a loader has answered: if it fails, the request fails, and session
/// and cookies are as they were.
pub(crate) fn resolve<'a, U: UserMixin>(
    context: &'a LoginContext<U>,
    req: &'a HttpRequest,
    cx: &mut Context<'_>,
) -> MaybeFuture<'a, Result<Login<U>, LoginError>> {
    let registry = &*context.manager.0;
    let session = match &registry.user_loader {
        Some(_) => match session(req, &registry.session_seen) {
            Ok(session) => Some(session),
            Err(error) => return MaybeFuture::Ready(Err(error)),
        },
        None => None,
    };
    let in_session = match &session {
        Some(session) => by_session(context, req, session, cx),
        None => MaybeFuture::Ready(Ok(BySession::Nobody)),
    };
    let accessed = |login: Login<U>| {
        let user = login.user.as_deref();
        context.manager.emit(LoginEvent::UserAccessed, req, user);
        login
    };
    match in_session {
        MaybeFuture::Ready(Err(error)) => MaybeFuture::Ready(Err(error)),
        MaybeFuture::Ready(Ok(BySession::User(login))) => MaybeFuture::Ready(Ok(accessed(login))),
        MaybeFuture::Ready(Ok(no_user)) => MaybeFuture::Pending(Box::pin(async move {
            let login = ask_on(context, req, session, no_user).await?;
            Ok(accessed(login))
        })),
        MaybeFuture::Pending(waiting) => MaybeFuture::Pending(Box::pin(async move {
            let login = match waiting.await? {
                BySession::User(login) => login,
                // In a box, since it is seldom needed: the wait for a loader stays small.
                no_user => Box::pin(ask_on(context, req, session, no_user)).await?,
            };
            Ok(accessed(login))
        })),
    }
}

/// Goes on from what the session says.
async fn ask_on<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: Option<Session>,
    in_session: BySession<U>,
) -> Result<Login<U>, LoginError> {
    let (ended, is_gone) = match in_session {
        BySession::User(login) => return Ok(login),
        BySession::Protected => return Ok(Login::anonymous()),
        BySession::Gone(id) => (Some(id), true),
        BySession::Ended(id) => (Some(id), false),
        BySession::Nobody => (None, false),
    };
    if let Some(session) = session {
        let gone = ended.as_deref().filter(|_| is_gone);
        let restored = by_cookie(context, req, gone).await?;
        // Not before: the cookie's loader or store might have failed.
        if let Some(id) = &ended {
            end_login(context, req, &session, id);
        }
        if let Some(restored) = restored {
            return restored.begin(context, req, &session);
        }
    }
    by_request(context, req).await
}

/// What the session says.
enum BySession<U> {
    User(Login<U>),
    Nobody,
    /// The login of this id is over.
    Ended(Rc<str>),
    /// The user of this id can't be loaded any more.
    Gone(Rc<str>),
    /// Strong protection removed the login; nobody else is asked.
    Protected,
}

/// What can be said of a record before its user is loaded.
pub(crate) enum Examined {
    /// It holds. `changed`: it differs from what is stored. `mismatch`: it turned up on another
    /// computer.
    Valid { changed: bool, mismatch: bool },
    /// A deadline has passed.
    Expired,
    /// It turned up on another computer, and must be removed.
    Stolen,
}

/// Checks deadlines and session protection. All that trusts a record goes through here.
pub(crate) fn examine(
    record: &mut LoginRecord,
    req: &HttpRequest,
    settings: &Settings,
) -> Examined {
    let now = settings.now();
    let past = |since: u64, deadline: Option<std::time::Duration>| {
        deadline.is_some_and(|deadline| now >= since.saturating_add(deadline.as_secs()))
    };
    let seen = record.seen.unwrap_or(record.began);
    if past(record.began, settings.login_deadline) || past(seen, settings.visit_deadline) {
        return Examined::Expired;
    }
    let mut changed = false;
    let mut mismatch = false;
    if settings.is_protected() {
        let verified = record
            .identifier
            .map(|stored| settings.identifier.verify(req, &settings.keys, &stored));
        match verified {
            Some(Verified::Newest) => {}
            Some(Verified::No) if settings.is_strong() => return Examined::Stolen,
            Some(Verified::No) => {
                mismatch = true;
                changed |= record.fresh;
                record.fresh = false;
            }
            None | Some(Verified::Previous) => {
                record.identifier = Some(settings.identifier.digest(req, &settings.keys));
                changed = true;
            }
        }
    }
    changed |= note_visit(record, seen, now, settings);
    Examined::Valid { changed, mismatch }
}

/// A visit is written down seldom, since each write is of a whole session.
fn note_visit(record: &mut LoginRecord, seen: u64, now: u64, settings: &Settings) -> bool {
    let Some(deadline) = settings.visit_deadline else {
        return false;
    };
    let is_due =
        now.saturating_sub(seen) >= deadline.as_secs() / crate::config::VISITS_PER_DEADLINE;
    if is_due && record.seen != Some(now) {
        record.seen = Some(now);
        return true;
    }
    false
}

/// A record that holds, before its user is loaded.
struct Held {
    record: LoginRecord,
    /// Whether it differs from what is stored.
    changed: bool,
    /// Whether it turned up on another computer.
    mismatch: bool,
}

fn by_session<'a, U: UserMixin>(
    context: &'a LoginContext<U>,
    req: &'a HttpRequest,
    session: &Session,
    cx: &mut Context<'_>,
) -> MaybeFuture<'a, Result<BySession<U>, LoginError>> {
    #[cfg(feature = "test")]
    if crate::test::is_prepared::<U>(req) {
        let session = session.clone();
        return MaybeFuture::Pending(Box::pin(async move {
            crate::test::begin(context, req, &session).await?;
            MaybeFuture::ask(|cx| by_session(context, req, &session, cx)).await
        }));
    }
    let held = match held(context, req, session) {
        Ok(held) => held,
        Err(no_user) => return MaybeFuture::Ready(Ok(no_user)),
    };
    let registry = &*context.manager.0;
    if let Some(active) = &registry.settings.active {
        let session = session.clone();
        return MaybeFuture::Pending(Box::pin(async move {
            by_active_login(context, req, &session, active, held).await
        }));
    }
    let Some(mut loading) = begin_load(registry, &held.record.id) else {
        return MaybeFuture::Ready(Ok(BySession::Gone(held.record.id)));
    };
    match loading.as_mut().poll(cx) {
        Poll::Ready(found) => MaybeFuture::Ready(go_on(context, req, session, held, found)),
        Poll::Pending => {
            let session = session.clone();
            MaybeFuture::Pending(Box::pin(async move {
                let found = loading.await;
                go_on(context, req, &session, held, found)
            }))
        }
    }
}

/// The login of the session's record, as far as it can be judged without its user.
fn held<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: &Session,
) -> Result<Held, BySession<U>> {
    let manager = &context.manager;
    let settings = &manager.0.settings;
    let mut record = match session.get::<LoginRecord>(&settings.session_keys.login) {
        Ok(Some(record)) => record,
        Ok(None) => return Err(BySession::Nobody),
        Err(_) => {
            tracing::warn!(target: "actix_login", "a login record of the wrong shape was removed");
            session.remove(&settings.session_keys.login);
            return Err(BySession::Nobody);
        }
    };
    match examine(&mut record, req, settings) {
        Examined::Valid { changed, mismatch } => Ok(Held {
            record,
            changed,
            mismatch,
        }),
        Examined::Expired => Err(BySession::Ended(record.id)),
        Examined::Stolen => {
            // Whoever has the session now may be the thief: the app's keys stay for the owner,
            // and a login of anyone else will clear them.
            settings.session_keys.remove_own(session);
            keep_for_owner(session, settings, &record.id);
            if !matches!(context.presented(req), Presented::Nothing) {
                context.forget();
            }
            manager.emit(LoginEvent::SessionProtected, req, None);
            Err(BySession::Protected)
        }
    }
}

/// Whether the record is of the user as the user is now.
fn of_user<U: UserMixin>(
    manager: &LoginManager<U>,
    mut held: Held,
    user: Option<U>,
) -> Result<(U, Held), BySession<U>> {
    let keys = &manager.0.settings.keys;
    let record = &mut held.record;
    let Some(user) = user else {
        return Err(BySession::Gone(held.record.id));
    };
    match verify_auth_tag(keys, &record.id, &user, record.auth_tag.as_ref()) {
        Verified::Newest => {}
        Verified::Previous => {
            record.auth_tag = auth_tag(keys, &record.id, &user);
            held.changed = true;
        }
        Verified::No => return Err(BySession::Ended(held.record.id)),
    }
    Ok((user, held))
}

/// The session's login goes on, if the loader found its user.
fn go_on<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: &Session,
    held: Held,
    found: Found<U>,
) -> Result<BySession<U>, LoginError> {
    let user = loaded(found, "user_loader")?;
    match of_user(&context.manager, held, user) {
        Ok((user, held)) => keep(context, req, session, held, user),
        Err(no_user) => Ok(no_user),
    }
}

/// Puts into the session what has changed in its record.
fn keep<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: &Session,
    held: Held,
    user: U,
) -> Result<BySession<U>, LoginError> {
    let Held {
        record,
        changed,
        mismatch,
    } = held;
    if changed {
        write_record(context, req, session, &record)?;
    }
    if mismatch {
        let event = LoginEvent::SessionProtected;
        context.manager.emit(event, req, Some(&user));
    }
    let (source, fresh) = (LoginSource::Session, record.fresh);
    let login = Login::in_session(Rc::new(user), record.id, source, fresh);
    Ok(BySession::User(login))
}

/// [`by_session`] where the store of active logins has a say.
async fn by_active_login<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: &Session,
    active: &ActiveLogins,
    held: Held,
) -> Result<BySession<U>, LoginError> {
    let manager = &context.manager;
    let (id, login) = (&held.record.id, held.record.login);
    let entry = match login {
        Some(login) => active::find(active, &manager.0.settings, login.id, id).await?,
        None => None,
    };
    let Some(entry) = entry else {
        return Ok(BySession::Ended(held.record.id));
    };
    let user = load_user(&manager.0, id).await?;
    let (user, mut held) = match of_user(manager, held, user) {
        Ok(of_user) => of_user,
        Err(no_user) => return Ok(no_user),
    };
    held.changed |= active::confirm_cookie(context, req, active, &entry, &mut held.record).await?;
    keep(context, req, session, held, user)
}

/// A login that the remember cookie has proved.
struct Restored<U> {
    user: U,
    id: Rc<str>,
    login: Option<RecordedLogin>,
}

impl<U: UserMixin> Restored<U> {
    fn begin(
        self,
        context: &LoginContext<U>,
        req: &HttpRequest,
        session: &Session,
    ) -> Result<Login<U>, LoginError> {
        // In a request whose session can't be seen the user is known by the cookie alone.
        if is_readable(req) {
            let record = LoginRecord {
                login: self.login,
                ..new_record(context, req, &self.id, &self.user, false)
            };
            begin_login(context, req, session, &record)?;
        }
        let event = LoginEvent::UserLoadedFromCookie;
        context.manager.emit(event, req, Some(&self.user));
        let source = LoginSource::RememberCookie;
        let user = Rc::new(self.user);
        Ok(Login::in_session(user, self.id, source, false))
    }
}

/// Finds out whom the remember cookie restores. The session stays as it is. `gone` is an id whose
/// user was just not found.
async fn by_cookie<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    gone: Option<&str>,
) -> Result<Option<Restored<U>>, LoginError> {
    let manager = &context.manager;
    let settings = &manager.0.settings;
    let token = match context.presented(req) {
        Presented::Nothing => return Ok(None),
        Presented::Invalid => None,
        Presented::Valid(token) => {
            Some(token).filter(|token| gone != Some(token.remember.id.as_str()))
        }
    };
    let reject = || {
        context.forget();
        manager.emit(LoginEvent::RememberCookieRejected, req, None);
        Ok(None)
    };
    let Some(token) = token else {
        return reject();
    };
    let id = &token.remember.id;
    let entry = match (&settings.active, token.remember.login) {
        (None, _) => None,
        (Some(active), login) => {
            let stored = match login {
                Some(login) => active::find(active, settings, login.id, id).await?,
                None => None,
            };
            match (login, stored) {
                (Some(login), Some(stored)) => Some((active, login, stored)),
                // It knows of no active logins, and is replaced by one that does.
                (None, _) if token.is_flask() => None,
                _ => return reject(),
            }
        }
    };
    let user = load_user(&manager.0, id).await?;
    let Some(user) = user.filter(|user| token.is_of(user, settings)) else {
        return reject();
    };
    let recorded = match entry {
        None => {
            let ends = Some(token.remember.ends);
            let begun = begin_or_continue(context, req, None, &user, id, ends).await?;
            context.reissue(token, &user, begun.as_ref().map(Continued::of_token));
            begun.as_ref().map(Continued::recorded)
        }
        Some((active, login, stored)) => {
            let rotation =
                active::rotate(active, settings, &stored, login, &token.remember).await?;
            match rotation {
                Rotation::Replaced(generation) => {
                    let login = TokenLogin {
                        generation,
                        ..login
                    };
                    context.reissue(token, &user, Some(login));
                }
                Rotation::InGrace => context.keep_cookie(),
                Rotation::Reused => {
                    context.forget();
                    manager.emit(LoginEvent::RememberCookieReused, req, Some(&user));
                    return Ok(None);
                }
            }
            Some(RecordedLogin {
                id: login.id,
                awaits_cookie: true,
            })
        }
    };
    Ok(Some(Restored {
        user,
        id: id.as_str().into(),
        login: recorded,
    }))
}

/// Asks the request loader, then the header loader. The session stays as it is.
async fn by_request<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
) -> Result<Login<U>, LoginError> {
    let registry = &*context.manager.0;
    let mut user = None;
    if let Some(loader) = &registry.request_loader {
        user = loaded(loader.load(req).await, "request_loader")?;
    }
    if let (None, Some(loader)) = (&user, &registry.header_loader) {
        let value = registry
            .settings
            .auth_header_name
            .as_ref()
            .and_then(|name| req.headers().get(name))
            .and_then(|value| value.to_str().ok());
        if let Some(value) = value {
            user = loaded(loader.load(value).await, "header_loader")?;
        }
    }
    let Some(user) = user else {
        return Ok(Login::anonymous());
    };
    if !registry.settings.session_for_request_logins {
        crate::session::keep_unset(req);
    }
    let login = Login::for_this_request(user);
    context.manager.emit(
        LoginEvent::UserLoadedFromRequest,
        req,
        login.user.as_deref(),
    );
    Ok(login)
}

/// The user of this id, as text.
async fn load_user<U: UserMixin>(
    registry: &Registry<U>,
    id: &str,
) -> Result<Option<U>, LoginError> {
    match begin_load(registry, id) {
        Some(loading) => loaded(loading.await, "user_loader"),
        None => Ok(None),
    }
}

/// Asks the user loader. An id that does not parse is nobody's.
fn begin_load<'a, U: UserMixin>(
    registry: &'a Registry<U>,
    id: &str,
) -> Option<LocalBoxFuture<'a, Found<U>>> {
    let loader = registry.user_loader.as_ref()?;
    Some(loader.load(id.parse().ok()?))
}

fn loaded<U>(found: Found<U>, loader: &str) -> Result<Option<U>, LoginError> {
    found.map_err(|error| {
        tracing::error!(target: "actix_login", loader, error, "a loader failed");
        LoginError::LoaderFailed
    })
}

/// A record of a login that begins now.
pub(crate) fn new_record<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    id: &str,
    user: &U,
    fresh: bool,
) -> LoginRecord {
    let settings = &context.manager.0.settings;
    LoginRecord {
        fresh,
        began: settings.now(),
        seen: None,
        identifier: settings
            .is_protected()
            .then(|| settings.identifier.digest(req, &settings.keys)),
        auth_tag: auth_tag(&settings.keys, id, user),
        login: None,
        id: id.into(),
    }
}

/// Puts a new login into the session, under a new session id: one that someone else has fixed
/// dies. What the session holds of another user goes first.
pub(crate) fn begin_login<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: &Session,
    record: &LoginRecord,
) -> Result<(), LoginError> {
    let settings = &context.manager.0.settings;
    let owner = session.get::<String>(&settings.session_keys.owner);
    if settings.session_keys.has_other_owner(session) {
        settings.session_keys.clear(session);
    } else if !matches!(owner, Ok(None)) {
        let is_owner = owner
            .ok()
            .flatten()
            .and_then(|owner| owner.parse().ok())
            .is_some_and(|owner| {
                let parts: [&[u8]; 2] = [record.id.as_bytes(), b""];
                settings.keys.verify(Purpose::Owner, parts, &owner) != Verified::No
            });
        if is_owner {
            session.remove(&settings.session_keys.owner);
        } else {
            settings.session_keys.clear(session);
        }
    }
    write_record(context, req, session, record)?;
    session.renew();
    Ok(())
}

pub(crate) fn write_record<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: &Session,
    record: &LoginRecord,
) -> Result<(), LoginError> {
    let key = &context.manager.0.settings.session_keys.login;
    session
        .insert(key.as_str(), record)
        .map_err(|_| LoginError::SessionWrite.logged())?;
    context.has_written.set(true);
    req.extensions_mut().insert(Written {
        session: session.clone(),
        manager: context.manager.clone(),
        answered: Cell::new(false),
    });
    Ok(())
}

/// Ends the login in the session: when a login ends, its session ends.
pub(crate) fn end_session(session: &Session, settings: &Settings, id: &str) {
    if settings.keep_session {
        session.remove(&settings.session_keys.login);
        keep_for_owner(session, settings, id);
    } else {
        settings.session_keys.clear(session);
    }
    session.renew();
}

fn end_login<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: &Session,
    id: &str,
) {
    end_session(session, &context.manager.0.settings, id);
    context.manager.emit(LoginEvent::LoginEnded, req, None);
}

/// Writes down whose keys are left in the session, as a digest.
fn keep_for_owner(session: &Session, settings: &Settings, id: &str) {
    let digest = settings.keys.digest(Purpose::Owner, [id.as_bytes(), b""]);
    if session
        .insert(settings.session_keys.owner.as_str(), digest.to_string())
        .is_err()
    {
        // Rather lose the keys than hand them to somebody else.
        settings.session_keys.clear(session);
    }
}
