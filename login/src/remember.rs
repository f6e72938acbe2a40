//! Remembering users: the remember cookie of a request, checked, and the one of its answer.

use std::time::Duration;

use actix_web::{
    HttpRequest,
    http::header::{HeaderMap, HeaderValue},
};

use crate::{
    active::TokenLogin,
    config::{ID_MAX_BYTES, TOKEN_MAX_BYTES},
    context::{Login, LoginContext, LoginSource, RememberChange},
    error::LoginError,
    flask_cookie::{decode_cookie, unquote},
    keys::{Digest, Keyring, Purpose, Verified},
    login::login_in,
    remember_cookie::Found,
    session::session,
    settings::Settings,
    token::RememberToken,
    user::UserMixin,
};

/// The remember cookie that a request carries. Whether its user still exists and has not changed
/// the password is another question: [`Token::is_of`] answers the second.
#[derive(Debug)]
pub(crate) enum Presented {
    Nothing,
    /// Forged, cut, expired, or two different ones.
    Invalid,
    Valid(Token),
}

/// A token whose signature and end have been checked.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) remember: RememberToken,
    origin: Origin,
}

/// Who signed a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    NewestKey,
    PreviousKey,
    Flask,
}

impl Presented {
    /// Reads and checks the cookie in a request's headers.
    pub(crate) fn read(headers: &HeaderMap, settings: &Settings, now: u64) -> Self {
        let value = match settings.remember.find(headers) {
            Found::Nothing => return Self::Nothing,
            Found::Conflict => return Self::Invalid,
            Found::One(value) => value,
        };
        own_token(value, settings, now)
            .or_else(|| flask_token(value, settings, now))
            .map_or(Self::Invalid, Self::Valid)
    }
}

