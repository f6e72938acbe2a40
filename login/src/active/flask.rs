//! Flask-Login's remember cookies beside active logins.
//!
//! Such a cookie has no nonce: all browsers of a user have the same text, and a copy never expires. So
//! the login that it starts in a browser has an id that follows from the user and the browser's
//! fingerprint. In that login Flask-Login's cookie counts as the remember cookie of generation 0. When
//! a login of these is ended, a note in the store records that the user's cookie starts no other.

use super::user_notes::flask_cookies_are_revoked;
use crate::{
    error::LoginError,
    request::visit::Visit,
    store::{
        entry::{CookieStatus, LoginId, StoredLogin, TokenLogin},
        settings::ActiveLogins,
    },
    timestamp::Timestamp,
    user::UserMixin,
};

/// The generation that Flask-Login's cookie counts as.
const FLASK_GENERATION: u64 = 0;

/// How many browsers with the same fingerprint Flask-Login's cookie of a user logs in.
const BROWSERS_PER_CLIENT: u8 = 8;

/// What Flask-Login's cookie starts, or continues.
pub(crate) enum FlaskLogin {
    Started(TokenLogin, StoredLogin),
    /// The note is there.
    Revoked,
}

impl<U: UserMixin> Visit<'_, U> {
    /// The login of this browser that Flask-Login's cookie of a user starts or has started.
    ///
    /// A login that a browser has been seen with is that browser's alone: the cookie comes from another
    /// one with the same fingerprint, which gets a login of its own. Until then the cookie continues
    /// the login, so that a client that keeps no cookies does not fill the store.
    ///
    /// # Errors
    ///
    /// [`LoginError::TooManyLogins`].
    pub(crate) async fn login_of_flask_cookie(
        &self,
        active: &ActiveLogins,
        id: &str,
        cookie_end: Timestamp,
    ) -> Result<FlaskLogin, LoginError> {
        let settings = self.settings();
        if flask_cookies_are_revoked(active, settings, id).await? {
            return Ok(FlaskLogin::Revoked);
        }
        let client = settings
            .session
            .client
            .fingerprint(self.req, &settings.keys);
        for browser in 0..BROWSERS_PER_CLIENT {
            let purpose = format!("flask {:x} {browser}", client.to_bits());
            let login = LoginId::derived(&settings.keys, &purpose, id);
            let login = login.marked_as_flask().first();
            let stored = active.store.find(login).await?;
            let now = settings.now();
            if let Some(stored) = stored {
                if !stored.is_live_for(&settings.name, id, now) {
                    active.store.end(login).await?;
                } else if stored.cookie_status(FLASK_GENERATION, now, active.cookie_grace)
                    == CookieStatus::Reused
                {
                    continue;
                } else {
                    return Ok(FlaskLogin::started(stored));
                }
            }
            return self
                .start_by_flask_cookie(active, login, id, cookie_end)
                .await;
        }
        Err(LoginError::TooManyLogins)
    }

    async fn start_by_flask_cookie(
        &self,
        active: &ActiveLogins,
        login: LoginId,
        id: &str,
        cookie_end: Timestamp,
    ) -> Result<FlaskLogin, LoginError> {
        let stored = self.begin(active, login, id, Some(cookie_end), &[]).await?;
        match flask_cookies_are_revoked(active, self.settings(), id).await {
            Ok(false) => {}
            revoked => {
                active.store.end(login).await?;
                return revoked.map(|_| FlaskLogin::Revoked);
            }
        }
        self.make_room(active, id, login, Vec::new()).await?;
        Ok(FlaskLogin::started(stored))
    }
}

impl FlaskLogin {
    fn started(stored: StoredLogin) -> Self {
        let cookie = TokenLogin {
            id: stored.id,
            generation: FLASK_GENERATION,
        };
        Self::Started(cookie, stored)
    }
}
