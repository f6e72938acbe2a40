//! How the remember cookie of an active login is replaced, and how the use of a copy is detected.

use super::{end::end_logins, expiry::expiry};
use crate::{
    error::LoginError,
    remember::{token::RememberToken, verify::ReceivedCookie},
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
        let now = self.now();
        let status = stored.cookie_status(received.generation, now, active.cookie_grace);
        let rotation = match status {
            CookieStatus::Reused => {
                end_logins(active, self.settings(), [&*token.id], &[stored.id]).await?;
                return Ok(Rotation::Reused);
            }
            _ if stored.is_superseded() => return Ok(Rotation::InGrace),
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
        };
        let settings = self.settings();
        let cookie_end = if settings.remember.cookie.settings.refresh_each_request {
            settings.remember.refreshed_end(token, now)
        } else {
            token.expires_at
        };
        let expires_at = expiry(active, settings, now, now, Some(cookie_end));
        if !active.store.touch(stored.id, now, Some(expires_at)).await? {
            // A concurrent request superseded the login.
            return Ok(Rotation::InGrace);
        }
        Ok(rotation)
    }

    /// The generation of the request's remember cookie, if it is one of this login.
    pub(crate) fn cookie_generation(
        &self,
        stored: &StoredLogin,
        user: &U,
        id: &str,
    ) -> Option<u64> {
        let login = self.token_for(user, id)?.token.login?;
        (login.id == stored.id).then_some(login.generation)
    }

    /// Whether somebody has a copy of a remember cookie of this login: the request carries one that
    /// was replaced long ago, or its session came with one. A thief may hide the cookie, but not the
    /// session. `cookie` and `session` are their generations.
    pub(crate) fn is_reused(
        &self,
        active: &ActiveLogins,
        stored: &StoredLogin,
        cookie: Option<u64>,
        session: Option<u64>,
    ) -> bool {
        let is_reused = |generation| {
            let status = stored.cookie_status(generation, self.now(), active.cookie_grace);
            status == CookieStatus::Reused
        };
        // A session that came with an older cookie is that of a browser that has this one.
        let session = session.filter(|session| cookie.is_none_or(|cookie| cookie <= *session));
        cookie.is_some_and(is_reused) || session.is_some_and(is_reused)
    }

    /// Replaces the remember cookie of a session's request if its replacement got lost, as when the
    /// cookie restores a login: otherwise a copy would stay valid as long as the session. The session
    /// records the new cookie once the browser sends it: this response may get lost, too, and a session on
    /// the server would not show it.
    pub(crate) async fn replace_lost_cookie(
        &self,
        active: &ActiveLogins,
        stored: &StoredLogin,
        user: &U,
        session: Option<u64>,
    ) -> Result<(), LoginError> {
        let ReceivedCookie::Valid(received) = self.context.received(self.req) else {
            return Ok(());
        };
        let login = received.token.login.filter(|login| login.id == stored.id);
        let Some(login) = login.filter(|_| session != Some(stored.generation)) else {
            return Ok(());
        };
        let (now, grace) = (self.now(), active.cookie_grace);
        let status = stored.cookie_status(login.generation, now, grace);
        if stored.is_superseded() || status != CookieStatus::ReplacementLost {
            return Ok(());
        }
        let confirmed = stored.confirmed_generation(Some(login.generation));
        let replacing = active
            .store
            .replace_cookie(stored.id, stored.generation, confirmed, now);
        if !replacing.await? {
            return Ok(());
        }
        let generation = stored.generation.saturating_add(1);
        let login = TokenLogin {
            generation,
            ..login
        };
        self.context.renew_cookie(received, user, Some(login));
        Ok(())
    }

    /// Records a visit to the login of a session, and that its browser has the current remember cookie:
    /// the request carries it, or the session came with it. Returns whether the record changed.
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
            let expires_at = expiry(active, settings, record.started_at, now, cookie_end);
            active.store.touch(stored.id, now, Some(expires_at)).await?;
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
        let Some(login) = record.login.as_mut() else {
            return Ok(false);
        };
        let before = login.generation;
        if is_current {
            login.generation = stored.generation;
        }
        if login.generation == stored.generation && stored.awaits_confirmation() {
            let confirming = active
                .store
                .confirm_cookie(stored.id, stored.generation, now);
            confirming.await?;
        }
        Ok(login.generation != before)
    }
}
