//! An active login: its id, its entry in a store, and what users see of it.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeStruct};

use crate::{
    crypto::{
        base64::{decode_array, encode},
        keyring::{Keyring, Purpose},
    },
    error::LoginError,
    timestamp::Timestamp,
};

/// The id of an active login: 96 bits that no client can guess, and a counter. It reveals nothing, and gives no access on
/// its own.
///
/// As text it is 22 letters, digits, `-` and `_`. It serializes as that text, so that a form or a
/// path can hold one.
///
/// The id that an app sees stays the same as long as the login lasts. A store has an entry for a login
/// and for each one that supersedes it, and their ids differ in the counter alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginId {
    random: [u8; 12],
    /// How often the login was superseded. The first bit is [`FROM_FLASK`].
    counter: [u8; 4],
}

/// The bit of a login's counter that tells that Flask-Login's remember cookie may start it.
const FROM_FLASK: u8 = 0x80;

impl LoginId {
    /// The length of the text.
    pub(crate) const TEXT_LENGTH: usize = 22;

    pub(crate) fn random() -> Result<Self, LoginError> {
        let mut random = [0; 12];
        getrandom::fill(&mut random).map_err(|error| {
            tracing::error!(target: "actix_login", %error, "the system has no random numbers");
            LoginError::StoreFailed
        })?;
        let counter = [0; 4];
        Ok(Self { random, counter })
    }

    /// The id of the login that supersedes this one: a request that still uses the superseded login
    /// tells its successor from other logins by it.
    pub(crate) fn successor(self) -> Self {
        let counter = u32::from_be_bytes(self.counter).wrapping_add(1);
        Self {
            random: self.random,
            counter: counter.to_be_bytes(),
        }
    }

    /// This id, those of the logins that it superseded a moment ago, and those that may supersede it
    /// meanwhile: what ends together with this login. The successors come last, so that none can follow
    /// once this one has ended.
    pub(crate) fn with_relatives(self) -> impl Iterator<Item = Self> {
        let Self { random, counter } = self;
        let counter = u32::from_be_bytes(counter);
        let first = u32::from_be_bytes(self.first().counter);
        let oldest = counter.saturating_sub(PREDECESSORS).max(first);
        let counters = oldest..=counter.saturating_add(SUCCESSORS);
        counters.map(move |counter| Self {
            random,
            counter: counter.to_be_bytes(),
        })
    }

    /// The id that the app sees: the one with which the login started.
    pub(crate) fn first(self) -> Self {
        let [flags, ..] = self.counter;
        let counter = [flags & FROM_FLASK, 0, 0, 0];
        Self { counter, ..self }
    }

    /// The same id for a login in a browser that has Flask-Login's remember cookie.
    pub(crate) fn marked_as_flask(self) -> Self {
        let [flags, counter @ ..] = self.counter;
        let [c1, c2, c3] = counter;
        let counter = [flags | FROM_FLASK, c1, c2, c3];
        Self { counter, ..self }
    }

    /// Whether [`marked_as_flask`](Self::marked_as_flask) made it, or one that it supersedes.
    pub(crate) fn is_from_flask(self) -> bool {
        let [flags, ..] = self.counter;
        flags & FROM_FLASK != 0
    }

    /// The id of the only entry of a purpose for a user: a keyed digest, so that concurrent requests
    /// make the same one.
    pub(crate) fn derived(keys: &Keyring, purpose: &str, user_id: &str) -> Self {
        let parts = [purpose.as_bytes(), user_id.as_bytes()];
        let [random @ .., c0, c1, c2, c3] = keys.digest(Purpose::Note, parts).into_bytes();
        let counter = [c0, c1, c2, c3];
        Self { random, counter }
    }
}

impl fmt::Display for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Three bytes are four characters, so that the text of the first part ends with it.
        f.write_str(&encode(self.random))?;
        f.write_str(&encode(self.counter))
    }
}

