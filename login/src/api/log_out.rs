//! Logging the current user out.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, http::header};

use crate::{
    active::{end::end_logins, user_notes::revoke_flask_cookies},
    error::LoginError,
    events::LoginEvent,
    manager::LoginManager,
    remember::verify::ReceivedCookie,
    request::{login::Login, nearest::nearest_required, visit::Visit},
    resolve::load_user::load_user,
    session::{
        access::{is_purged, is_readable, require_middleware},
        record::LoginRecord,
    },
    user::UserMixin,
};

/// Logs the current user out: ends the session, and clears the remember cookie.
///
/// For an anonymous request it does no harm, and the app's own session keys stay. It also works while
/// the user loader fails, except in a browser with a
/// [Flask cookie](crate::LoginManagerBuilder::accept_flask_cookies).
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
/// [`LoginError::StoreFailed`]; [`LoginError::LoaderFailed`] in a browser with a Flask cookie, of which
/// copies stay valid then; and mistakes in the app's set-up: [`LoginError::NoManager`],
/// [`LoginError::NoSession`], and [`LoginError::ResponseBegun`] in the body of a response (500).
///
/// A logout that can't end the login is an error, too. The session must not be changed before it:
/// [`LoginError::SessionCleared`] (500) if the app cleared, purged or changed the session before this
/// crate saw it, and an active login may have been in it. With
/// [active logins](crate::ActiveLogins) a `Cookie` header that can't be read is
/// [`LoginError::UnreadableCookies`] (400): this browser is logged out, but copies of its cookies are
/// not.
pub async fn logout_user(req: &HttpRequest) -> Result<(), LoginError> {
    nearest_required(req)?.logout_user(req).await
}

impl<U: UserMixin> LoginManager<U> {
    /// [`logout_user`](crate::logout_user) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn logout_user(&self, req: &HttpRequest) -> Result<(), LoginError> {
        let context = self.context(req)?;
        context.check_response()?;
        let has_sessions = self.0.loaders.by_id.is_some();
        if has_sessions {
            require_middleware(req)?;
        }
        // The user is only of interest to the observers, so a failed load is no reason to fail.
        let login = context.load(req).await.ok().flatten();
        if has_sessions {
            let visit = Visit::open(&context, req)?;
            // A session that the app has purged has no record.
            let record = visit.record();
            let flask = revoke_flask_cookie(&visit).await;
            end_logins_of_browser(&visit, record.as_ref(), login.as_ref()).await?;
            let ended = end_session(&visit, record).and(flask);
            let keys = &visit.settings().session_keys;
            keys.forget_pending(&visit.session);
            context.clear_cookie();
            context.set_login(None);
            ended?;
        }
        context.set_login(None);
        let user = login.as_ref().map(|login| &*login.user);
        self.emit(req, LoginEvent::UserLoggedOut, user);
        Ok(())
    }
}

/// Revokes Flask-Login's cookies if the browser still has one: for the id of its user, which the cookie
/// may write in another way.
async fn revoke_flask_cookie<U: UserMixin>(visit: &Visit<'_, U>) -> Result<(), LoginError> {
    if let Some(active) = &visit.settings().active
        && let ReceivedCookie::Valid(received) = visit.context.received(visit.req)
        && received.is_flask()
        && let Some(user) = load_user(visit.manager(), &received.token.id).await?
    {
        let id = user.get_id().to_string();
        revoke_flask_cookies(active, visit.settings(), &id).await?;
    }
    Ok(())
}

/// Ends the active logins of the session, of the remember cookie and of the request, and the pending
/// login.
async fn end_logins_of_browser<U: UserMixin>(
    visit: &Visit<'_, U>,
    record: Option<&LoginRecord>,
    loaded: Option<&Login<U>>,
) -> Result<(), LoginError> {
    let Some(active) = &visit.settings().active else {
        return Ok(());
    };
    let mut logins = visit.logins_of_browser(record);
    logins.extend(visit.pending_in_session());
    let recorded = loaded.and_then(|login| login.recorded);
    let initial = visit.context.initial_login.get();
    for login in recorded.map(|login| login.id).into_iter().chain(initial) {
        if !logins.contains(&login) {
            logins.push(login);
        }
    }
    let token = match visit.context.received(visit.req) {
        ReceivedCookie::Valid(received) if !received.is_flask() => Some(&*received.token.id),
        _ => None,
    };
    let by_record = record.map(|record| &*record.id);
    let loaded = loaded.and_then(|login| login.id.as_deref());
    let users: BTreeSet<&str> = [by_record, token, loaded].into_iter().flatten().collect();
    end_logins(active, visit.settings(), users, &logins).await
}

/// Ends the login in the session.
///
/// # Errors
///
/// [`LoginError::SessionCleared`] or [`LoginError::UnreadableCookies`] if there may be a login that it
/// does not see.
fn end_session<U: UserMixin>(
    visit: &Visit<'_, U>,
    record: Option<LoginRecord>,
) -> Result<(), LoginError> {
    let is_active = visit.settings().active.is_some();
    if let Some(record) = record {
        visit.end_session(&record.id);
    } else if !is_readable(visit.req) {
        // The session is not readable, and may hold a login. Another content replaces it in the
        // browser; the empty record is removed at the next request.
        if is_purged(&visit.session) {
            return Err(LoginError::SessionCleared.logged());
        }
        let key = visit.settings().session_keys.login.as_str();
        visit
            .session
            .insert(key, "")
            .map_err(|_| LoginError::SessionWrite.logged())?;
        visit.session.renew();
        if is_active {
            let error = LoginError::UnreadableCookies;
            tracing::info!(target: "actix_login", "{error}");
            return Err(error);
        }
    } else if is_active
        && visit.context.initial_login.get().is_none()
        && visit.context.changed_before.get() == Some(&true)
        && visit.req.headers().contains_key(header::COOKIE)
    {
        return Err(LoginError::SessionCleared.logged());
    }
    Ok(())
}
