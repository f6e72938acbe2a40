//! The remember cookie of a request: the one received, and what the response does to it.

use actix_session::SessionExt;
use actix_web::{HttpRequest, http::header::HeaderValue};

use super::{
    context::LoginContext,
    login::{Login, LoginSource},
    visit::Visit,
};
use crate::{
    crypto::auth_tag::auth_tag,
    manager::settings::Settings,
    remember::{
        change::RememberChange,
        token::RememberToken,
        verify::{ReceivedCookie, VerifiedToken},
    },
    session::record::LoginRecord,
    store::entry::TokenLogin,
    user::UserMixin,
};

impl<U: UserMixin> LoginContext<U> {
    /// The remember cookie of the request, verified at the first call.
    pub(crate) fn received(&self, req: &HttpRequest) -> &ReceivedCookie {
        self.received
            .get_or_init(|| Box::new(verify(req, self.manager.settings())))
    }

    /// The request's remember cookie, if it is valid for this user.
    pub(crate) fn token_for(
        &self,
        req: &HttpRequest,
        user: &U,
        id: &str,
    ) -> Option<&VerifiedToken> {
        let settings = self.manager.settings();
        match self.received(req) {
            ReceivedCookie::Valid(received)
                if received.token.id == id
                    && received.is_valid_for(user, &settings.remember, &settings.keys) =>
            {
                Some(received)
            }
            _ => None,
        }
    }

    /// Lets the response set this token.
    pub(crate) fn set_cookie(&self, token: RememberToken) {
        self.remember.replace(RememberChange::Set(Box::new(token)));
    }

    /// Lets the response clear the cookie, even if the request carries none: the cookie may be bound to
    /// another path.
    pub(crate) fn clear_cookie(&self) {
        self.remember.replace(RememberChange::Clear);
    }

    /// Lets the response leave the cookie alone.
    pub(crate) fn keep_cookie(&self) {
        self.remember.replace(RememberChange::Keep);
    }

    /// Lets the response renew this user's valid token, if it is due.
    pub(crate) fn renew_cookie(
        &self,
        received: &VerifiedToken,
        user: &U,
        login: Option<TokenLogin>,
    ) {
        if let Some(change) = renewed(received, user, login, self.manager.settings()) {
            self.remember.replace(change);
        }
    }

    /// The `Set-Cookie` headers of the response, if it needs them. `may_refresh`: whether the response
    /// may extend the cookie.
    pub(crate) fn remember_headers(
        &self,
        req: &HttpRequest,
        may_refresh: bool,
    ) -> Vec<HeaderValue> {
        let change = match self.remember.take() {
            RememberChange::None if may_refresh => self.refresh(req),
            change => Some(change),
        };
        headers(change, self.manager.settings())
    }

    fn refresh(&self, req: &HttpRequest) -> Option<RememberChange> {
        let settings = self.manager.settings();
        // If the page asked for the user, only a cookie of that user is refreshed.
        match self.progress.loaded() {
            Some(login) => {
                let login = login.ok()??;
                let received = self.token_for(req, &login.user, login.id.as_deref()?)?;
                renewed(received, &*login.user, received.token.login, settings)
            }
            None => refresh_received(req, self.received(req), settings),
        }
    }
}