/// How many superseded logins end together with the one that has taken their place: more are not
/// superseded within the ten seconds that they last.
const PREDECESSORS: u32 = 8;
/// How many logins may supersede one while it ends.
const SUCCESSORS: u32 = 2;

/// The text is not a login id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidLoginId;

impl fmt::Display for InvalidLoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a login id")
    }
}

impl std::error::Error for InvalidLoginId {}

impl FromStr for LoginId {
    type Err = InvalidLoginId;

    fn from_str(text: &str) -> Result<Self, InvalidLoginId> {
        let [random @ .., c0, c1, c2, c3] = decode_array::<16>(text).ok_or(InvalidLoginId)?;
        let counter = [c0, c1, c2, c3];
        Ok(Self { random, counter })
    }
}

impl Serialize for LoginId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LoginId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = LoginId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a login id")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<LoginId, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

/// The entry of a login in a [`LoginStore`](super::LoginStore).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLogin {
    /// The id of this entry. It is new for a login that supersedes another.
    pub id: LoginId,
    /// The user: the manager's name, a colon, and the user's id. Entries that are no logins, such as a
    /// [pending login](crate::begin_login), have another user, which starts with a colon.
    pub user: String,
    /// When the login started.
    pub started_at: Timestamp,
    /// When the login was last recorded as seen. For a superseded login, which only in-flight
    /// requests may still use, it equals or follows `expires_at`.
    pub last_seen_at: Timestamp,
    /// When the login expires, if it does: the store may drop the entry then.
    pub expires_at: Option<Timestamp>,
    /// The `User-Agent` of the browser, cut to 200 bytes. The browser chooses it: escape it.
    pub user_agent: String,
    /// The client's address; empty if it is unknown.
    pub address: String,
    /// Whether this login has a remember cookie.
    pub remembered: bool,
    /// How often the remember cookie has been replaced.
    pub generation: u64,
    /// The newest generation of the remember cookie that a browser had been seen with when the current
    /// one was issued. No browser had been seen with a generation between the two.
    pub last_confirmed_generation: u64,
    /// When the current remember cookie was issued.
    pub issued_at: Timestamp,
    /// When a browser was first seen with the current remember cookie, if one was: it sent the cookie
    /// back, or the session that came with it.
    pub cookie_confirmed_at: Option<Timestamp>,
}

/// The state of a remember cookie of some generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CookieStatus {
    /// The cookie is the current one.
    Current,
    /// The cookie was just replaced, and in-flight requests carry it. Its grace starts when a browser
    /// is seen with the current cookie: the response that set it may have been lost.
    InGrace,
    /// No browser was ever seen with its replacement: it was lost, or a thief has it.
    ReplacementLost,
    /// Somebody has a copy: a browser was seen with its replacement long ago, or has since used the
    /// cookie before it.
    Reused,
}

/// The active login that a remember token names, with the generation of the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenLogin {
    pub(crate) id: LoginId,
    pub(crate) generation: u64,
}

impl StoredLogin {
    /// The value of [`user`](Self::user) for a user of a manager.
    pub(crate) fn user_key(manager: &str, user_id: &str) -> String {
        format!("{manager}:{user_id}")
    }

    /// Whether this login belongs to that user of that manager, and has not expired.
    pub(crate) fn is_live_for(&self, manager: &str, user_id: &str, now: Timestamp) -> bool {
        let of_manager = self.user.strip_prefix(manager);
        of_manager.and_then(|user| user.strip_prefix(':')) == Some(user_id)
            && !self.expires_at.is_some_and(|end| end.has_passed(now))
    }

    /// The current remember cookie, as its token names it.
    pub(crate) fn current_cookie(&self) -> TokenLogin {
        TokenLogin {
            id: self.id,
            generation: self.generation,
        }
    }

