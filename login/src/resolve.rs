//! Finding out who is logged in: by the session, by the remember cookie, by the request itself.

mod by_session;

use std::{cell::Cell, rc::Rc, task::Context};

use actix_session::Session;
use actix_web::{HttpMessage, HttpRequest};

pub(crate) use self::by_session::{Examined, examine};
use self::by_session::{NoUser, by_session};
use crate::{
    active::{self, Continued, RecordedLogin, Rotation, TokenLogin, begin_or_continue},
    context::{Login, LoginContext, LoginSource, Written},
    error::LoginError,
    events::LoginEvent,
    keys::{Purpose, Verified},
    loader::{Found, LocalBoxFuture},
    manager::Registry,
    maybe_future::MaybeFuture,
    record::LoginRecord,
    remember::{Presented, auth_tag},
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
        None => MaybeFuture::Ready(Ok(Err(NoUser::Nobody))),
    };
    let accessed = |login: Login<U>| {
        let user = login.user.as_deref();
        context.manager.emit(LoginEvent::UserAccessed, req, user);
        login
    };
    match in_session {
        MaybeFuture::Ready(Err(error)) => MaybeFuture::Ready(Err(error)),
        MaybeFuture::Ready(Ok(Ok(login))) => MaybeFuture::Ready(Ok(accessed(login))),
        MaybeFuture::Ready(Ok(Err(no_user))) => MaybeFuture::Pending(Box::pin(async move {
            let login = ask_on(context, req, session, no_user).await?;
            Ok(accessed(login))
        })),
        MaybeFuture::Pending(waiting) => MaybeFuture::Pending(Box::pin(async move {
            let login = match waiting.await? {
                Ok(login) => login,
                // In a box, since it is seldom needed: the wait for a loader stays small.
                Err(no_user) => Box::pin(ask_on(context, req, session, no_user)).await?,
            };
            Ok(accessed(login))
        })),
    }
}

/// Asks the remember cookie, then the request itself, where the session knows of no user.
async fn ask_on<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: Option<Session>,
    no_user: NoUser,
) -> Result<Login<U>, LoginError> {
    let (ended, is_gone) = match no_user {
        NoUser::Stolen => return Ok(Login::anonymous()),
        NoUser::Gone(id) => (Some(id), true),
        NoUser::Ended(id) => (Some(id), false),
        NoUser::Nobody => (None, false),
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
            let begun = match begin_or_continue(context, req, None, &user, id, ends).await {
                // No reason to keep the visitor from pages that are for anyone.
                Err(LoginError::TooManyLogins) => return Ok(None),
                begun => begun?,
            };
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
