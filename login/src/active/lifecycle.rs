//! How active logins start, continue, are superseded, and end.

use std::time::Duration;

use actix_web::http::header;

use super::{
    expiry::{expiry, extended_expiry},
    lookup::{find, list_current, list_live},
    pending::list_pending,
};
use crate::{
    error::LoginError,
    events::LoginEvent,
    manager::settings::Settings,
    remember::{token::RememberToken, verify::ReceivedCookie},
    request::visit::Visit,
    session::record::{LoginRecord, RecordedLogin},
    store::{
        entry::{LoginId, StoredLogin, TokenLogin},
        settings::ActiveLogins,
    },
    timestamp::Timestamp,
    user::UserMixin,
};

/// How many logins are ended at once, so that each call of a store is short.
const END_BATCH: usize = 1_000;

/// How much of a `User-Agent` is stored, in bytes.
const USER_AGENT_MAX_BYTES: usize = 200;

/// How long a superseded login stays valid: in-flight requests still use it.
const SUPERSEDED_GRACE: Duration = Duration::from_secs(10);

impl TokenLogin {
    /// This login, as a login record names it if the response sets this cookie.
    pub(crate) fn recorded(self) -> RecordedLogin {
        RecordedLogin {
            id: self.id,
            generation: self.generation,
        }
    }
}

/// A login that starts or continues.
#[derive(Clone, Copy)]
pub(crate) struct BrowserLogin {
    /// What the session records.
    pub(crate) recorded: RecordedLogin,
    /// What a remember cookie of the response names: the current cookie.
    pub(crate) cookie: TokenLogin,
}

impl BrowserLogin {
    fn new(cookie: TokenLogin) -> Self {
        let recorded = cookie.recorded();
        Self { recorded, cookie }
    }
}

/// Ends these logins.
pub(crate) async fn end_all(
    active: &ActiveLogins,
    logins: impl IntoIterator<Item = LoginId>,
) -> Result<(), LoginError> {
    let logins: Vec<LoginId> = logins.into_iter().collect();
    for batch in logins.chunks(END_BATCH) {
        active.store.end_all(batch).await?;
    }
    Ok(())
}

