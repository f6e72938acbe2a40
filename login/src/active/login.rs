//! What active logins change in logging in and in finding out who is logged in.

use std::{fmt, str::FromStr, time::Duration};

use actix_web::{HttpRequest, http::header};

use super::{
    ActiveLogins,
    store::{LoginId, StoredLogin},
};
use crate::{
    context::LoginContext,
    error::LoginError,
    events::LoginEvent,
    record::LoginRecord,
    remember::Presented,
    remember_cookie::Found,
    settings::Settings,
    token::{RememberToken, names},
    user::UserMixin,
};

/// How much of a `User-Agent` is kept, in bytes.
const USER_AGENT_MAX_BYTES: usize = 200;

/// How long a login is still taken under its old id, in seconds: requests are under way that have it.
const SUCCESSION: u64 = 10;

/// The active login of a login record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordedLogin {
    pub(crate) id: LoginId,
    /// Whether the session was restored from a remember cookie whose successor has not come back
    /// yet.
    pub(crate) awaits_cookie: bool,
}

impl fmt::Display for RecordedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}",
            self.id,
            if self.awaits_cookie { "!" } else { "" }
        )
    }
}

impl FromStr for RecordedLogin {
    type Err = super::store::InvalidLoginId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, awaits_cookie) = match text.strip_suffix('!') {
            Some(id) => (id, true),
            None => (text, false),
        };
        Ok(Self {
            id: id.parse()?,
            awaits_cookie,
        })
    }
}

/// The active login of a remember token, and how often the cookie had been replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenLogin {
    pub(crate) id: LoginId,
    pub(crate) generation: u64,
}

/// What a remember cookie of some generation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Present,
    /// It has just been replaced, and requests are under way that have it. Its grace begins when the
    /// present one first came back, and not when that was issued: the answer may have been lost.
    InGrace,
    /// What replaced it never came back: lost for good, or in a thief's hands.
    Lost,
    /// What replaced it came back long ago: somebody has a copy.
    Reused,
}

fn key_of(settings: &Settings, id: &str) -> String {
    format!("{}:{id}", settings.name)
}

impl StoredLogin {
    /// Whether it is this user's and has not ended.
    pub(crate) fn is_live_of(&self, settings: &Settings, id: &str, now: u64) -> bool {
        let of_manager = self.user.strip_prefix(settings.name.as_str());
        of_manager.and_then(|user| user.strip_prefix(':')) == Some(id) && self.is_live(now)
    }

    pub(crate) fn is_live(&self, now: u64) -> bool {
        self.expires_at.is_none_or(|ends| now < ends)
    }

    /// What its remember cookie says now.
    fn present_cookie(&self) -> TokenLogin {
        TokenLogin {
            id: self.id,
            generation: self.generation,
        }
    }

    /// What a remember cookie of this generation is.
    fn standing(&self, generation: u64, now: u64, grace: Duration) -> Standing {
        let is_over = |since: u64| now >= since.saturating_add(grace.as_secs());
        if generation == self.generation {
            return Standing::Present;
        }
        match self.cookie_confirmed_at {
            _ if !(self.last_confirmed_generation..self.generation).contains(&generation) => {
                Standing::Reused
            }
            Some(seen) if is_over(seen) => Standing::Reused,
            None if is_over(self.issued_at) => Standing::Lost,
            _ => Standing::InGrace,
        }
    }

    /// The generation that has come back last, where a cookie of this one was presented just now.
    fn shown_with(&self, presented: Option<u64>) -> u64 {
        match self.cookie_confirmed_at {
            Some(_) => self.generation,
            None => presented.unwrap_or(self.last_confirmed_generation),
        }
    }

    /// Whether it goes on under another id, and is only there for requests under way: as if it was
    /// seen when it ends, so that no further visit puts the end off.
    pub(crate) fn has_successor(&self) -> bool {
        self.expires_at
            .is_some_and(|ends| self.last_seen_at >= ends)
    }
}

/// The entry of this user's login, if it has not ended.
pub(crate) async fn find(
    active: &ActiveLogins,
    settings: &Settings,
    login: LoginId,
    id: &str,
) -> Result<Option<StoredLogin>, LoginError> {
    let stored = active.store.find(login).await?;
    Ok(stored.filter(|stored| stored.is_live_of(settings, id, settings.now())))
}

pub(crate) async fn list_live(
    active: &ActiveLogins,
    settings: &Settings,
    id: &str,
) -> Result<Vec<StoredLogin>, LoginError> {
    let mut logins = active.store.list(&key_of(settings, id)).await?;
    let now = settings.now();
    logins.retain(|login| login.is_live_of(settings, id, now));
    logins.sort_by_key(|login| (login.started_at, login.id));
    Ok(logins)
}

