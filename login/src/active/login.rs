//! What active logins change in logging in and in finding out who is logged in.

use std::{fmt, str::FromStr, time::Duration};

use actix_web::{HttpRequest, http::header};

use super::{
    ActiveLogins,
    store::{LoginId, StoredLogin},
};
use crate::{
    context::LoginContext, error::LoginError, record::LoginRecord, remember::Presented,
    settings::Settings, token::RememberToken, user::UserMixin,
};

/// How much of a `User-Agent` is kept, in bytes.
const USER_AGENT_MAX_BYTES: usize = 200;

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
        self.ends.is_none_or(|ends| now < ends)
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
    logins.sort_by_key(|login| (login.began, login.id));
    Ok(logins)
}

/// When a login ends whose session began then and is visited now: with the session, at the nearer
/// of its deadlines, or with the remember cookie, whichever comes later.
fn end(settings: &Settings, began: u64, now: u64, cookie_ends: Option<u64>) -> Option<u64> {
    let after = |since: u64, deadline: Option<Duration>| {
        deadline.map(|deadline| since.saturating_add(deadline.as_secs()))
    };
    let deadlines = [
        after(began, settings.login_deadline),
        after(now, settings.visit_deadline),
    ];
    let session_ends = deadlines.into_iter().flatten().min()?;
    Some(session_ends.max(cookie_ends.unwrap_or(0)))
}

/// The later of two ends; none is later than any.
fn later(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    Some(one?.max(other?))
}

/// When a login ends that goes on until `ends`: not before its remember cookie, whose end only the
/// store knows.
fn ends_on(stored: &StoredLogin, ends: Option<u64>) -> Option<u64> {
    if stored.remembered {
        later(stored.ends, ends)
    } else {
        ends
    }
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
    if let Some(login) = candidate
        && let Some(stored) = find(active, settings, login, id).await?
        && let Some(continued) = go_on(active, settings, &stored, now, cookie_ends).await?
    {
        return Ok(Some(continued));
    }
    make_room(active, settings, id).await?;
    let login = StoredLogin {
        id: LoginId::random()?,
        user: key_of(settings, id),
        began: now,
        seen: now,
        ends: end(settings, now, now, cookie_ends),
        user_agent: user_agent(req),
        address: settings
            .identifier
            .address(req)
            .map(|address| address.to_string())
            .unwrap_or_default(),
        remembered: cookie_ends.is_some(),
        generation: 0,
        issued: now,
        cookie_seen: None,
    };
    active.store.begin(&login).await?;
    // Whoever was logged in by this session is not any more.
    if let Some((replaced, _)) = by_record {
        active.store.end(replaced).await?;
    }
    Ok(Some(Continued {
        id: login.id,
        generation: 0,
    }))
}

async fn go_on(
    active: &ActiveLogins,
    settings: &Settings,
    stored: &StoredLogin,
    now: u64,
    cookie_ends: Option<u64>,
) -> Result<Option<Continued>, LoginError> {
    let ends = ends_on(stored, end(settings, now, now, cookie_ends));
    let mut generation = stored.generation;
    if cookie_ends.is_some() {
        if !active
            .store
            .replace_cookie(stored.id, generation, now)
            .await?
        {
            return Ok(None);
        }
        generation += 1;
    }
    active.store.touch(stored.id, now, ends).await?;
    Ok(Some(Continued {
        id: stored.id,
        generation,
    }))
}

/// Ends the user's oldest logins, or refuses a new one, where there are as many as there may be.
async fn make_room(active: &ActiveLogins, settings: &Settings, id: &str) -> Result<(), LoginError> {
    let Some(max) = active.max_logins else {
        return Ok(());
    };
    let logins = list_live(active, settings, id).await?;
    let too_many = (logins.len() + 1).saturating_sub(max);
    if too_many > 0 && active.refuse_new_logins {
        return Err(LoginError::TooManyLogins);
    }
    for oldest in logins.iter().take(too_many) {
        active.store.end(oldest.id).await?;
    }
    Ok(())
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
    if now.saturating_sub(stored.seen) >= active.touch_interval.as_secs().max(1) {
        // A cookie that is refreshed at each request takes the end of its login along.
        let refreshed = match context.presented(req) {
            Presented::Valid(token) if settings.remember.settings.refresh_each_request => {
                Some(token.remember.refreshed_end(settings, now))
            }
            _ => None,
        };
        let ends = ends_on(stored, end(settings, record.began, now, refreshed));
        active.store.touch(stored.id, now, ends).await?;
    }
    let Some(login) = record.login.as_mut().filter(|login| login.awaits_cookie) else {
        return Ok(false);
    };
    let present = TokenLogin {
        id: stored.id,
        generation: stored.generation,
    };
    match context.presented(req) {
        Presented::Valid(token) if token.remember.login == Some(present) => {
            active
                .store
                .cookie_seen(stored.id, stored.generation, now)
                .await?;
            login.awaits_cookie = false;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Ends the entry of a session that has come to its end, unless a remember cookie may go on with
/// it.
pub(crate) async fn end_with_session(
    active: &ActiveLogins,
    settings: &Settings,
    record: &LoginRecord,
) -> Result<(), LoginError> {
    let Some(login) = record.login else {
        return Ok(());
    };
    match find(active, settings, login.id, &record.id).await? {
        Some(stored) if !stored.remembered => active.store.end(stored.id).await,
        _ => Ok(()),
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
    let now = settings.now();
    let generation = presented.generation;
    let rotation = if generation == stored.generation {
        if active
            .store
            .replace_cookie(stored.id, generation, now)
            .await?
        {
            Rotation::Replaced(generation.saturating_add(1))
        } else {
            // Another request with the same cookie was faster, just now.
            Rotation::InGrace
        }
    } else {
        // The old one dies a grace time after its successor was first seen, not issued: the
        // answer that brought the successor may have been lost.
        let grace = active.cookie_grace.as_secs();
        let is_in_grace = stored
            .cookie_seen
            .is_none_or(|seen| now < seen.saturating_add(grace));
        if generation.saturating_add(1) == stored.generation && is_in_grace {
            Rotation::InGrace
        } else {
            active.store.end(stored.id).await?;
            return Ok(Rotation::Reused);
        }
    };
    let ends = later(stored.ends, end(settings, now, now, Some(token.ends)));
    active.store.touch(stored.id, now, ends).await?;
    Ok(rotation)
}
