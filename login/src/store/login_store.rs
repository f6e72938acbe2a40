//! The trait of a store of active logins.

use std::{fmt, future::Future};

use super::entry::{LoginId, StoredLogin};
use crate::timestamp::Timestamp;

/// A place where active logins are kept.
///
/// If a method returns an error, the request fails with an empty 500: no user is logged in or out.
/// Each method must return in bounded time. Several managers may share a store.
///
/// A store on a SQL database, where `Database` stands for the driver of your choice:
///
/// ```
/// # #[derive(Debug)] struct DbError;
/// # impl std::fmt::Display for DbError {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("db") }
/// # }
/// # struct Row;
/// # impl Row { fn get<T>(&self, _: &str) -> T { panic!("no database here") } }
/// # #[derive(Clone)] struct Database;
/// # impl Database {
/// #     async fn query(&self, _: &str, _: Values<'_>) -> Result<Vec<Row>, DbError> { Ok(vec![]) }
/// #     async fn execute(&self, _: &str, _: Values<'_>) -> Result<u64, DbError> { Ok(0) }
/// # }
/// # type Values<'a> = &'a [&'a dyn std::fmt::Debug];
/// use actix_login::{LoginId, Timestamp, store::{LoginStore, StoredLogin}};
///
/// // CREATE TABLE logins (
/// //   id TEXT PRIMARY KEY, user TEXT, started_at BIGINT, last_seen_at BIGINT, expires_at BIGINT,
/// //   user_agent TEXT, address TEXT, remembered BOOLEAN, generation BIGINT,
/// //   last_confirmed_generation BIGINT, issued_at BIGINT, cookie_confirmed_at BIGINT);
/// // CREATE INDEX logins_of_user ON logins (user);
/// struct SqlLoginStore(Database);
///
/// /// How many logins a user may have.
/// const MAX_PER_USER: u64 = 100;
///
/// /// A login that exists and is not superseded.
/// const IS_CURRENT: &str = "id = ? AND (expires_at IS NULL OR last_seen_at < expires_at)";
///
/// fn from_row(row: &Row) -> StoredLogin {
///     StoredLogin {
///         id: row.get::<String>("id").parse().expect("an id that this store wrote"),
///         user: row.get("user"),
///         started_at: row.get("started_at"),
///         last_seen_at: row.get("last_seen_at"),
///         expires_at: row.get("expires_at"),
///         user_agent: row.get("user_agent"),
///         address: row.get("address"),
///         remembered: row.get("remembered"),
///         generation: row.get("generation"),
///         last_confirmed_generation: row.get("last_confirmed_generation"),
///         issued_at: row.get("issued_at"),
///         cookie_confirmed_at: row.get("cookie_confirmed_at"),
///     }
/// }
///
/// impl SqlLoginStore {
///     /// Ends the logins of a user above the bound, those not seen for longest first.
///     async fn end_surplus(&self, started: &StoredLogin) -> Result<(), DbError> {
///         let sql = "DELETE FROM logins WHERE user = ? AND id <> ? AND id NOT IN \
///                    (SELECT id FROM logins WHERE user = ? AND id <> ? \
///                     ORDER BY last_seen_at DESC, started_at DESC LIMIT ?)";
///         let StoredLogin { user, id, .. } = started;
///         self.0.execute(sql, &[user, id, user, id, &(MAX_PER_USER - 1)]).await.map(drop)
///     }
/// }
///
/// impl LoginStore for SqlLoginStore {
///     type Error = DbError;
///
///     async fn begin(&self, login: &StoredLogin) -> Result<(), DbError> {
///         let l = login;
///         let sql = "INSERT INTO logins VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
///                    ON CONFLICT (id) DO NOTHING";
///         let values: Values = &[
///             &l.id, &l.user, &l.started_at, &l.last_seen_at, &l.expires_at, &l.user_agent,
///             &l.address, &l.remembered, &l.generation, &l.last_confirmed_generation,
///             &l.issued_at, &l.cookie_confirmed_at,
///         ];
///         self.0.execute(sql, values).await?;
///         self.end_surplus(l).await
///     }
///     async fn find(&self, id: LoginId) -> Result<Option<StoredLogin>, DbError> {
///         let rows = self.0.query("SELECT * FROM logins WHERE id = ?", &[&id]).await?;
///         Ok(rows.first().map(from_row))
///     }
///     async fn touch(
///         &self,
///         id: LoginId,
///         last_seen_at: Timestamp,
///         expires_at: Option<Timestamp>,
///     ) -> Result<bool, DbError> {
///         let sql = format!("UPDATE logins SET last_seen_at = ?, expires_at = ? WHERE {IS_CURRENT}");
///         Ok(self.0.execute(&sql, &[&last_seen_at, &expires_at, &id]).await? == 1)
///     }
///     async fn supersede(
///         &self,
///         id: LoginId,
///         until: Timestamp,
///         successor: &StoredLogin,
///     ) -> Result<bool, DbError> {
///         let l = successor;
///         // One statement, as in PostgreSQL. Elsewhere, use a transaction.
///         let sql = format!(
///             "WITH old AS (UPDATE logins SET last_seen_at = ?, expires_at = ? \
///                           WHERE {IS_CURRENT} RETURNING id) \
///              INSERT INTO logins SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM old"
///         );
///         let values: Values = &[
///             &until, &until, &id,
///             &l.id, &l.user, &l.started_at, &l.last_seen_at, &l.expires_at, &l.user_agent,
///             &l.address, &l.remembered, &l.generation, &l.last_confirmed_generation,
///             &l.issued_at, &l.cookie_confirmed_at,
///         ];
///         // The next `begin` ends what is above the bound.
///         Ok(self.0.execute(&sql, values).await? == 1)
///     }
///     async fn replace_cookie(
///         &self,
///         id: LoginId,
///         generation: u64,
///         last_confirmed_generation: u64,
///         issued_at: Timestamp,
///     ) -> Result<bool, DbError> {
///         let sql = "UPDATE logins SET generation = generation + 1, \
///                    last_confirmed_generation = ?, issued_at = ?, \
///                    cookie_confirmed_at = NULL, remembered = TRUE \
///                    WHERE id = ? AND generation = ?";
///         let values: Values = &[&last_confirmed_generation, &issued_at, &id, &generation];
///         Ok(self.0.execute(sql, values).await? == 1)
///     }
///     async fn confirm_cookie(
///         &self,
///         id: LoginId,
///         generation: u64,
///         now: Timestamp,
///     ) -> Result<(), DbError> {
///         let sql = "UPDATE logins SET cookie_confirmed_at = ? \
///                    WHERE id = ? AND generation = ? AND cookie_confirmed_at IS NULL";
///         self.0.execute(sql, &[&now, &id, &generation]).await.map(drop)
///     }
///     async fn end(&self, id: LoginId) -> Result<(), DbError> {
///         self.0.execute("DELETE FROM logins WHERE id = ?", &[&id]).await.map(drop)
///     }
///     async fn list(&self, user: &str) -> Result<Vec<StoredLogin>, DbError> {
///         let rows = self.0.query("SELECT * FROM logins WHERE user = ?", &[&user]).await?;
///         Ok(rows.iter().map(from_row).collect())
///     }
///     async fn drop_ended(&self, now: Timestamp) -> Result<(), DbError> {
///         self.0.execute("DELETE FROM logins WHERE expires_at <= ?", &[&now]).await.map(drop)
///     }
/// }
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

    /// Sets `last_seen_at` and `expires_at` and returns `true`, even if nothing changes. Returns
    /// `false` and changes nothing if the login does not exist or is superseded (its `last_seen_at`
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
    /// successor, unless the store holds one login per user.
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

    /// Removes these logins: all those of a user, for example. Logins that do not exist are no error.
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
