//! Active logins in the memory of one process.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    entry::{LoginId, StoredLogin},
    login_store::LoginStore,
};
use crate::timestamp::Timestamp;

/// Keeps active logins in this process, for an app on one machine. A restart logs every user out.
///
/// An expired login is removed when a later one starts, without a scan. A user can't displace others:
/// above [`max_per_user`](Self::max_per_user) the login of the same user that has not been seen for
/// longest ends. Above [`capacity`](Self::capacity) a new login is refused, and a superseded one ends at
/// once instead of after ten seconds. A login takes about 670 bytes.
///
/// Clones share their logins: give one to the manager, and keep one for
/// [`drop_ended`](LoginStore::drop_ended).
///
/// ```
/// # use actix_login::{LoginManager, UserMixin};
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// use actix_login::{ActiveLogins, store::MemoryLoginStore};
///
/// // For 10,000 users with five browsers each.
/// let store = MemoryLoginStore::new().capacity(50_000).max_per_user(5);
/// LoginManager::<User>::builder([0; 32])
///     .user_loader(async |id: u64| Some(User { id }))
///     .active_logins(ActiveLogins::in_store(store))
///     .build()?;
/// # Ok::<(), actix_login::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct MemoryLoginStore {
    logins: Arc<Mutex<Logins>>,
    capacity: usize,
    max_per_user: usize,
}

/// A [`MemoryLoginStore`] has reached its [capacity](MemoryLoginStore::capacity).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreFull;

impl fmt::Display for StoreFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the store of active logins is full: raise `MemoryLoginStore::capacity`, or keep the \
             logins in Redis or a database",
        )
    }
}

impl std::error::Error for StoreFull {}

#[derive(Default)]
struct Logins {
    by_id: HashMap<LoginId, StoredLogin>,
    /// In the order of their start.
    by_user: HashMap<String, Vec<LoginId>>,
    by_end: BTreeSet<(Timestamp, LoginId)>,
}

/// Without the logins.
impl fmt::Debug for MemoryLoginStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryLoginStore")
            .field("capacity", &self.capacity)
            .field("max_per_user", &self.max_per_user)
            .finish_non_exhaustive()
    }
}

impl Default for MemoryLoginStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryLoginStore {
    /// A store for a million logins, and a hundred per user.
    pub fn new() -> Self {
        Self {
            logins: Arc::default(),
            capacity: 1_000_000,
            max_per_user: 100,
        }
    }

    /// How many logins the store holds. One more is refused with a 500.
    ///
    /// Default: 1,000,000.
    pub fn capacity(mut self, logins: usize) -> Self {
        self.capacity = logins;
        self
    }

    /// How many logins of one user the store holds. One more ends the login of that user that has not
    /// been seen for longest.
    ///
    /// Default: 100. [`ActiveLogins::max_logins`](crate::ActiveLogins::max_logins) is for smaller
    /// limits that users know about.
    pub fn max_per_user(mut self, logins: usize) -> Self {
        self.max_per_user = logins;
        self
    }

