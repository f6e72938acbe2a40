//! The trait of a store of active logins.

use std::{fmt, future::Future};

use super::entry::{LoginId, StoredLogin};
use crate::timestamp::Timestamp;

/// A place where active logins are kept.
///
/// If a method returns an error, the request fails with an empty 500: no user is logged in or out.
/// Each method must return in bounded time. Several managers may share a store.
///
/// The stores of this crate are [`MemoryLoginStore`](super::MemoryLoginStore), `RedisLoginStore` and
/// `SqlLoginStore`, which are behind features. A store of your own has the methods of this one, which
/// keeps the logins in a map:
///
/// ```
/// use std::{collections::HashMap, convert::Infallible, sync::{Mutex, MutexGuard}};
///
/// use actix_login::{ActiveLogins, LoginId, Timestamp, store::{LoginStore, StoredLogin}};
///
/// #[derive(Default)]
/// struct MapStore(Mutex<Logins>);
///
/// type Logins = HashMap<LoginId, StoredLogin>;
///
/// /// How many logins a user may have.
/// const MAX_PER_USER: usize = 100;
///
/// fn is_superseded(login: &StoredLogin) -> bool {
///     login.expires_at.is_some_and(|end| end <= login.last_seen_at)
/// }
///
/// /// Ends the login of a user that has not been seen for longest, if there are too many. Superseded
/// /// ones end on their own, and soon.
/// fn end_surplus(logins: &mut Logins, started: &StoredLogin) {
///     let current = |login: &&StoredLogin| login.user == started.user && !is_superseded(login);
///     if logins.values().filter(current).count() > MAX_PER_USER {
///         let others = logins.values().filter(current).filter(|login| login.id != started.id);
///         let longest_unseen = others.min_by_key(|login| login.last_seen_at).map(|login| login.id);
///         longest_unseen.map(|id| logins.remove(&id));
///     }
/// }
///
/// impl MapStore {
///     /// While one method has the lock, no other runs: that makes each of them atomic.
///     fn lock(&self) -> MutexGuard<'_, Logins> {
///         self.0.lock().unwrap()
///     }
/// }
///
/// impl LoginStore for MapStore {
///     type Error = Infallible;
///
///     async fn begin(&self, login: &StoredLogin) -> Result<(), Infallible> {
///         let mut logins = self.lock();
///         logins.entry(login.id).or_insert_with(|| login.clone());
///         end_surplus(&mut logins, login);
///         Ok(())
///     }
///     async fn find(&self, id: LoginId) -> Result<Option<StoredLogin>, Infallible> {
///         Ok(self.lock().get(&id).cloned())
///     }
///     async fn touch(
///         &self,
///         id: LoginId,
///         last_seen_at: Timestamp,
///         expires_at: Option<Timestamp>,
///     ) -> Result<bool, Infallible> {
///         let mut logins = self.lock();
///         let Some(login) = logins.get_mut(&id).filter(|login| !is_superseded(login)) else {
///             return Ok(false);
///         };
///         login.last_seen_at = last_seen_at;
///         let ends = login.expires_at.zip(expires_at);
///         login.expires_at = ends.map(|(before, end)| before.max(end));
///         Ok(true)
///     }
///     async fn supersede(
///         &self,
///         id: LoginId,
///         until: Timestamp,
///         successor: &StoredLogin,
///     ) -> Result<bool, Infallible> {
///         let mut logins = self.lock();
///         let Some(login) = logins.get_mut(&id).filter(|login| !is_superseded(login)) else {
///             return Ok(false);
///         };
///         (login.last_seen_at, login.expires_at) = (until, Some(until));
///         logins.insert(successor.id, successor.clone());
///         end_surplus(&mut logins, successor);
///         Ok(true)
///     }
///     async fn replace_cookie(
///         &self,
///         id: LoginId,
///         generation: u64,
///         last_confirmed_generation: u64,
///         issued_at: Timestamp,
///     ) -> Result<bool, Infallible> {
///         let mut logins = self.lock();
///         let login = logins.get_mut(&id).filter(|login| login.generation == generation);
///         let Some(login) = login else {
///             return Ok(false);
///         };
///         login.generation += 1;
///         login.last_confirmed_generation = last_confirmed_generation;
///         login.issued_at = issued_at;
///         login.cookie_confirmed_at = None;
///         login.remembered = true;
///         Ok(true)
///     }
///     async fn confirm_cookie(
///         &self,
///         id: LoginId,
///         generation: u64,
///         now: Timestamp,
///     ) -> Result<(), Infallible> {
///         let mut logins = self.lock();
///         if let Some(login) = logins.get_mut(&id).filter(|login| login.generation == generation) {
///             login.cookie_confirmed_at.get_or_insert(now);
///         }
///         Ok(())
///     }
///     async fn end(&self, id: LoginId) -> Result<(), Infallible> {
///         self.lock().remove(&id);
///         Ok(())
///     }
///     async fn list(&self, user: &str) -> Result<Vec<StoredLogin>, Infallible> {
///         Ok(self.lock().values().filter(|login| login.user == user).cloned().collect())
///     }
///     async fn drop_ended(&self, now: Timestamp) -> Result<(), Infallible> {
///         self.lock().retain(|_, login| !login.expires_at.is_some_and(|end| end.has_passed(now)));
///         Ok(())
///     }
/// }
///
/// let active_logins = ActiveLogins::in_store(MapStore::default());
/// # let _ = active_logins;
/// ```
pub trait LoginStore: Send + Sync + 'static {
    /// The error of the store. It goes to the log.
    type Error: fmt::Display;

    /// Adds the entry of a login that starts. An entry of the same id stays as it is.
    ///
    /// The store must bound the logins of a user, so that one user cannot fill it: over its bound, it
    /// ends the other login that has not been seen for longest.
    fn begin(&self, login: &StoredLogin) -> impl Future<Output = Result<(), Self::Error>>;

    /// Returns the login of this id if it has not ended. An expired login may still be returned: the
    /// caller checks.
    fn find(&self, id: LoginId) -> impl Future<Output = Result<Option<StoredLogin>, Self::Error>>;

    /// Sets `last_seen_at`, sets `expires_at` unless the stored one is later (`None` is the latest), and
    /// returns `true`, even if nothing changes. Returns `false` and changes nothing if the login does not exist or is superseded (its `last_seen_at`
    /// is not before its `expires_at`).
    ///
    /// Must be atomic, so that an in-flight request cannot revive a superseded login.
    fn touch(
        &self,
        id: LoginId,
        last_seen_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Replaces a login with its successor and returns `true`: sets `last_seen_at` and `expires_at` of
    /// the login `id` to `until`, and adds the entry of `successor`. Returns `false` and changes
    /// nothing if the login does not exist or is superseded.
    ///
    /// Must be atomic: of several concurrent callers, one gets `true`, and no error leaves a login
    /// superseded without a successor. The login `id` must not be ended to make room for its
    /// successor, unless the store holds one login per user or has reached its own capacity.
    fn supersede(
        &self,
        id: LoginId,
        until: Timestamp,
        successor: &StoredLogin,
    ) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Moves to the next remember cookie and returns `true` if `generation` is the current one:
    /// increments `generation`, sets `last_confirmed_generation` and `issued_at` as given, clears
    /// `cookie_confirmed_at`, and sets `remembered`. Otherwise returns `false` and changes nothing.
    ///
    /// Must be atomic: of several concurrent callers, one gets `true`.
    fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: Timestamp,
    ) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Sets `cookie_confirmed_at` to `now` if `generation` is the current one and the field is not set
    /// yet.
    fn confirm_cookie(
        &self,
        id: LoginId,
        generation: u64,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Self::Error>>;

    /// Removes a login. A login that does not exist is no error.
    fn end(&self, id: LoginId) -> impl Future<Output = Result<(), Self::Error>>;

    /// Removes these logins: all those of a user, for example. Logins that do not exist are no error. If a
    /// concurrent [`supersede`](Self::supersede) of one inserts another of them, that one is removed, too.
    ///
    /// The default calls [`end`](Self::end) for each. Override it if the store can remove many at once.
    fn end_all(&self, ids: &[LoginId]) -> impl Future<Output = Result<(), Self::Error>> {
        async move {
            for id in ids {
                self.end(*id).await?;
            }
            Ok(())
        }
    }

    /// Returns the logins of a user, in any order.
    fn list(&self, user: &str) -> impl Future<Output = Result<Vec<StoredLogin>, Self::Error>>;

    /// Removes the logins that have expired at `now`. This crate never calls it: if the store does not
    /// expire entries on its own, the app calls it, for example once an hour.
    fn drop_ended(&self, now: Timestamp) -> impl Future<Output = Result<(), Self::Error>>;
}