/// Those of [`list_live`] that users see and that count.
pub(crate) async fn list_present(
    active: &ActiveLogins,
    settings: &Settings,
    id: &str,
) -> Result<Vec<StoredLogin>, LoginError> {
    let mut logins = list_live(active, settings, id).await?;
    logins.retain(|login| !login.has_successor());
    Ok(logins)
}

/// When a login ends that was seen now: with its session, or with the remember cookie, whichever
/// comes later. `began` is when the session's login did.
fn end(
    active: &ActiveLogins,
    settings: &Settings,
    began: u64,
    now: u64,
    cookie_ends: Option<u64>,
) -> Option<u64> {
    let login = settings
        .login_deadline
        .map(|deadline| began.saturating_add(deadline.as_secs()));
    // The next visit may come without being written down.
    let visit = settings.visit_deadline.map(|deadline| {
        now.saturating_add(deadline.as_secs())
            .saturating_add(active.touch_interval.as_secs())
    });
    let session = login.into_iter().chain(visit).min()?;
    Some(session.max(cookie_ends.unwrap_or(0)))
}

/// When the remember cookie of this login ends, if the request carries it and the answer puts its
/// end off.
fn refreshed_cookie_end<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    login: LoginId,
    now: u64,
) -> Option<u64> {
    let settings = &context.manager.0.settings;
    match context.presented(req) {
        Presented::Valid(token)
            if settings.remember.settings.refresh_each_request
                && token.remember.login.is_some_and(|of| of.id == login) =>
        {
            Some(token.remember.refreshed_end(settings, now))
        }
        _ => None,
    }
}

/// The later of two ends; none is later than any.
fn later(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    Some(one?.max(other?))
}

/// A login in the store.
pub(crate) struct Continued {
    pub(crate) id: LoginId,
    /// For a remember cookie that is set now.
    pub(crate) generation: u64,
}

impl Continued {
    pub(crate) fn recorded(&self) -> RecordedLogin {
        RecordedLogin {
            id: self.id,
            awaits_cookie: false,
        }
    }

    pub(crate) fn of_token(&self) -> TokenLogin {
        TokenLogin {
            id: self.id,
            generation: self.generation,
        }
    }
}

/// Begins a login, or goes on with the one that the browser has: of the same user, by its session
/// or by its remember cookie. `cookie_ends` is for a remember cookie that is being set.
pub(crate) async fn begin_or_continue<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    record: Option<&LoginRecord>,
    user: &U,
    id: &str,
    cookie_ends: Option<u64>,
) -> Result<Option<Continued>, LoginError> {
    let settings = &context.manager.0.settings;
    let Some(active) = &settings.active else {
        return Ok(None);
    };
    let now = settings.now();
    let by_record = record.and_then(|record| Some((record.login?.id, &*record.id == id)));
    let by_cookie = context
        .token_of(req, user, id)
        .and_then(|token| token.remember.login);
    let candidate = match by_record {
        Some((login, true)) => Some(login),
        _ => by_cookie.map(|login| login.id),
    };
    let before = logins_of(context, req, record);
    if let Some(login) = candidate
        && let Some(stored) = find(active, settings, login, id).await?
    {
        let presented = by_cookie.filter(|login| login.id == stored.id);
        let presented = presented.map(|login| login.generation);
        if finds_reuse(context, req, active, &stored, user, id) {
            active.store.end(stored.id).await?;
            let event = LoginEvent::RememberCookieReused;
            context.manager.emit(event, req, Some(user));
        } else if let Some(continued) =
            go_on(context, req, active, &stored, presented, cookie_ends).await?
        {
            let replaced = before.into_iter().filter(|login| *login != continued.id);
            end_all(active, replaced).await?;
            return Ok(Some(continued));
        }
    }
    if active.refuse_new_logins {
        // Before there is an entry of it, for which the store might drop another.
        surplus(active, settings, id, &before).await?;
    }
    let login = StoredLogin {
        id: LoginId::random()?,
        user: key_of(settings, id),
        started_at: now,
        last_seen_at: now,
        expires_at: end(active, settings, now, now, cookie_ends),
        user_agent: user_agent(req),
        address: settings
            .identifier
            .address(req)
            .map(|address| address.to_string())
            .unwrap_or_default(),
        remembered: cookie_ends.is_some(),
        generation: 0,
        last_confirmed_generation: 0,
        issued_at: now,
        cookie_confirmed_at: None,
    };
    active.store.begin(&login).await?;
    if let Err(error) = make_room(active, settings, id, login.id, before).await {
        // Nobody is told of its id. If this fails as well, it ends by itself.
        let _ = active.store.end(login.id).await;
        return Err(error);
    }
    Ok(Some(Continued {
        id: login.id,
        generation: 0,
    }))
}

