//! How the remember cookie of an active login is replaced, and how the use of a copy is detected.

use super::expiry::extended_expiry;
use crate::{
    error::LoginError,
    remember::{received::ReceivedCookie, token::RememberToken},
    request::visit::Visit,
    session::record::LoginRecord,
    store::{
        entry::{CookieStatus, StoredLogin, TokenLogin},
        settings::ActiveLogins,
    },
    user::UserMixin,
};

/// What happens to a remember cookie that restores a login.
pub(crate) enum Rotation {
    /// A cookie of this generation replaces it.
    Replaced(u64),
    /// It is accepted and stays: another response has just replaced it.
    InGrace,
    /// It was replaced long ago: somebody has a copy.
    Reused,
}

impl<U: UserMixin> Visit<'_, U> {
    /// Replaces the remember cookie, as each restored login does. A reused cookie ends its login.
    pub(crate) async fn rotate_cookie(
        &self,
        active: &ActiveLogins,
        stored: &StoredLogin,
        received: TokenLogin,
        token: &RememberToken,
    ) -> Result<Rotation, LoginError> {
        if stored.is_superseded() {
            return Ok(Rotation::InGrace);
        }
        let now = self.now();
        let status = stored.cookie_status(received.generation, now, active.cookie_grace);
        let rotation = match status {
            CookieStatus::Current | CookieStatus::ReplacementLost => {
                let generation = stored.generation;
                let confirmed = stored.confirmed_generation(Some(received.generation));
                let replacing = active
                    .store
                    .replace_cookie(stored.id, generation, confirmed, now);
                if replacing.await? {
                    Rotation::Replaced(generation.saturating_add(1))
                } else {
                    // A concurrent request with the same cookie replaced it first.
                    Rotation::InGrace
                }
            }
            CookieStatus::InGrace => Rotation::InGrace,
            CookieStatus::Reused => {
                active.store.end(stored.id).await?;
                return Ok(Rotation::Reused);
            }
        };
        let settings = self.settings();
        let cookie_end = if settings.remember.cookie.settings.refresh_each_request {
            settings.remember.refreshed_end(token, now)
        } else {
            token.expires_at
        };
        let expires_at = extended_expiry(active, settings, stored, now, now, Some(cookie_end));
        if !active.store.touch(stored.id, now, expires_at).await? {
            // A concurrent request superseded the login.
            return Ok(Rotation::InGrace);
        }
        Ok(rotation)
    }

    /// Whether the request carries a remember cookie of this login that was replaced long ago:
    /// somebody has a copy.
    pub(crate) fn carries_reused_cookie(
        &self,
        active: &ActiveLogins,
        stored: &StoredLogin,
        user: &U,
        id: &str,
    ) -> bool {
        let received = self.token_for(user, id);
        let login = received.and_then(|received| received.token.login);
        login
            .filter(|login| login.id == stored.id)
            .is_some_and(|login| {
                let grace = active.cookie_grace;
                let status = stored.cookie_status(login.generation, self.now(), grace);
                status == CookieStatus::Reused
            })
    }

    /// Records a visit to the login of a session, and that the request carries its current remember
    /// cookie. Returns whether the record changed.
    pub(crate) async fn record_visit(
        &self,
        active: &ActiveLogins,
        stored: &StoredLogin,
        record: &mut LoginRecord,
    ) -> Result<bool, LoginError> {
        let settings = self.settings();
        let now = settings.now();
        let idle = now.since(stored.last_seen_at).as_secs();
        let is_due = idle >= active.touch_interval.as_secs().max(1);
        if is_due && settings.session.is_visit(self.req) {
            // A cookie that is refreshed at each request extends its login.
            let cookie_end = self.refreshed_cookie_end(stored.id, now);
            let expires_at =
                extended_expiry(active, settings, stored, record.started_at, now, cookie_end);
            active.store.touch(stored.id, now, expires_at).await?;
        }
        let token_login = match self.context.received(self.req) {
            ReceivedCookie::Valid(received) => Some(received.token.login),
            _ => None,
        };
        let is_current = token_login == Some(Some(stored.current_cookie()));
        if settings.remember.cookie.settings.refresh_each_request
            && token_login.is_some()
            && (!is_current || stored.is_superseded())
        {
            // A refresh would revive a replaced cookie.
            self.context.keep_cookie();
        }
        match record.login.as_mut() {
            Some(login) if login.awaits_cookie && is_current => {
                let confirming = active
                    .store
                    .confirm_cookie(stored.id, stored.generation, now);
                confirming.await?;
                login.awaits_cookie = false;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}
