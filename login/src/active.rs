//! Active logins: a list, kept on the server, of who is logged in where.
//!
//! Off by default, and then everything is stateless. Switched on, each login has an entry in a
//! store; a session or remember cookie whose entry is gone is worthless, wherever its copies are.

mod api;
mod login;
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod store;

use std::time::Duration;

#[cfg(feature = "redis")]
pub use self::redis::RedisLoginStore;
pub use self::{
    api::{ActiveLogin, active_logins, end_login, end_other_logins},
    memory::{MemoryLoginStore, StoreFull},
    store::{InvalidLoginId, LoginId, LoginStore, StoredLogin},
};
pub(crate) use self::{
    api::{ErasedActiveLogins, end_all_of, list_of},
    login::{
        Continued, RecordedLogin, Rotation, TokenLogin, begin_or_continue, confirm_cookie, end_all,
        find, finds_reuse, logins_of, present_token, rotate, succeed,
    },
    store::AnyLoginStore,
};

use self::store::Erased;
use crate::error::ConfigError;

/// The store of active logins, and how long things take in it.
///
/// Switched on, it logs everyone out once: cookies from before have no entry. Switched off again,
/// cookies open without one, those of ended logins too.
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
    pub(crate) store: AnyLoginStore,
    pub(crate) touch_interval: Duration,
    pub(crate) cookie_grace: Duration,
    pub(crate) max_logins: Option<usize>,
    pub(crate) refuse_new_logins: bool,
}

impl ActiveLogins {
    /// Keeps them in this process: [`MemoryLoginStore`]. A restart logs everyone out.
    pub fn in_memory() -> Self {
        Self::in_store(MemoryLoginStore::new())
    }

    /// Keeps them in a store, such as `RedisLoginStore` or one of the app's own.
    pub fn in_store(store: impl LoginStore) -> Self {
        Self {
            store: Box::new(Erased(store)),
            touch_interval: Duration::from_secs(60),
            cookie_grace: Duration::from_secs(60),
            max_logins: None,
            refuse_new_logins: false,
        }
    }

    /// How often at most it is written down that a login was seen.
    ///
    /// Default: once a minute.
    pub fn touch_interval(mut self, interval: Duration) -> Self {
        self.touch_interval = interval;
        self
    }

    /// How long a remember cookie that has been replaced is still taken, after its successor was
    /// first seen.
    ///
    /// Default: 60 seconds. Each restoration replaces the cookie. Browsers open many tabs at once,
    /// and answers get lost, so the old one can't die at once; seen after this time it is taken
    /// for stolen, and the login ends: also beside a session that still holds.
    pub fn cookie_grace(mut self, grace: Duration) -> Self {
        self.cookie_grace = grace;
        self
    }

    /// How many logins a user may have at a time; a further one ends the oldest. Logins at the very
    /// same moment may end each other.
    ///
    /// Default: as many as the store takes.
    pub fn max_logins(mut self, logins: usize) -> Self {
        self.max_logins = Some(logins);
        self
    }

    /// Whether a login over [`max_logins`](Self::max_logins) is refused, with
    /// [`LoginError::TooManyLogins`](crate::LoginError::TooManyLogins), and the oldest stays. Logins
    /// at the very same moment may refuse each other.
    ///
    /// Default: `false`.
    pub fn refuse_new_logins(mut self, refuse: bool) -> Self {
        self.refuse_new_logins = refuse;
        self
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.max_logins == Some(0) {
            return Err(ConfigError::Setting {
                setting: "max_logins",
                reason: "with 0 nobody could ever log in".to_owned(),
            });
        }
        Ok(())
    }
}
