//! The settings of active logins.

use std::{fmt, time::Duration};

use super::{
    failures::{ErasedLoginStore, LoggedStore},
    login_store::LoginStore,
    memory::MemoryLoginStore,
};
use crate::{
    config::{PENDING_LIFETIME, PENDING_TRIES},
    error::ConfigError,
};

/// Active logins: a list, kept on the server, of where users are logged in.
///
/// With active logins, each login has an entry in a store. A session or remember cookie without an
/// entry gives no access, wherever copies of it are. Switching them on logs every user out once, since
/// earlier cookies have no entry. After switching them off, cookies give access without an entry, also
/// those of ended logins.
///
/// A request asks the store and the user loader at the same time, so that it waits for the slower of the
/// two. The loader is therefore also asked for the user of a login that has ended.
///
/// A login stays on the list until it is ended or expires. A closed browser has forgotten its session,
/// and so may a session store that drops sessions earlier:
/// [`idle_timeout`](Self::idle_timeout) ends these logins earlier.
///
/// ```
/// # use actix_login::{LoginManager, UserMixin};
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// use actix_login::ActiveLogins;
///
/// LoginManager::<User>::builder([0; 32])
///     .user_loader(async |id: u64| Some(User { id }))
///     .active_logins(ActiveLogins::in_memory().max_logins(5))
///     .build()?;
/// # Ok::<(), actix_login::ConfigError>(())
/// ```
#[must_use = "hand it to the manager's builder: `.active_logins(…)`"]
pub struct ActiveLogins {
    pub(crate) store: Box<dyn ErasedLoginStore>,
    pub(crate) touch_interval: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) cookie_grace: Duration,
    pub(crate) max_logins: Option<usize>,
    pub(crate) refuse_new_logins: bool,
    pub(crate) pending_lifetime: Duration,
    pub(crate) pending_tries: u64,
}

impl fmt::Debug for ActiveLogins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActiveLogins")
            .field("touch_interval", &self.touch_interval)
            .field("idle_timeout", &self.idle_timeout)
            .field("cookie_grace", &self.cookie_grace)
            .field("max_logins", &self.max_logins)
            .field("refuse_new_logins", &self.refuse_new_logins)
            .field("pending_lifetime", &self.pending_lifetime)
            .field("pending_tries", &self.pending_tries)
            .finish_non_exhaustive()
    }
}

impl ActiveLogins {
    /// Keeps active logins in this process: [`MemoryLoginStore`]. A restart logs every user out.
    pub fn in_memory() -> Self {
        Self::in_store(MemoryLoginStore::new())
    }

    /// Keeps active logins in a store: one of this crate, or a [`LoginStore`] of your own.
    ///
    /// | store | feature | for an app |
    /// | --- | --- | --- |
    /// | [`MemoryLoginStore`] | | in one process; its restart logs every user out |
    /// | `SqlLoginStore::sqlite` | `sqlite` | on one machine, with a SQLite database |
    /// | `SqlLoginStore::postgres` | `postgres` | with a PostgreSQL database, on any number of machines |
    /// | `RedisLoginStore` | `redis` | with a Redis, on any number of machines |
    ///
    /// The store is asked once in each request that asks for the user. Redis expires logins on its own.
    /// With the SQL stores the app calls [`drop_ended`](LoginStore::drop_ended) from time to time.
    pub fn in_store(store: impl LoginStore) -> Self {
        Self {
            store: Box::new(LoggedStore(store)),
            touch_interval: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(400 * 24 * 60 * 60),
            cookie_grace: Duration::from_secs(60),
            max_logins: None,
            refuse_new_logins: false,
            pending_lifetime: PENDING_LIFETIME,
            pending_tries: PENDING_TRIES,
        }
    }

    /// The shortest interval at which a visit is recorded in the store.
    ///
    /// Default: one minute.
    pub fn touch_interval(mut self, interval: Duration) -> Self {
        self.touch_interval = interval;
        self
    }