impl<U: UserMixin> Visit<'_, U> {
    /// The request's remember cookie, if it is valid for this user.
    pub(crate) fn token_for(&self, user: &U, id: &str) -> Option<&VerifiedToken> {
        self.context.token_for(self.req, user, id)
    }

    /// The token of the current login's remember cookie: the one that the response sets, or else the
    /// one that the request carries.
    pub(crate) fn current_token(&self, login: &Login<U>, id: &str) -> Option<RememberToken> {
        match &*self.context.remember.borrow() {
            RememberChange::Set(token) => Some(RememberToken::clone(token)),
            _ => self
                .token_for(&login.user, id)
                .map(|received| received.token.clone()),
        }
    }

    /// Whether the request carries a valid remember cookie of the current user that the response does
    /// not clear.
    pub(crate) fn is_remembered(&self, login: &Login<U>) -> bool {
        // With active logins a cookie restores its own login alone.
        let is_for_login = |received: &VerifiedToken| {
            let token_login = received.token.login;
            self.settings().active.is_none()
                || token_login.is_some_and(|login| self.login_in_session() == Some(login.id))
        };
        let is_remembered = match &login.id {
            Some(_) if login.source == LoginSource::RememberCookie => true,
            Some(id) => self.token_for(&login.user, id).is_some_and(is_for_login),
            None => false,
        };
        is_remembered && !matches!(&*self.context.remember.borrow(), RememberChange::Clear)
    }

    /// Decides what the response does to the cookie at a login that does not ask for one. A cookie of
    /// this user stays if it belongs to the login that continues. A logout earlier in the request
    /// stands, as in Flask-Login. `replaces_other`: the session held another user's login.
    pub(crate) fn reconcile_cookie(
        &self,
        user: &U,
        id: &str,
        login: Option<TokenLogin>,
        replaces_other: bool,
    ) {
        let context = self.context;
        let is_of_login = |token: &RememberToken| {
            let token_login = token.login.map(|login| login.id);
            token.id == id && login.is_none_or(|login| token_login == Some(login.id))
        };
        let has_cookie = !matches!(context.received(self.req), ReceivedCookie::None);
        let kept = self.token_for(user, id);
        let kept = kept.filter(|received| is_of_login(&received.token));
        match (context.remember.take(), kept) {
            (RememberChange::Set(token), _) if is_of_login(&token) => context.set_cookie(*token),
            (RememberChange::Clear, _) => context.clear_cookie(),
            (RememberChange::Keep, Some(_)) => context.keep_cookie(),
            (_, Some(received)) => {
                context.renew_cookie(received, user, login.or(received.token.login));
            }
            (_, None) if has_cookie || replaces_other => context.clear_cookie(),
            (_, None) => {}
        }
    }
}

/// The `Set-Cookie` headers that refresh a request's cookie on a page that asks for no user.
///
/// Signature and end are checked. Whether the user still exists and has the same `session_auth_hash`
/// is checked when the cookie is used: until then, a refreshed cookie is worth no more than the old
/// one. A cookie of another user than the session's login is left alone.
pub(crate) fn refresh_without_user(req: &HttpRequest, settings: &Settings) -> Vec<HeaderValue> {
    let change = refresh_received(req, &verify(req, settings), settings);
    headers(change, settings)
}

fn refresh_received(
    req: &HttpRequest,
    received: &ReceivedCookie,
    settings: &Settings,
) -> Option<RememberChange> {
    match received {
        // The tag of a token under a previous key can only be renewed if the user is known. Only the
        // store knows whether a token with an active login has been replaced.
        ReceivedCookie::Valid(received)
            if received.has_current_key()
                && received.token.login.is_none()
                && !session_is_of_other(req, settings, &received.token.id) =>
        {
            let (now, tag) = (settings.now(), received.token.auth_tag);
            received.renewed(&settings.remember, now, tag, None)
        }
        _ => None,
    }
}

/// Whether the session holds the login of another user. A manager outside the session middleware
/// cannot see the session any more if no page has asked for the user.
fn session_is_of_other(req: &HttpRequest, settings: &Settings, id: &str) -> bool {
    let key = &settings.session_keys.login;
    let record = req.get_session().get::<LoginRecord>(key);
    record.is_ok_and(|record| record.is_some_and(|record| *record.id != *id))
}

fn verify(req: &HttpRequest, settings: &Settings) -> ReceivedCookie {
    let (remember, keys) = (&settings.remember, &settings.keys);
    ReceivedCookie::verify(req.headers(), remember, keys, settings.now())
}

fn renewed<U: UserMixin>(
    received: &VerifiedToken,
    user: &U,
    login: Option<TokenLogin>,
    settings: &Settings,
) -> Option<RememberChange> {
    let tag = auth_tag(&settings.keys, &received.token.id, user);
    received.renewed(&settings.remember, settings.now(), tag, login)
}

fn headers(change: Option<RememberChange>, settings: &Settings) -> Vec<HeaderValue> {
    let change = change.unwrap_or_default();
    change.into_headers(&settings.remember, &settings.keys, settings.now())
}
