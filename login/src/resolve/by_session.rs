//! What the session says of who is logged in.

use std::{
    rc::Rc,
    task::{Context, Poll},
};

use actix_session::Session;
use actix_web::HttpRequest;

use super::{begin_load, end_login, keep_for_owner, load_user, loaded, write_record};
use crate::{
    active::{self, ActiveLogins},
    context::{Login, LoginContext, LoginSource},
    error::LoginError,
    events::LoginEvent,
    keys::Verified,
    loader::Found,
    manager::LoginManager,
    maybe_future::MaybeFuture,
    record::LoginRecord,
    remember::{auth_tag, verify_auth_tag},
    settings::Settings,
    user::UserMixin,
};

/// What the session says.
type BySession<U> = Result<Login<U>, NoUser>;

/// Why the session knows of no user.
pub(super) enum NoUser {
    Nobody,
    /// The login of this id is over.
    Ended(Rc<str>),
    /// The user of this id can't be loaded any more.
    Gone(Rc<str>),
    /// The login is over, and nobody else is asked: somebody has a copy of its cookies.
    Stolen,
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
pub(crate) fn examine<U: UserMixin>(
    context: &LoginContext<U>,
    record: &mut LoginRecord,
    req: &HttpRequest,
) -> Examined {
    let settings = &context.manager.0.settings;
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
        let (identifier, known) = (&settings.identifier, &context.known_clients);
        let verified = record
            .identifier
            .map(|stored| identifier.verify(req, &settings.keys, known, &stored));
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

pub(super) fn by_session<'a, U: UserMixin>(
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
        Err(no_user) => return MaybeFuture::Ready(Ok(Err(no_user))),
    };
    let registry = &*context.manager.0;
    if let Some(active) = &registry.settings.active {
        let session = session.clone();
        return MaybeFuture::Pending(Box::pin(async move {
            by_active_login(context, req, &session, active, held).await
        }));
    }
    let Some(mut loading) = begin_load(registry, &held.record.id) else {
        return MaybeFuture::Ready(Ok(Err(NoUser::Gone(held.record.id))));
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
) -> Result<Held, NoUser> {
    let manager = &context.manager;
    let settings = &manager.0.settings;
    let mut record = match session.get::<LoginRecord>(&settings.session_keys.login) {
        Ok(Some(record)) => record,
        Ok(None) => return Err(NoUser::Nobody),
        Err(_) => {
            tracing::warn!(target: "actix_login", "a login record of the wrong shape was removed");
            session.remove(&settings.session_keys.login);
            settings.session_keys.disown(session);
            return Err(NoUser::Nobody);
        }
    };
    context.came_with.set(record.login.map(|login| login.id));
    match examine(context, &mut record, req) {
        Examined::Valid { changed, mismatch } => Ok(Held {
            record,
            changed,
            mismatch,
        }),
        Examined::Expired => Err(NoUser::Ended(record.id)),
        Examined::Stolen => {
            // Whoever has the session now may be the thief: the app's keys stay for the owner,
            // and a login of anyone else will clear them.
            settings.session_keys.remove_own(session);
            keep_for_owner(session, settings, &record.id);
            context.forget();
            manager.emit(LoginEvent::SessionProtected, req, None);
            Err(NoUser::Stolen)
        }
    }
}

/// Whether the record is of the user as the user is now.
fn of_user<U: UserMixin>(
    manager: &LoginManager<U>,
    mut held: Held,
    user: Option<U>,
) -> Result<(U, Held), NoUser> {
    let keys = &manager.0.settings.keys;
    let record = &mut held.record;
    let Some(user) = user else {
        return Err(NoUser::Gone(held.record.id));
    };
    match verify_auth_tag(keys, &record.id, &user, record.auth_tag.as_ref()) {
        Verified::Newest => {}
        Verified::Previous => {
            record.auth_tag = auth_tag(keys, &record.id, &user);
            held.changed = true;
        }
        Verified::No => return Err(NoUser::Ended(held.record.id)),
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
        Ok((user, held)) => keep(context, req, session, held, user).map(Ok),
        Err(no_user) => Ok(Err(no_user)),
    }
}

/// Puts into the session what has changed in its record.
fn keep<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: &Session,
    held: Held,
    user: U,
) -> Result<Login<U>, LoginError> {
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
    Ok(Login::in_session(Rc::new(user), record.id, source, fresh))
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
        return Ok(Err(NoUser::Ended(held.record.id)));
    };
    let user = load_user(&manager.0, id).await?;
    let (user, mut held) = match of_user(manager, held, user) {
        Ok(of_user) => of_user,
        Err(no_user) => return Ok(Err(no_user)),
    };
    if active::finds_reuse(context, req, active, &entry, &user, &held.record.id) {
        active.store.end(entry.id).await?;
        end_login(context, req, session, &held.record.id);
        context.forget();
        let event = LoginEvent::RememberCookieReused;
        manager.emit(event, req, Some(&user));
        return Ok(Err(NoUser::Stolen));
    }
    held.changed |= active::confirm_cookie(context, req, active, &entry, &mut held.record).await?;
    keep(context, req, session, held, user).map(Ok)
}
