//! How active logins start and continue.

use actix_web::http::header;

use super::{
    end::{end_all, end_logins},
    expiry::expiry,
    lookup::{find, list_current},
    user_notes::revoke_flask_cookies,
};
use crate::{
    error::LoginError,
    events::LoginEvent,
    remember::{
        token::RememberToken,
        verify::{ReceivedCookie, VerifiedToken},
    },
    request::visit::Visit,
    session::record::{LoginRecord, RecordedLogin},
    store::{
        entry::{LoginId, StoredLogin, TokenLogin},
        settings::ActiveLogins,
    },
    timestamp::Timestamp,
    user::UserMixin,
};

/// How much of a `User-Agent` is stored, in bytes.
const USER_AGENT_MAX_BYTES: usize = 200;

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
        for other in self.other_users(record, id) {
            revoke_flask_cookies(active, settings, other).await?;
        }
        if let Some(login) = candidate
            && let Some(stored) = find(active, settings, login, id).await?
        {
            let cookie = by_cookie.filter(|login| login.id == stored.id);
            let cookie = cookie.map(|login| login.generation);
            let session = by_record.filter(|login| login.id == stored.id);
            let session = session.map(|login| login.generation);
            if self.is_reused(active, &stored, cookie, session) {
                end_logins(active, settings, [id], &[stored.id]).await?;
                self.emit(LoginEvent::RememberCookieReused, Some(user));
            } else if let Some(continued) = self
                .continue_login(active, &stored, cookie.max(session), cookie_end)
                .await?
            {
                let mut replaced = before;
                replaced.retain(|login| *login != continued.recorded.id);
                end_all(active, &replaced).await?;
                return Ok(Some(continued));
            }
        }
        let mut started = LoginId::random()?;
        if received.is_some_and(VerifiedToken::is_flask) {
            started = started.marked_as_flask();
        }
        let started = self.begin(active, started, id, cookie_end, &before).await?;
        self.make_room(active, id, started.id, before).await?;
        Ok(Some(BrowserLogin::new(started.current_cookie())))
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
        let expires_at = expiry(active, settings, now, now, end);
        let mut continued = BrowserLogin::new(stored.current_cookie());
        if cookie_end.is_none() {
            // The browser may not have the current cookie, and this response may set none.
            let generation = received.unwrap_or(stored.generation);
            continued.recorded.generation = generation.min(stored.generation);
        } else {
            let Some(cookie) = self.next_cookie(active, stored, received).await? else {
                return Ok(None);
            };
            continued = BrowserLogin::new(cookie);
        }
        let is_live = active.store.touch(stored.id, now, Some(expires_at)).await?;
        Ok(is_live.then_some(continued))
    }

    /// The remember cookie that a login sets which continues another. If a concurrent request of the
    /// browser has just replaced the cookie, it is that one: whichever response comes last, the browser
    /// then has the current cookie. Returns `None` if the login has ended.
    async fn next_cookie(
        &self,
        active: &ActiveLogins,
        stored: &StoredLogin,
        received: Option<u64>,
    ) -> Result<Option<TokenLogin>, LoginError> {
        let now = self.now();
        let is_just_replaced = |stored: &StoredLogin| {
            received != Some(stored.generation) && stored.is_just_replaced(now, active.cookie_grace)
        };
        if is_just_replaced(stored) {
            return Ok(Some(stored.current_cookie()));
        }
        let confirmed = stored.confirmed_generation(received);
        let replacing = active
            .store
            .replace_cookie(stored.id, stored.generation, confirmed, now);
        if replacing.await? {
            let mut cookie = stored.current_cookie();
            cookie.generation = cookie.generation.saturating_add(1);
            return Ok(Some(cookie));
        }
        let stored = active.store.find(stored.id).await?;
        let stored = stored.filter(is_just_replaced);
        Ok(stored.map(|stored| stored.current_cookie()))
    }

    /// Adds the entry of a login that starts, unless there are too many. `before`: the browser's
    /// earlier logins.
    pub(super) async fn begin(
        &self,
        active: &ActiveLogins,
        login: LoginId,
        id: &str,
        cookie_end: Option<Timestamp>,
        before: &[LoginId],
    ) -> Result<StoredLogin, LoginError> {
        let settings = self.settings();
        if active.refuse_new_logins {
            // Before there is an entry of it, for which the store might end another login.
            self.surplus(active, id, before).await?;
        }
        let now = settings.now();
        let login = StoredLogin {
            id: login,
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
        Ok(login)
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

    /// The other users whose logins by Flask-Login's cookie the browser has: they end when the user of
    /// `id` logs in.
    fn other_users<'a>(
        &'a self,
        record: Option<&'a LoginRecord>,
        id: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        let by_record =
            record.filter(|record| record.login.is_some_and(|login| login.id.is_from_flask()));
        let by_cookie = match self.context.received(self.req) {
            ReceivedCookie::Valid(received) => Some(received),
            _ => None,
        };
        let by_cookie = by_cookie.filter(|received| {
            received
                .token
                .login
                .is_some_and(|login| login.id.is_from_flask())
        });
        let by_cookie = by_cookie.map(|received| received.token.id.as_str());
        let users = by_record.map(|record| &*record.id).into_iter();
        users.chain(by_cookie).filter(move |user| *user != id)
    }

    /// Ends what a login that has just started replaces: the browser's earlier logins, and those of the
    /// user not seen for longest if there are too many. This comes last, so that a login that fails ends
    /// no other, and concurrent logins see each other. If it fails, it ends the new login.
    pub(super) async fn make_room(
        &self,
        active: &ActiveLogins,
        id: &str,
        started: LoginId,
        before: Vec<LoginId>,
    ) -> Result<(), LoginError> {
        let mut uncounted = before.clone();
        uncounted.push(started);
        let ended = async {
            let surplus = self.surplus(active, id, &uncounted).await?;
            end_logins(active, self.settings(), [id], &surplus).await?;
            end_all(active, &before).await
        }
        .await;
        if ended.is_err() {
            // No cookie holds its id. If this fails, too, the entry expires.
            let _ = active.store.end(started).await;
        }
        ended
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