/// The logins of this browser's session and remember cookie.
pub(crate) fn logins_of<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    record: Option<&LoginRecord>,
) -> Vec<LoginId> {
    let of_record = record.and_then(|record| record.login).map(|login| login.id);
    let of_cookie = match context.presented(req) {
        Presented::Valid(token) => token.remember.login.map(|login| login.id),
        _ => None,
    };
    let of_cookie = of_cookie.filter(|login| of_record != Some(*login));
    of_record.into_iter().chain(of_cookie).collect()
}

pub(crate) async fn end_all(
    active: &ActiveLogins,
    logins: impl IntoIterator<Item = LoginId>,
) -> Result<(), LoginError> {
    for login in logins {
        active.store.end(login).await?;
    }
    Ok(())
}

/// Ends what a login that has just begun replaces: those of the browser before, and the user's oldest
/// where there are too many. Not sooner: a login that fails ends no other, and of several at once each
/// sees the others.
async fn make_room(
    active: &ActiveLogins,
    settings: &Settings,
    id: &str,
    begun: LoginId,
    before: Vec<LoginId>,
) -> Result<(), LoginError> {
    let mut uncounted = before.clone();
    uncounted.push(begun);
    let surplus = surplus(active, settings, id, &uncounted).await?;
    end_all(active, before.into_iter().chain(surplus)).await
}

async fn go_on<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    active: &ActiveLogins,
    stored: &StoredLogin,
    presented: Option<u64>,
    cookie_ends: Option<u64>,
) -> Result<Option<Continued>, LoginError> {
    let settings = &context.manager.0.settings;
    let now = settings.now();
    let end_of_cookie = cookie_ends.or_else(|| refreshed_cookie_end(context, req, stored.id, now));
    let ends = later(
        stored.expires_at,
        end(active, settings, now, now, end_of_cookie),
    );
    let mut generation = stored.generation;
    if cookie_ends.is_some() {
        if !active
            .store
            .replace_cookie(stored.id, generation, stored.shown_with(presented), now)
            .await?
        {
            return Ok(None);
        }
        generation += 1;
    }
    let is_live = active.store.touch(stored.id, now, ends).await?;
    Ok(is_live.then_some(Continued {
        id: stored.id,
        generation,
    }))
}

/// The user's oldest logins, which a new one ends where there are as many as there may be; or its
/// refusal. Those of the same moment may end or refuse each other, but never are there more.
async fn surplus(
    active: &ActiveLogins,
    settings: &Settings,
    id: &str,
    uncounted: &[LoginId],
) -> Result<Vec<LoginId>, LoginError> {
    let Some(max) = active.max_logins else {
        return Ok(Vec::new());
    };
    let mut others = list_present(active, settings, id).await?;
    others.retain(|login| !uncounted.contains(&login.id));
    let surplus = (others.len() + 1).saturating_sub(max);
    if surplus > 0 && active.refuse_new_logins {
        return Err(LoginError::TooManyLogins);
    }
    Ok(others.iter().take(surplus).map(|login| login.id).collect())
}

/// Goes on with a login under a new id; the old one, and with it copies of its cookies, ends when
/// requests under way are through. `None` where it has ended, or another request was faster.
pub(crate) async fn succeed(
    active: &ActiveLogins,
    settings: &Settings,
    stored: &StoredLogin,
    remembered: bool,
) -> Result<Option<Continued>, LoginError> {
    let now = settings.now();
    let successor = StoredLogin {
        id: LoginId::random()?,
        remembered,
        generation: 0,
        last_confirmed_generation: 0,
        issued_at: now,
        cookie_confirmed_at: None,
        ..stored.clone()
    };
    active.store.begin(&successor).await?;
    let ends = now.saturating_add(SUCCESSION);
    let is_succeeded = active.store.touch(stored.id, ends, Some(ends)).await;
    if matches!(is_succeeded, Ok(true)) {
        return Ok(Some(Continued {
            id: successor.id,
            generation: successor.generation,
        }));
    }
    let ended = active.store.end(successor.id).await;
    is_succeeded?;
    ended.map(|()| None)
}

