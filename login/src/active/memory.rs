//! Active logins in the memory of one process.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::store::{LoginId, LoginStore, StoredLogin};

/// Keeps active logins in this process: for an app on one machine. A restart logs everyone out.
///
/// A login that has ended is dropped when a later one begins, without a scan. One user can't crowd
/// out others: over [`max_per_user`](Self::max_per_user) the oldest login of that very user ends,
/// and at the global bound a new login is refused rather than another user's dropped.
///
/// Clones share their logins: hand one to the manager, keep one for
/// [`drop_ended`](LoginStore::drop_ended).
#[derive(Clone)]
pub struct MemoryLoginStore {
    logins: Arc<Mutex<Logins>>,
    max_logins: usize,
    max_per_user: usize,
}

/// A [`MemoryLoginStore`] holds as many logins as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreFull;

impl fmt::Display for StoreFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the store of active logins is full: raise `MemoryLoginStore::max_logins`, or keep \
             them in Redis",
        )
    }
}

impl std::error::Error for StoreFull {}

#[derive(Default)]
struct Logins {
    by_id: HashMap<LoginId, StoredLogin>,
    /// The oldest first.
    by_user: HashMap<String, Vec<LoginId>>,
    by_end: BTreeSet<(u64, LoginId)>,
}

impl Default for MemoryLoginStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryLoginStore {
    /// For a million logins in all and a hundred of each user.
    pub fn new() -> Self {
        Self {
            logins: Arc::default(),
            max_logins: 1_000_000,
            max_per_user: 100,
        }
    }

    /// How many logins there may be in all; a further one is refused (500).
    ///
    /// Default: 1,000,000.
    pub fn max_logins(mut self, logins: usize) -> Self {
        self.max_logins = logins;
        self
    }

    /// How many logins of one user are kept; a further one ends that user's oldest.
    ///
    /// Default: 100. [`ActiveLogins::max_logins`](super::ActiveLogins::max_logins) is for smaller
    /// bounds that users know of.
    pub fn max_per_user(mut self, logins: usize) -> Self {
        self.max_per_user = logins;
        self
    }

    fn lock(&self) -> MutexGuard<'_, Logins> {
        // Nothing panics while it is held; if something did, the maps are still whole.
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Logins {
    fn remove(&mut self, id: LoginId) {
        let Some(login) = self.by_id.remove(&id) else {
            return;
        };
        if let Some(ends) = login.ends {
            self.by_end.remove(&(ends, id));
        }
        if let Some(ids) = self.by_user.get_mut(&login.user) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.by_user.remove(&login.user);
            }
        }
    }

    fn drop_ended(&mut self, now: u64) {
        while let Some((ends, id)) = self.by_end.first().copied() {
            if ends > now {
                break;
            }
            self.remove(id);
        }
    }
}

impl LoginStore for MemoryLoginStore {
    type Error = StoreFull;

    async fn begin(&self, login: &StoredLogin) -> Result<(), StoreFull> {
        let mut logins = self.lock();
        logins.drop_ended(login.began);
        let of_user = logins.by_user.get(&login.user);
        let oldest = of_user
            .filter(|ids| ids.len() >= self.max_per_user)
            .and_then(|ids| ids.first().copied());
        if let Some(oldest) = oldest {
            logins.remove(oldest);
        }
        if logins.by_id.len() >= self.max_logins {
            return Err(StoreFull);
        }
        if let Some(ends) = login.ends {
            logins.by_end.insert((ends, login.id));
        }
        match logins.by_user.get_mut(&login.user) {
            Some(ids) => ids.push(login.id),
            None => drop(logins.by_user.insert(login.user.clone(), vec![login.id])),
        }
        logins.by_id.insert(login.id, login.clone());
        Ok(())
    }

    async fn find(&self, id: LoginId) -> Result<Option<StoredLogin>, StoreFull> {
        Ok(self.lock().by_id.get(&id).cloned())
    }

    async fn touch(&self, id: LoginId, seen: u64, ends: Option<u64>) -> Result<(), StoreFull> {
        let mut logins = self.lock();
        let Some(login) = logins.by_id.get_mut(&id) else {
            return Ok(());
        };
        login.seen = seen;
        let before = std::mem::replace(&mut login.ends, ends);
        if before != ends {
            before.map(|before| logins.by_end.remove(&(before, id)));
            ends.map(|ends| logins.by_end.insert((ends, id)));
        }
        Ok(())
    }

    async fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        now: u64,
    ) -> Result<bool, StoreFull> {
        let mut logins = self.lock();
        let login = logins.by_id.get_mut(&id);
        let Some(login) = login.filter(|login| login.generation == generation) else {
            return Ok(false);
        };
        login.generation += 1;
        login.issued = now;
        login.cookie_seen = None;
        login.remembered = true;
        Ok(true)
    }

    async fn cookie_seen(&self, id: LoginId, generation: u64, now: u64) -> Result<(), StoreFull> {
        if let Some(login) = self.lock().by_id.get_mut(&id)
            && login.generation == generation
            && login.cookie_seen.is_none()
        {
            login.cookie_seen = Some(now);
        }
        Ok(())
    }

    async fn end(&self, id: LoginId) -> Result<(), StoreFull> {
        self.lock().remove(id);
        Ok(())
    }

    async fn list(&self, user: &str) -> Result<Vec<StoredLogin>, StoreFull> {
        let logins = self.lock();
        let ids = logins.by_user.get(user).into_iter().flatten();
        Ok(ids.filter_map(|id| logins.by_id.get(id).cloned()).collect())
    }

    async fn drop_ended(&self, now: u64) -> Result<(), StoreFull> {
        self.lock().drop_ended(now);
        Ok(())
    }
}