    /// The state of a remember cookie of this generation.
    pub(crate) fn cookie_status(
        &self,
        generation: u64,
        now: Timestamp,
        grace: Duration,
    ) -> CookieStatus {
        if generation == self.generation {
            return CookieStatus::Current;
        }
        let is_over = |start: Timestamp| start.plus(grace).has_passed(now);
        let unconfirmed = self.last_confirmed_generation..self.generation;
        match self.cookie_confirmed_at {
            _ if !unconfirmed.contains(&generation) => CookieStatus::Reused,
            Some(confirmed) if is_over(confirmed) => CookieStatus::Reused,
            None if !is_over(self.issued_at) => CookieStatus::InGrace,
            None if generation == self.last_confirmed_generation => CookieStatus::ReplacementLost,
            None => CookieStatus::Reused,
            Some(_) => CookieStatus::InGrace,
        }
    }

    /// Whether a replaced remember cookie stays valid until a browser is seen with the current one.
    pub(crate) fn awaits_confirmation(&self) -> bool {
        self.cookie_confirmed_at.is_none() && self.last_confirmed_generation < self.generation
    }

    /// Whether the current remember cookie replaced another a moment ago, and no browser was seen with
    /// it yet.
    pub(crate) fn is_just_replaced(&self, now: Timestamp, grace: Duration) -> bool {
        self.awaits_confirmation() && !self.issued_at.plus(grace).has_passed(now)
    }

    /// The newest generation that a browser has sent back, if it has just sent `received`.
    pub(crate) fn confirmed_generation(&self, received: Option<u64>) -> u64 {
        match self.cookie_confirmed_at {
            Some(_) => self.generation,
            None => received.unwrap_or(self.last_confirmed_generation),
        }
    }

    /// Sorts the logins of a user: the one that has not been seen for longest comes first.
    pub(crate) fn seen_order(&self) -> (Timestamp, Timestamp, LoginId) {
        (self.last_seen_at, self.started_at, self.id)
    }

    /// Whether another login has taken this one's place. It is kept for in-flight requests alone;
    /// `last_seen_at` is set to its end, so that no visit extends it.
    pub(crate) fn is_superseded(&self) -> bool {
        self.expires_at
            .is_some_and(|end| end.has_passed(self.last_seen_at))
    }
}

/// One place where a user is logged in: a line of a "Where you're logged in" page. It serializes with
/// its fields, for a template: its times as seconds since 1970. They print as dates, such as
/// `2026-11-25T08:30:00Z`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActiveLogin {
    /// The id, for [`end_login`](crate::end_login). It stays the same as long as the login lasts.
    pub id: LoginId,
    /// When the login started.
    pub started_at: Timestamp,
    /// When the login was last seen, as precise as
    /// [`touch_interval`](crate::ActiveLogins::touch_interval).
    pub last_seen_at: Timestamp,
    /// When the login expires, if it does.
    pub expires_at: Option<Timestamp>,
    /// The `User-Agent` of the browser at the login, cut to 200 bytes. The browser chooses it: escape
    /// it.
    pub user_agent: String,
    /// The client's address at the login; empty if it is unknown.
    pub address: String,
    /// Whether this login has a remember cookie.
    pub remembered: bool,
    /// Whether it is the login of the current request.
    pub is_current: bool,
}

impl ActiveLogin {
    pub(crate) fn new(stored: StoredLogin, current: Option<LoginId>) -> Self {
        Self {
            is_current: current.map(LoginId::first) == Some(stored.id.first()),
            id: stored.id.first(),
            started_at: stored.started_at,
            last_seen_at: stored.last_seen_at,
            expires_at: stored.expires_at,
            user_agent: stored.user_agent,
            address: stored.address,
            remembered: stored.remembered,
        }
    }
}

impl Serialize for ActiveLogin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ActiveLogin", 8)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("started_at", &self.started_at)?;
        fields.serialize_field("last_seen_at", &self.last_seen_at)?;
        fields.serialize_field("expires_at", &self.expires_at)?;
        fields.serialize_field("user_agent", &self.user_agent)?;
        fields.serialize_field("address", &self.address)?;
        fields.serialize_field("remembered", &self.remembered)?;
        fields.serialize_field("is_current", &self.is_current)?;
        fields.end()
    }
}