    /// How long a login lasts unseen if it has no remember cookie: as long as the session store keeps a
    /// session without a request.
    ///
    /// Default: 400 days, the longest that browsers keep a cookie. Set it if the session store forgets
    /// earlier: the `session_ttl` of actix-session's `PersistentSession`, or the `state_ttl` of its
    /// `BrowserSession`, which is a day by default. Otherwise a login whose session is forgotten stays
    /// on the list until the [`login_deadline`](crate::LoginManagerBuilder::login_deadline), and counts
    /// for [`max_logins`](Self::max_logins).
    ///
    /// A shorter time ends the login, even if its session is still stored. The time is as precise as the
    /// [`touch_interval`](Self::touch_interval), which is added to it. A login with a remember cookie
    /// lasts at least as long as the cookie.
    ///
    /// ```
    /// use std::time::Duration;
    /// use actix_login::ActiveLogins;
    ///
    /// let half_a_day = Duration::from_secs(12 * 60 * 60);
    /// let active = ActiveLogins::in_memory().idle_timeout(half_a_day);
    /// # let _ = active;
    /// ```
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How long a replaced remember cookie stays valid after a browser is first seen with its
    /// replacement: it sends the new cookie back, or the session that came with it.
    ///
    /// Default: 60 seconds. Each restored login replaces the cookie. Browsers open many tabs at once,
    /// and responses get lost, so the old cookie stays valid for a while. After that time it counts as
    /// stolen, and its login ends, even if the request has a valid session. The same is true for a
    /// session that came with the old cookie, unless the request also carries the current one: a thief
    /// may hide the cookie.
    pub fn cookie_grace(mut self, grace: Duration) -> Self {
        self.cookie_grace = grace;
        self
    }

    /// How many logins a user may have at a time. One more ends the login that has not been seen for
    /// longest. Concurrent logins may end each other. Times are whole seconds: of two logins last seen in
    /// the same second, either may end, but never the new one.
    ///
    /// Default: as many as the store accepts. The stores of this crate accept 100 per user.
    pub fn max_logins(mut self, logins: usize) -> Self {
        self.max_logins = Some(logins);
        self
    }

    /// Whether a login over [`max_logins`](Self::max_logins) is refused with
    /// [`LoginError::TooManyLogins`](crate::LoginError::TooManyLogins) instead of ending another one.
    /// Concurrent logins may refuse each other. Without `max_logins` it is a
    /// [`ConfigError`](crate::ConfigError).
    ///
    /// Default: `false`.
    pub fn refuse_new_logins(mut self, refuse: bool) -> Self {
        self.refuse_new_logins = refuse;
        self
    }

    /// How long a [pending login](crate::begin_login) waits for its second factor. Wrong codes count for
    /// the same time, from the first one on.
    ///
    /// Default: ten minutes.
    pub fn pending_lifetime(mut self, lifetime: Duration) -> Self {
        self.pending_lifetime = lifetime;
        self
    }

    /// How many wrong codes a user may send within the [`pending_lifetime`](Self::pending_lifetime), in
    /// all pending logins together. The last of them ends all pending logins of the user, and
    /// [`begin_login`](crate::begin_login) is refused until that time has passed.
    ///
    /// Default: 5. OWASP ASVS 5.0, 6.6.3, asks for a limit.
    pub fn pending_tries(mut self, tries: u64) -> Self {
        self.pending_tries = tries;
        self
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let setting = |setting, reason: &str| Err(ConfigError::setting(setting, reason));
        if self.max_logins == Some(0) {
            return setting("max_logins", "with 0 no user could ever log in");
        }
        if self.refuse_new_logins && self.max_logins.is_none() {
            return setting("refuse_new_logins", "without `max_logins` it refuses none");
        }
        if self.pending_tries == 0 {
            return setting("pending_tries", "with 0 no second factor could ever pass");
        }
        if self.pending_lifetime.as_secs() == 0 {
            return setting("pending_lifetime", "it must be at least a second");
        }
        Ok(())
    }
}