/// Ends all pending logins of a user.
pub(crate) async fn end_all_pending(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<(), LoginError> {
    end_all(active, list_pending(active, settings, user_id).await?).await
}

/// Ends all logins of a user but this one, and all pending ones. If this one is superseded, the login
/// that has taken its place stays as well.
pub(crate) async fn end_all_but(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
    kept: Option<LoginId>,
) -> Result<(), LoginError> {
    end_all_pending(active, settings, user_id).await?;
    // A concurrent request may supersede a login. Once the old entry is gone, it can't any more.
    for _ in 0..2 {
        let mut logins = list_live(active, settings, user_id).await?;
        let mut kept = kept;
        while let Some(id) = kept
            && let Some(at) = logins.iter().position(|login| login.id == id)
        {
            let superseded = logins.swap_remove(at).is_superseded();
            kept = superseded.then(|| id.successor());
        }
        end_all(active, logins.into_iter().map(|login| login.id)).await?;
    }
    Ok(())
}

impl<U: UserMixin> Visit<'_, U> {
    /// Starts a login of this user, or continues the one that the browser has, by its session or its
    /// remember cookie. Returns `None` if active logins are off. `cookie_end`: when the remember cookie
    /// expires that the response sets.
    pub(crate) async fn start_or_continue(
        &self,
        record: Option<&LoginRecord>,
        user: &U,
        id: &str,
        cookie_end: Option<Timestamp>,
    ) -> Result<Option<BrowserLogin>, LoginError> {
        let settings = self.settings();
        let Some(active) = &settings.active else {
            return Ok(None);
        };
        let by_record = record.filter(|record| &*record.id == id);
        let by_record = by_record.and_then(|record| record.login);
        let received = self.token_for(user, id);
        let by_cookie = received.and_then(|received| received.token.login);
        let candidate = by_record
            .map(|login| login.id)
            .or(by_cookie.map(|login| login.id));
        let before = self.logins_of_browser(record);
        if let Some(login) = candidate
            && let Some(stored) = find(active, settings, login, id).await?
        {
            let cookie = by_cookie.filter(|login| login.id == stored.id);
            let cookie = cookie.map(|login| login.generation);
            let session = by_record.filter(|login| login.id == stored.id);
            let session = session.map(|login| login.generation);
            if self.is_reused(active, &stored, cookie, session) {
                active.store.end(stored.id).await?;
                self.emit(LoginEvent::RememberCookieReused, Some(user));
            } else if let Some(continued) = self
                .continue_login(active, &stored, cookie.max(session), cookie_end)
                .await?
            {
                let replaced = before
                    .into_iter()
                    .filter(|login| *login != continued.recorded.id);
                end_all(active, replaced).await?;
                return Ok(Some(continued));
            }
        }
        let started = self.start_new(active, id, cookie_end, before).await?;
        Ok(Some(BrowserLogin::new(started)))
    }

    async fn continue_login(
        &self,
        active: &ActiveLogins,
        stored: &StoredLogin,
        received: Option<u64>,
        cookie_end: Option<Timestamp>,
    ) -> Result<Option<BrowserLogin>, LoginError> {
        let settings = self.settings();
        let now = settings.now();
        let end = cookie_end.or_else(|| self.refreshed_cookie_end(stored.id, now));
        let expires_at = extended_expiry(active, settings, stored, now, now, end);
        let mut continued = BrowserLogin::new(stored.current_cookie());
        if cookie_end.is_none() {
            // The browser may not have the current cookie, and this response may set none.
            let generation = received.unwrap_or(stored.generation);
            continued.recorded.generation = generation.min(stored.generation);
        } else {
            let confirmed = stored.confirmed_generation(received);
            let replacing =
                active
                    .store
                    .replace_cookie(stored.id, stored.generation, confirmed, now);
            if !replacing.await? {
                return Ok(None);
            }
            let mut cookie = continued.cookie;
            cookie.generation = cookie.generation.saturating_add(1);
            continued = BrowserLogin::new(cookie);
        }
        let is_live = active.store.touch(stored.id, now, Some(expires_at)).await?;
        Ok(is_live.then_some(continued))
    }

    /// Starts a login, which ends those of the browser `before` and the surplus ones of the user.
    async fn start_new(
        &self,
        active: &ActiveLogins,
        id: &str,
        cookie_end: Option<Timestamp>,
        before: Vec<LoginId>,
    ) -> Result<TokenLogin, LoginError> {
        let settings = self.settings();
        if active.refuse_new_logins {
            // Before there is an entry of it, for which the store might end another login.
            self.surplus(active, id, &before).await?;
        }
        let now = settings.now();
        let login = StoredLogin {
            id: LoginId::random()?,
            user: StoredLogin::user_key(&settings.name, id),
            started_at: now,
            last_seen_at: now,
            expires_at: Some(expiry(active, settings, now, now, cookie_end)),
            user_agent: self.user_agent(),
            address: settings
                .session
                .client
                .address(self.req)
                .map(|address| address.to_string())
                .unwrap_or_default(),
            remembered: cookie_end.is_some(),
            generation: 0,
            last_confirmed_generation: 0,
            issued_at: now,
            cookie_confirmed_at: None,
        };
        active.store.begin(&login).await?;
        if let Err(error) = self.make_room(active, id, login.id, before).await {
            // No cookie holds its id. If this fails, too, the entry expires.
            let _ = active.store.end(login.id).await;
            return Err(error);
        }
        Ok(login.current_cookie())
    }

    /// The active logins of this browser's session and remember cookie.
    pub(crate) fn logins_of_browser(&self, record: Option<&LoginRecord>) -> Vec<LoginId> {
        let by_record = record.and_then(|record| record.login).map(|login| login.id);
        let by_cookie = match self.context.received(self.req) {
            ReceivedCookie::Valid(received) => received.token.login.map(|login| login.id),
            _ => None,
        };
        let by_cookie = by_cookie.filter(|login| by_record != Some(*login));
        by_record.into_iter().chain(by_cookie).collect()
    }

    /// Ends what a login that has just started replaces: the browser's earlier logins, and those of the
    /// user not seen for longest if there are too many. This comes last, so that a login that fails ends no other,
    /// and concurrent logins see each other.
    async fn make_room(
        &self,
        active: &ActiveLogins,
        id: &str,
        started: LoginId,
        before: Vec<LoginId>,
    ) -> Result<(), LoginError> {
        let mut uncounted = before.clone();
        uncounted.push(started);
        let surplus = self.surplus(active, id, &uncounted).await?;
        end_all(active, before.into_iter().chain(surplus)).await
    }

    /// The logins of the user that have not been seen for longest, which a new one ends if there are
    /// `max_logins`; or its refusal.
    /// Concurrent logins may end or refuse each other, but never exceed the limit.
    async fn surplus(
        &self,
        active: &ActiveLogins,
        id: &str,
        uncounted: &[LoginId],
    ) -> Result<Vec<LoginId>, LoginError> {
        let Some(max) = active.max_logins else {
            return Ok(Vec::new());
        };
        let mut others = list_current(active, self.settings(), id).await?;
        others.retain(|login| !uncounted.contains(&login.id));
        let surplus = (others.len() + 1).saturating_sub(max);
        if surplus > 0 && active.refuse_new_logins {
            return Err(LoginError::TooManyLogins);
        }
        others.sort_by_key(StoredLogin::seen_order);
        Ok(others.iter().take(surplus).map(|login| login.id).collect())
    }

    /// Supersedes a login by one with a new id. The old one, and with it copies of its cookies, ends
    /// once in-flight requests are done. Returns `None` if it has ended, or a concurrent request
    /// superseded it first.
    pub(crate) async fn supersede(
        &self,
        active: &ActiveLogins,
        stored: &StoredLogin,
        remembered: bool,
    ) -> Result<Option<TokenLogin>, LoginError> {
        let now = self.now();
        let successor = StoredLogin {
            id: stored.id.successor(),
            remembered,
            generation: 0,
            last_confirmed_generation: 0,
            issued_at: now,
            cookie_confirmed_at: None,
            ..stored.clone()
        };
        let until = now.plus(SUPERSEDED_GRACE);
        let superseding = active.store.supersede(stored.id, until, &successor);
        Ok(superseding.await?.then_some(successor.current_cookie()))
    }

    /// This token with the current generation of its login: the request's own cookie may have been
    /// replaced meanwhile, and must not be set again.
    pub(crate) async fn with_current_generation(
        &self,
        token: RememberToken,
    ) -> Result<Option<RememberToken>, LoginError> {
        let settings = self.settings();
        let (Some(active), Some(login)) = (&settings.active, token.login) else {
            return Ok(Some(token));
        };
        let stored = find(active, settings, login.id, &token.id).await?;
        Ok(stored.map(|stored| RememberToken {
            login: Some(stored.current_cookie()),
            ..token
        }))
    }

    /// The `User-Agent`, cut at the end of a character.
    fn user_agent(&self) -> String {
        let value = self.req.headers().get(header::USER_AGENT);
        let mut text = value
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default();
        let end = (0..=USER_AGENT_MAX_BYTES.min(text.len()))
            .rev()
            .find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text
    }
}