fn own_token(value: &[u8], settings: &Settings, now: u64) -> Option<Token> {
    if value.len() > TOKEN_MAX_BYTES {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?;
    let (remember, verified) = RememberToken::verify(text, &settings.keys, now)?;
    // A deadline that was set after the token was issued holds as well.
    let ends = end(remember.first_issued, remember.ends, settings);
    let origin = match verified {
        Verified::Newest => Origin::NewestKey,
        Verified::Previous => Origin::PreviousKey,
        Verified::No => return None,
    };
    let remember = RememberToken { ends, ..remember };
    (now < ends).then_some(Token { remember, origin })
}

/// Flask-Login's cookie, as a token that begins now: it says nothing but the id.
fn flask_token(value: &[u8], settings: &Settings, now: u64) -> Option<Token> {
    let flask = settings.flask_cookies.as_ref()?;
    if now >= flask.until {
        return None;
    }
    let text = unquote(value)?;
    let id = decode_cookie(&text, &flask.secret)?;
    if id.len() > ID_MAX_BYTES {
        LoginError::IdTooLong { bytes: id.len() }.logged();
        return None;
    }
    Some(Token {
        remember: new_token(settings, now, None, id, None),
        origin: Origin::Flask,
    })
}

/// A token that begins now. `duration` beats the setting.
pub(crate) fn new_token(
    settings: &Settings,
    now: u64,
    duration: Option<Duration>,
    id: &str,
    auth_tag: Option<Digest>,
) -> RememberToken {
    let duration = duration
        .unwrap_or(settings.remember.settings.duration)
        .as_secs();
    RememberToken {
        first_issued: now,
        ends: end(now, now.saturating_add(duration), settings),
        duration,
        auth_tag,
        login: None,
        id: id.to_owned(),
    }
}

impl RememberToken {
    /// When it ends if it is refreshed now.
    pub(crate) fn refreshed_end(&self, settings: &Settings, now: u64) -> u64 {
        end(
            self.first_issued,
            now.saturating_add(self.duration),
            settings,
        )
    }
}

/// `ends`, or the remember deadline where that comes first.
fn end(first_issued: u64, ends: u64, settings: &Settings) -> u64 {
    match settings.remember.settings.remember_deadline {
        Some(deadline) => ends.min(first_issued.saturating_add(deadline.as_secs())),
        None => ends,
    }
}

impl Token {
    /// Whether it is a cookie of Flask-Login's.
    pub(crate) fn is_flask(&self) -> bool {
        self.origin == Origin::Flask
    }

    /// Whether it is a token of this user as the user is now: nothing changed the
    /// `session_auth_hash` since it was issued.
    pub(crate) fn is_of<U: UserMixin>(&self, user: &U, settings: &Settings) -> bool {
        match self.origin {
            Origin::Flask => {
                let despite = settings.flask_cookies.as_ref();
                despite.is_some_and(|flask| flask.despite_auth_hash)
                    || user.session_auth_hash().is_none()
            }
            _ => {
                let tag = self.remember.auth_tag.as_ref();
                verify_auth_tag(&settings.keys, &self.remember.id, user, tag) != Verified::No
            }
        }
    }

    /// The cookie to replace it with, if it is not signed with the newest key, is to be refreshed,
    /// or is of another `login` than it is to be. First issue time and duration stay; the end stays
    /// too but for a refresh.
    fn reissued(
        &self,
        settings: &Settings,
        now: u64,
        auth_tag: Option<Digest>,
        login: Option<TokenLogin>,
    ) -> Option<RememberChange> {
        let refresh = settings.remember.settings.refresh_each_request;
        if self.origin == Origin::NewestKey && self.remember.login == login && !refresh {
            return None;
        }
        let mut token = RememberToken {
            auth_tag,
            login,
            ..self.remember.clone()
        };
        if refresh {
            token.ends = token.refreshed_end(settings, now);
        }
        Some(RememberChange::Set(token))
    }
}

/// The digest of the user's `session_auth_hash`, bound to the id.
pub(crate) fn auth_tag<U: UserMixin>(keys: &Keyring, id: &str, user: &U) -> Option<Digest> {
    let hash = user.session_auth_hash()?;
    Some(keys.digest(Purpose::AuthTag, [id.as_bytes(), &hash]))
}

/// Whether a record or token with this tag was made while the user's `session_auth_hash` was what
/// it is now. One without a tag is invalid once the user has a hash, and the other way round.
pub(crate) fn verify_auth_tag<U: UserMixin>(
    keys: &Keyring,
    id: &str,
    user: &U,
    tag: Option<&Digest>,
) -> Verified {
    match (user.session_auth_hash(), tag) {
        (None, None) => Verified::Newest,
        (Some(hash), Some(tag)) => keys.verify(Purpose::AuthTag, [id.as_bytes(), &hash], tag),
        _ => Verified::No,
    }
}

impl<U: UserMixin> LoginContext<U> {
    /// The remember cookie of the request, checked on first use.
    pub(crate) fn presented(&self, req: &HttpRequest) -> &Presented {
        let settings = &self.manager.0.settings;
        self.presented
            .get_or_init(|| Presented::read(req.headers(), settings, settings.now()))
    }

    /// The request's valid remember cookie of this user.
    pub(crate) fn token_of(&self, req: &HttpRequest, user: &U, id: &str) -> Option<&Token> {
        match self.presented(req) {
            Presented::Valid(token)
                if token.remember.id == id && token.is_of(user, &self.manager.0.settings) =>
            {
                Some(token)
            }
            _ => None,
        }
    }

    /// Whether the request carries a valid remember cookie of the current user that is not being
    /// cleared.
    pub(crate) fn is_remembered(&self, req: &HttpRequest, login: &Login<U>) -> bool {
        let (Some(user), Some(id)) = (&login.user, &login.id) else {
            return false;
        };
        let Some(token) = self.token_of(req, user, id) else {
            return false;
        };
        let settings = &self.manager.0.settings;
        // With active logins it brings nobody back but by the login that it is of.
        let is_of_login = settings.active.is_none()
            || login.source == Some(LoginSource::RememberCookie)
            || token.remember.login.is_some_and(|login| {
                let session = session(req, &self.manager.0.session_seen);
                session.is_ok_and(|session| login_in(&session, settings) == Some(login.id))
            });
        is_of_login && !matches!(&*self.remember.borrow(), RememberChange::Clear)
    }

    /// What becomes of the cookie at a login that asks for none: this user's stays, as the browser
    /// has it or as this very request sets it, if it is of the login that goes on. A logout before it
    /// stands, as in Flask-Login. `replaces_other`: another user's login was in the session.
    pub(crate) fn log_in_without_cookie(
        &self,
        req: &HttpRequest,
        user: &U,
        id: &str,
        login: Option<TokenLogin>,
        replaces_other: bool,
    ) {
        let is_of_login = |token: &RememberToken| {
            let of = token.login.map(|of| of.id);
            token.id == id && login.is_none_or(|login| of == Some(login.id))
        };
        let has_cookie = !matches!(self.presented(req), Presented::Nothing);
        let stays = self.token_of(req, user, id);
        let stays = stays.filter(|token| is_of_login(&token.remember));
        match (self.remember.take(), stays) {
            (RememberChange::Set(token), _) if is_of_login(&token) => {
                *self.remember.borrow_mut() = RememberChange::Set(token);
            }
            (RememberChange::Clear, _) => self.forget(),
            (RememberChange::Keep, Some(_)) => self.keep_cookie(),
            (_, Some(token)) => self.reissue(token, user, login.or(token.remember.login)),
            (_, None) if has_cookie || replaces_other => self.forget(),
            (_, None) => {}
        }
    }

    /// Has the answer clear the cookie, also where the request carries none: it may be bound to a
    /// path that this request is not in.
    pub(crate) fn forget(&self) {
        *self.remember.borrow_mut() = RememberChange::Clear;
    }

    /// Has the answer leave the cookie as the browser has it.
    pub(crate) fn keep_cookie(&self) {
        *self.remember.borrow_mut() = RememberChange::Keep;
    }

    /// Has the answer replace this user's valid token where that is due.
    pub(crate) fn reissue(&self, token: &Token, user: &U, login: Option<TokenLogin>) {
        let settings = &self.manager.0.settings;
        let tag = auth_tag(&settings.keys, &token.remember.id, user);
        if let Some(change) = token.reissued(settings, settings.now(), tag, login) {
            *self.remember.borrow_mut() = change;
        }
    }

    /// The `Set-Cookie` header of the answer, if one is due. `may_refresh`: also to put the
    /// cookie's end off.
    pub(crate) fn remember_header(
        &self,
        req: &HttpRequest,
        may_refresh: bool,
    ) -> Option<HeaderValue> {
        let settings = &self.manager.0.settings;
        match self.remember.take() {
            RememberChange::None => {}
            change => return header(change, settings),
        }
        if !may_refresh {
            return None;
        }
        // Asked, a page knows whose cookie may be refreshed; one that nobody asked does not.
        match self.loaded() {
            Some(login) => {
                let login = login.ok()?;
                let user = login.user?;
                let token = self.token_of(req, &user, login.id.as_deref()?)?;
                let tag = auth_tag(&settings.keys, &token.remember.id, &*user);
                header(
                    token.reissued(settings, settings.now(), tag, token.remember.login)?,
                    settings,
                )
            }
            None => refreshed_unasked(self.presented(req), settings),
        }
    }
}

fn header(change: RememberChange, settings: &Settings) -> Option<HeaderValue> {
    match change {
        RememberChange::Set(token) => {
            let life = token.ends.saturating_sub(settings.now());
            settings.remember.set(&token.sign(&settings.keys), life)
        }
        RememberChange::Clear => settings.remember.clear(),
        RememberChange::None | RememberChange::Keep => None,
    }
}

/// The `Set-Cookie` header that refreshes a request's cookie on a page that asks for no user.
///
/// Signature and end are checked. Whether the user still is as at the issue is checked where the
/// cookie is used: refreshed or not, it is worth nothing then.
pub(crate) fn refresh_unasked(req: &HttpRequest, settings: &Settings) -> Option<HeaderValue> {
    let presented = Presented::read(req.headers(), settings, settings.now());
    refreshed_unasked(&presented, settings)
}

/// A token with an active login is left alone: only the store knows whether it has been replaced
/// meanwhile, and a replaced one must not come back.
fn refreshed_unasked(presented: &Presented, settings: &Settings) -> Option<HeaderValue> {
    match presented {
        Presented::Valid(token) if token.remember.login.is_none() => refreshed(token, settings),
        _ => None,
    }
}

fn refreshed(token: &Token, settings: &Settings) -> Option<HeaderValue> {
    // A tag under a previous key can only be renewed where the user is known.
    if token.origin != Origin::NewestKey {
        return None;
    }
    let (tag, login) = (token.remember.auth_tag, token.remember.login);
    header(
        token.reissued(settings, settings.now(), tag, login)?,
        settings,
    )
}