    fn lock(&self) -> MutexGuard<'_, Logins> {
        // Nothing panics while the lock is held. After a panic the maps are still consistent.
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Logins {
    fn remove(&mut self, id: LoginId) {
        let Some(login) = self.by_id.remove(&id) else {
            return;
        };
        if let Some(end) = login.expires_at {
            self.by_end.remove(&(end, id));
        }
        if let Some(ids) = self.by_user.get_mut(&login.user) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.by_user.remove(&login.user);
            }
        }
    }

    fn insert(&mut self, login: StoredLogin) {
        if let Some(end) = login.expires_at {
            self.by_end.insert((end, login.id));
        }
        match self.by_user.get_mut(&login.user) {
            Some(ids) => ids.push(login.id),
            None => drop(self.by_user.insert(login.user.clone(), vec![login.id])),
        }
        self.by_id.insert(login.id, login);
    }

    /// Makes room for one more login of a user: ends the one that has not been seen for longest.
    /// Superseded logins are counted apart.
    fn make_room(&mut self, user: &str, max: usize) {
        let Some(ids) = self.by_user.get(user).filter(|ids| ids.len() >= max) else {
            return;
        };
        let logins = ids.iter().filter_map(|id| self.by_id.get(id));
        let (superseded, current): (Vec<_>, Vec<_>) =
            logins.partition(|login| login.is_superseded());
        let mut surplus = Vec::new();
        for (mut logins, room) in [(superseded, max), (current, max.saturating_sub(1))] {
            // The sort is stable: of two that were last seen at once, the earlier one comes first.
            logins.sort_by_key(|login| (login.last_seen_at, login.started_at));
            let count = logins.len().saturating_sub(room);
            surplus.extend(logins.iter().take(count).map(|login| login.id));
        }
        for id in surplus {
            self.remove(id);
        }
    }

    /// Sets both times, the end as `expires_at` makes it of the one before. Returns whether the login
    /// exists and is not superseded.
    fn set_times(
        &mut self,
        id: LoginId,
        last_seen_at: Timestamp,
        expires_at: impl FnOnce(Option<Timestamp>) -> Option<Timestamp>,
    ) -> bool {
        let login = self.by_id.get_mut(&id);
        let Some(login) = login.filter(|login| !login.is_superseded()) else {
            return false;
        };
        login.last_seen_at = last_seen_at;
        let expires_at = expires_at(login.expires_at);
        let before = std::mem::replace(&mut login.expires_at, expires_at);
        if before != expires_at {
            before.map(|before| self.by_end.remove(&(before, id)));
            expires_at.map(|end| self.by_end.insert((end, id)));
        }
        true
    }

    fn drop_ended(&mut self, now: Timestamp) {
        while let Some((end, id)) = self.by_end.pop_first() {
            if !end.has_passed(now) {
                self.by_end.insert((end, id));
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
        logins.drop_ended(login.started_at);
        if logins.by_id.contains_key(&login.id) {
            return Ok(());
        }
        logins.make_room(&login.user, self.max_per_user);
        if logins.by_id.len() >= self.capacity {
            return Err(StoreFull);
        }
        logins.insert(login.clone());
        Ok(())
    }

    async fn find(&self, id: LoginId) -> Result<Option<StoredLogin>, StoreFull> {
        Ok(self.lock().by_id.get(&id).cloned())
    }

    async fn touch(
        &self,
        id: LoginId,
        last_seen_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<bool, StoreFull> {
        let later = |before: Option<Timestamp>| Some(before?.max(expires_at?));
        Ok(self.lock().set_times(id, last_seen_at, later))
    }

    async fn supersede(
        &self,
        id: LoginId,
        until: Timestamp,
        successor: &StoredLogin,
    ) -> Result<bool, StoreFull> {
        let mut logins = self.lock();
        if !logins.set_times(id, until, |_| Some(until)) {
            return Ok(false);
        }
        logins.make_room(&successor.user, self.max_per_user);
        if logins.by_id.len() >= self.capacity {
            // The successor takes the place of the login.
            logins.remove(id);
        }
        logins.insert(successor.clone());
        Ok(true)
    }

    async fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: Timestamp,
    ) -> Result<bool, StoreFull> {
        let mut logins = self.lock();
        let login = logins.by_id.get_mut(&id);
        let Some(login) = login.filter(|login| login.generation == generation) else {
            return Ok(false);
        };
        login.generation += 1;
        login.last_confirmed_generation = last_confirmed_generation;
        login.issued_at = issued_at;
        login.cookie_confirmed_at = None;
        login.remembered = true;
        Ok(true)
    }

    async fn confirm_cookie(
        &self,
        id: LoginId,
        generation: u64,
        now: Timestamp,
    ) -> Result<(), StoreFull> {
        if let Some(login) = self.lock().by_id.get_mut(&id)
            && login.generation == generation
            && login.cookie_confirmed_at.is_none()
        {
            login.cookie_confirmed_at = Some(now);
        }
        Ok(())
    }

    async fn end(&self, id: LoginId) -> Result<(), StoreFull> {
        self.lock().remove(id);
        Ok(())
    }

    async fn end_all(&self, ids: &[LoginId]) -> Result<(), StoreFull> {
        let mut logins = self.lock();
        ids.iter().for_each(|id| logins.remove(*id));
        Ok(())
    }

    async fn list(&self, user: &str) -> Result<Vec<StoredLogin>, StoreFull> {
        let logins = self.lock();
        let ids = logins.by_user.get(user).into_iter().flatten();
        Ok(ids.filter_map(|id| logins.by_id.get(id).cloned()).collect())
    }

    async fn drop_ended(&self, now: Timestamp) -> Result<(), StoreFull> {
        self.lock().drop_ended(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::pin,
        task::{Context, Poll, Waker},
        thread,
    };

    use super::*;

    /// The output of a future that never waits.
    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("a memory store never waits"),
        }
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(seconds)
    }

    fn login(user: &str, began: u64, ends: Option<u64>) -> StoredLogin {
        StoredLogin {
            id: LoginId::random().unwrap(),
            user: user.to_owned(),
            started_at: at(began),
            last_seen_at: at(began),
            expires_at: ends.map(at),
            user_agent: String::new(),
            address: String::new(),
            remembered: false,
            generation: 0,
            last_confirmed_generation: 0,
            issued_at: at(began),
            cookie_confirmed_at: None,
        }
    }

    /// Stores a login and returns its id.
    fn begin(store: &MemoryLoginStore, user: &str, began: u64, ends: Option<u64>) -> LoginId {
        let login = login(user, began, ends);
        now(store.begin(&login)).unwrap();
        login.id
    }

    fn ids_of(store: &MemoryLoginStore, user: &str) -> Vec<LoginId> {
        let logins = now(store.list(user)).unwrap();
        logins.iter().map(|login| login.id).collect()
    }

    /// The three maps agree.
    #[track_caller]
    fn assert_whole(store: &MemoryLoginStore) {
        let logins = store.lock();
        let of_users: usize = logins.by_user.values().map(Vec::len).sum();
        assert_eq!(of_users, logins.by_id.len());
        assert!(logins.by_user.values().all(|ids| !ids.is_empty()));
        let mut ends: Vec<_> = logins
            .by_id
            .values()
            .filter_map(|login| Some((login.expires_at?, login.id)))
            .collect();
        ends.sort();
        assert!(ends.iter().eq(&logins.by_end));
    }

    #[test]
    fn over_the_bound_per_user_only_that_users_oldest_login_ends() {
        let store = MemoryLoginStore::new().max_per_user(2);
        let other = begin(&store, "b", 0, None);
        let first = begin(&store, "a", 1, None);
        let second = begin(&store, "a", 2, None);
        let third = begin(&store, "a", 3, None);
        assert_eq!(ids_of(&store, "a"), [second, third]);
        assert_eq!(now(store.find(first)), Ok(None));
        assert_eq!(ids_of(&store, "b"), [other]);
        assert_whole(&store);
    }

    #[test]
    fn at_capacity_a_new_login_is_refused_and_none_ends() {
        let store = MemoryLoginStore::new().capacity(2);
        let first = begin(&store, "a", 0, None);
        let second = begin(&store, "b", 0, None);
        assert_eq!(now(store.begin(&login("c", 1, None))), Err(StoreFull));
        assert_eq!(now(store.begin(&login("a", 1, None))), Err(StoreFull));
        assert_eq!(ids_of(&store, "a"), [first]);
        assert_eq!(ids_of(&store, "b"), [second]);
        assert_eq!(ids_of(&store, "c"), []);
        assert_whole(&store);

        now(store.end(first)).unwrap();
        begin(&store, "c", 1, None);
        assert_whole(&store);
    }

    #[test]
    fn a_user_at_the_bound_may_log_in_at_capacity() {
        let store = MemoryLoginStore::new().capacity(2).max_per_user(2);
        begin(&store, "a", 0, None);
        let second = begin(&store, "a", 0, None);
        let third = begin(&store, "a", 1, None);
        assert_eq!(ids_of(&store, "a"), [second, third]);
    }

    #[test]
    fn expired_logins_make_room_when_a_later_login_starts() {
        let store = MemoryLoginStore::new().capacity(3);
        let ended = begin(&store, "a", 0, Some(10));
        let live = begin(&store, "a", 0, Some(11));
        let endless = begin(&store, "b", 0, None);
        assert!(now(store.begin(&login("c", 9, None))).is_err());
        let new = begin(&store, "c", 10, Some(20));
        assert_eq!(now(store.find(ended)), Ok(None));
        assert_eq!(ids_of(&store, "a"), [live]);
        assert_eq!(ids_of(&store, "b"), [endless]);
        assert_eq!(ids_of(&store, "c"), [new]);
        assert_whole(&store);
    }

    #[test]
    fn expired_logins_are_found_without_a_scan() {
        let store = MemoryLoginStore::new();
        for ends in (1..=1_000).rev() {
            begin(&store, &format!("user {ends}"), 0, Some(ends));
        }
        now(store.drop_ended(at(400))).unwrap();
        // The first that is left is the first to end: nothing behind it was looked at.
        let first = store.lock().by_end.first().map(|(ends, _)| *ends);
        assert_eq!(first, Some(at(401)));
        assert_eq!(store.lock().by_id.len(), 600);
        assert_whole(&store);
    }

    #[test]
    fn a_touch_never_brings_the_end_forward() {
        let store = MemoryLoginStore::new();
        let id = begin(&store, "a", 0, Some(10));
        now(store.touch(id, at(5), Some(at(20)))).unwrap();
        now(store.drop_ended(at(19))).unwrap();
        let found = now(store.find(id)).unwrap().unwrap();
        assert_eq!(
            (found.last_seen_at, found.expires_at),
            (at(5), Some(at(20)))
        );
        assert_whole(&store);

        now(store.touch(id, at(6), Some(at(10)))).unwrap();
        now(store.drop_ended(at(19))).unwrap();
        assert_eq!(ids_of(&store, "a"), [id]);
        assert_whole(&store);

        now(store.touch(id, at(7), None)).unwrap();
        now(store.touch(id, at(8), Some(at(30)))).unwrap();
        now(store.drop_ended(at(u64::MAX))).unwrap();
        assert_eq!(ids_of(&store, "a"), [id]);
        assert_whole(&store);

        now(store.touch(begin(&store, "b", 0, Some(20)), at(5), Some(at(30)))).unwrap();
        now(store.drop_ended(at(30))).unwrap();
        assert_eq!(ids_of(&store, "b"), []);
        assert_whole(&store);
    }

    #[test]
    fn an_ended_login_is_never_revived() {
        let store = MemoryLoginStore::new();
        let id = begin(&store, "a", 0, Some(10));
        now(store.end(id)).unwrap();
        now(store.end(id)).unwrap();
        assert_eq!(now(store.touch(id, at(1), Some(at(20)))), Ok(false));
        now(store.confirm_cookie(id, 0, at(1))).unwrap();
        assert_eq!(now(store.replace_cookie(id, 0, 0, at(1))), Ok(false));
        assert_eq!(now(store.find(id)), Ok(None));
        assert_eq!(ids_of(&store, "a"), []);
        assert_whole(&store);
    }

    #[test]
    fn clones_share_their_logins_across_threads() {
        let store = MemoryLoginStore::new().max_per_user(50);
        let contended = begin(&store, "both", 0, None);
        let replaced: usize = thread::scope(|scope| {
            let threads = ["one", "two"].map(|user| {
                let store = store.clone();
                scope.spawn(move || {
                    let mut replaced = 0;
                    for round in 0..1_000 {
                        let id = begin(&store, user, round, Some(round + 100));
                        if round % 3 == 0 {
                            now(store.end(id)).unwrap();
                        }
                        begin(&store, "shared", round, None);
                        let won =
                            now(store.replace_cookie(contended, round, 0, at(round))).unwrap();
                        replaced += usize::from(won);
                    }
                    replaced
                })
            });
            threads.map(|thread| thread.join().unwrap()).iter().sum()
        });
        let generation = now(store.find(contended)).unwrap().unwrap().generation;
        assert_eq!(replaced as u64, generation, "one winner each");
        assert_eq!(ids_of(&store, "shared").len(), 50);
        assert_whole(&store);
    }
}