/// The token for the cookie as it is now: the request's own may have been replaced meanwhile, and
/// must not come back.
pub(crate) async fn present_token(
    settings: &Settings,
    token: RememberToken,
) -> Result<Option<RememberToken>, LoginError> {
    let (Some(active), Some(login)) = (&settings.active, token.login) else {
        return Ok(Some(token));
    };
    let stored = find(active, settings, login.id, &token.id).await?;
    Ok(stored.map(|stored| RememberToken {
        login: Some(stored.present_cookie()),
        ..token
    }))
}

/// Cut at a character's end.
fn user_agent(req: &HttpRequest) -> String {
    let value = req.headers().get(header::USER_AGENT);
    let mut text = value
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default();
    let end = (0..=USER_AGENT_MAX_BYTES.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or(0));
    text
}

/// Whether the request of a session carries a remember cookie whose successor came back long ago:
/// whoever it came back from is not this browser.
pub(crate) fn finds_reuse<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    active: &ActiveLogins,
    stored: &StoredLogin,
    user: &U,
    id: &str,
) -> bool {
    let settings = &context.manager.0.settings;
    // To check a signature is not free, and nearly all cookies say that they are the present one.
    match settings.remember.find(req.headers()) {
        Found::One(value) if !names(value, stored.present_cookie()) => {}
        _ => return false,
    }
    context
        .token_of(req, user, id)
        .and_then(|token| token.remember.login)
        .filter(|login| login.id == stored.id)
        .is_some_and(|login| {
            let standing = stored.standing(login.generation, settings.now(), active.cookie_grace);
            standing == Standing::Reused
        })
}

/// Writes down that the login of a session was seen, and that its remember cookie came back.
/// Whether the record has changed by that.
pub(crate) async fn confirm_cookie<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    active: &ActiveLogins,
    stored: &StoredLogin,
    record: &mut LoginRecord,
) -> Result<bool, LoginError> {
    let settings = &context.manager.0.settings;
    let now = settings.now();
    if now.saturating_sub(stored.last_seen_at) >= active.touch_interval.as_secs().max(1) {
        // A cookie that is refreshed at each request takes the end of its login along.
        let refreshed = refreshed_cookie_end(context, req, stored.id, now);
        let ends = end(active, settings, record.began, now, refreshed);
        let ends = later(stored.expires_at, ends);
        active.store.touch(stored.id, now, ends).await?;
    }
    let present = stored.present_cookie();
    // Only a refresh could bring it back, and to check a cookie is not free.
    if settings.remember.settings.refresh_each_request
        && let Presented::Valid(token) = context.presented(req)
        && (token.remember.login != Some(present) || stored.has_successor())
    {
        context.keep_cookie();
    }
    let Some(login) = record.login.as_mut().filter(|login| login.awaits_cookie) else {
        return Ok(false);
    };
    match context.presented(req) {
        Presented::Valid(token) if token.remember.login == Some(present) => {
            active
                .store
                .confirm_cookie(stored.id, stored.generation, now)
                .await?;
            login.awaits_cookie = false;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// What becomes of a remember cookie that restores a login.
pub(crate) enum Rotation {
    /// It is replaced by one of this generation.
    Replaced(u64),
    /// It is taken, and none is set: it has just been replaced by another answer.
    InGrace,
    /// It was replaced long ago: somebody has a copy.
    Reused,
}

/// Replaces the remember cookie, as each restoration does.
pub(crate) async fn rotate(
    active: &ActiveLogins,
    settings: &Settings,
    stored: &StoredLogin,
    presented: TokenLogin,
    token: &RememberToken,
) -> Result<Rotation, LoginError> {
    if stored.has_successor() {
        return Ok(Rotation::InGrace);
    }
    let now = settings.now();
    let rotation = match stored.standing(presented.generation, now, active.cookie_grace) {
        Standing::Present | Standing::Lost => {
            let present = stored.generation;
            let shown = stored.shown_with(Some(presented.generation));
            if active
                .store
                .replace_cookie(stored.id, present, shown, now)
                .await?
            {
                Rotation::Replaced(present.saturating_add(1))
            } else {
                // Another request with the same cookie was faster, just now.
                Rotation::InGrace
            }
        }
        Standing::InGrace => Rotation::InGrace,
        Standing::Reused => {
            active.store.end(stored.id).await?;
            return Ok(Rotation::Reused);
        }
    };
    let cookie_ends = if settings.remember.settings.refresh_each_request {
        token.refreshed_end(settings, now)
    } else {
        token.ends
    };
    let ends = end(active, settings, now, now, Some(cookie_ends));
    let ends = later(stored.expires_at, ends);
    if !active.store.touch(stored.id, now, ends).await? {
        // It goes on under another id, just now.
        return Ok(Rotation::InGrace);
    }
    Ok(rotation)
}
