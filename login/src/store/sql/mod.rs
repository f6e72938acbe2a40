//! Active logins in a SQL database, for an app that has one anyway.

mod columns;
mod dialect;
mod error;
mod operations;
#[cfg(feature = "postgres")]
mod postgres;
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::{fmt, future::Future, time::Duration};

use actix_web::rt::time::{sleep, timeout};
#[cfg(feature = "postgres")]
use sqlx::PgPool;
#[cfg(feature = "sqlite")]
use sqlx::SqlitePool;

pub use self::error::SqlStoreError;
use self::{
    dialect::Dialect,
    operations::{BATCH, Operations},
};
use super::{
    entry::{LoginId, StoredLogin},
    login_store::LoginStore,
};
use crate::timestamp::Timestamp;

/// The pauses between attempts, while a concurrent transaction is in the way.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Keeps active logins in the app's own database, through its `sqlx` pool: in PostgreSQL behind the
/// feature `postgres`, in SQLite behind the feature `sqlite`. Several processes may share the database.
///
/// A user can't displace others: above [`max_per_user`](Self::max_per_user) the login of the same user
/// that has not been seen for longest ends. Each operation is one statement or one transaction.
///
/// ```no_run
/// # #[cfg(feature = "postgres")]
/// # mod example {
/// use std::time::{Duration, SystemTime};
///
/// use actix_login::{
///     ActiveLogins, LoginManager, UserMixin,
///     sqlx::PgPool,
///     store::{LoginStore, SqlLoginStore},
/// };
/// use actix_web::rt;
///
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let pool = PgPool::connect("postgres://localhost/app").await?;
/// let logins = SqlLoginStore::postgres(pool);
/// logins.create_table().await?;
///
/// // Once an hour, remove the logins that have expired.
/// let expiring = logins.clone();
/// rt::spawn(async move {
///     let mut hours = rt::time::interval(Duration::from_secs(60 * 60));
///     loop {
///         hours.tick().await;
///         if let Err(error) = expiring.drop_ended(SystemTime::now().into()).await {
///             eprintln!("expired logins were not removed: {error}");
///         }
///     }
/// });
///
/// LoginManager::<User>::builder([0; 32])
///     .user_loader(async |id: u64| Some(User { id }))
///     .active_logins(ActiveLogins::in_store(logins))
///     .build()?;
/// # Ok(())
/// # }
/// # }
/// ```
///
/// # The database
///
/// The table is `actix_login_logins`. Either call [`create_table`](Self::create_table) at each start,
/// also beside `sqlx::migrate!`, or copy the migration that it runs into the folder of the app's own
/// migrations.
///
/// The pool is one of [`actix_login::sqlx`](crate::sqlx). sqlx's own macros (`FromRow`, `query!`,
/// `migrate!`) need `sqlx` among the app's dependencies, in the same version:
/// `sqlx = { version = "0.9", default-features = false, features = ["derive", "macros", "migrate"] }`.
///
/// All processes must read
/// and write the same primary. A replica that lags behind still lists logins that have ended.
///
/// A setting that gives up the last commits after a crash revives the logins that ended in them:
/// `synchronous_commit = off` in PostgreSQL, `PRAGMA synchronous = NORMAL` with a write-ahead log in
/// SQLite. Neither is the default.
///
/// # Outages
///
/// While the database does not reply, requests that ask for the user fail with an empty 500 after
/// [`timeout`](Self::timeout): no user is logged in or out. This time includes the wait for a connection
/// of the pool, so that the pool's own `acquire_timeout` (30 seconds by default) matters only if it is
/// shorter. Leave the pool's `test_before_acquire` on: then no request notices that a connection was
/// closed, for example by a restart of the database.
///
/// If a concurrent transaction is in the way (`SQLITE_BUSY`, a deadlock, a serialization failure),
/// nothing has taken effect, and the operation is tried again until the time-out.
///
/// # Rust version
///
/// sqlx 0.9 needs Rust 1.94, which is newer than what this crate needs without these two features. For
/// TLS, add a feature of sqlx, such as `tls-rustls`, to the app's own dependency.
#[derive(Clone)]
pub struct SqlLoginStore {
    database: Database,
    max_per_user: usize,
    timeout: Duration,
}

#[derive(Clone)]
enum Database {
    #[cfg(feature = "postgres")]
    Postgres(Operations<sqlx::Postgres>),
    #[cfg(feature = "sqlite")]
    Sqlite(Operations<sqlx::Sqlite>),
}

impl fmt::Debug for SqlLoginStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlLoginStore")
            .field("max_per_user", &self.max_per_user)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Runs an operation on the store's database, within its time-out.
macro_rules! run {
    ($store:expr, $operations:ident => $operation:expr) => {
        match &$store.database {
            #[cfg(feature = "postgres")]
            Database::Postgres($operations) => {
                repeat::<sqlx::Postgres, _, _>($store.timeout, || $operation).await
            }
            #[cfg(feature = "sqlite")]
            Database::Sqlite($operations) => {
                repeat::<sqlx::Sqlite, _, _>($store.timeout, || $operation).await
            }
        }
    };
}

/// Repeats an operation while a concurrent transaction is in its way, and fails after the time-out.
async fn repeat<DB: Dialect, T, F: Future<Output = Result<T, sqlx::Error>>>(
    limit: Duration,
    operation: impl Fn() -> F,
) -> StoreResult<T> {
    let repeated = async {
        let mut pause = FIRST_PAUSE;
        loop {
            match operation().await {
                Err(sqlx::Error::Database(error)) if DB::is_conflict(&*error) => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                result => break result,
            }
        }
    };
    match timeout(limit, repeated).await {
        Ok(result) => result.map_err(SqlStoreError::from),
        Err(_) => Err(SqlStoreError::timed_out()),
    }
}

impl SqlLoginStore {
    /// The SQL that creates the table in PostgreSQL, for a copy in the app's own migrations.
    /// [`create_table`](Self::create_table) runs it, too.
    ///
    /// ```
    /// println!("{}", actix_login::store::SqlLoginStore::POSTGRES_MIGRATION);
    /// ```
    #[cfg(feature = "postgres")]
    pub const POSTGRES_MIGRATION: &str = schema::POSTGRES;

    /// The SQL that creates the table in SQLite, for a copy in the app's own migrations.
    /// [`create_table`](Self::create_table) runs it, too.
    ///
    /// ```
    /// println!("{}", actix_login::store::SqlLoginStore::SQLITE_MIGRATION);
    /// ```
    #[cfg(feature = "sqlite")]
    pub const SQLITE_MIGRATION: &str = schema::SQLITE;

    /// Keeps the logins in PostgreSQL 11 or later. The database's encoding must be `UTF8`, the default.
    ///
    /// Several apps can share a database if each has a schema of its own: set the `search_path` of the
    /// pool's connections.
    ///
    /// ```no_run
    /// use actix_login::{
    ///     sqlx::postgres::{PgConnectOptions, PgPoolOptions},
    ///     store::SqlLoginStore,
    /// };
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let shop: PgConnectOptions = "postgres://localhost/apps".parse()?;
    /// let pool = PgPoolOptions::new()
    ///     .connect_with(shop.options([("search_path", "shop")]))
    ///     .await?;
    /// let logins = SqlLoginStore::postgres(pool);
    /// # let _ = logins;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "postgres")]
    pub fn postgres(pool: PgPool) -> Self {
        Self::new(Database::Postgres(Operations { pool }))
    }

    /// Keeps the logins in SQLite, for an app on one machine.
    ///
    /// Switch the write-ahead log on: without it, requests that read wait for those that write. Let
    /// `busy_timeout` be shorter than [`timeout`](Self::timeout). sqlx's default of 5 seconds is longer,
    /// and a connection that waits is of no use to other requests. A database in memory belongs to a
    /// single connection: use [`MemoryLoginStore`](super::MemoryLoginStore) instead.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use actix_login::{
    ///     sqlx::{SqlitePool, sqlite::{SqliteConnectOptions, SqliteJournalMode}},
    ///     store::SqlLoginStore,
    /// };
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let file = SqliteConnectOptions::new()
    ///     .filename("app.db")
    ///     .create_if_missing(true)
    ///     .journal_mode(SqliteJournalMode::Wal)
    ///     .busy_timeout(Duration::from_secs(1));
    /// let logins = SqlLoginStore::sqlite(SqlitePool::connect_with(file).await?);
    /// logins.create_table().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "sqlite")]
    pub fn sqlite(pool: SqlitePool) -> Self {
        Self::new(Database::Sqlite(Operations { pool }))
    }

    fn new(database: Database) -> Self {
        Self {
            database,
            max_per_user: 100,
            timeout: Duration::from_secs(2),
        }
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

    /// How long an operation may take, with the wait for a connection of the pool and all repetitions.
    /// Then it fails, and with it the request. A request whose first operation fails makes no other.
    ///
    /// Default: 2 seconds. [`drop_ended`](LoginStore::drop_ended) removes the logins in batches, each of
    /// which may take this long.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Creates the table `actix_login_logins` and its indexes, unless they exist. Several processes may
    /// call it at once.
    ///
    /// # Errors
    ///
    /// [`SqlStoreError`] if the database does not reply in time, or if its user may not create tables.
    pub async fn create_table(&self) -> Result<(), SqlStoreError> {
        run!(self, operations => operations.create_table())
    }
}

type StoreResult<T> = Result<T, SqlStoreError>;

impl LoginStore for SqlLoginStore {
    type Error = SqlStoreError;

    async fn begin(&self, login: &StoredLogin) -> StoreResult<()> {
        run!(self, operations => operations.begin(login, self.max_per_user))
    }

    async fn find(&self, id: LoginId) -> StoreResult<Option<StoredLogin>> {
        run!(self, operations => operations.find(id))
    }

    async fn touch(
        &self,
        id: LoginId,
        last_seen_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> StoreResult<bool> {
        run!(self, operations => operations.touch(id, last_seen_at, expires_at))
    }

    async fn supersede(
        &self,
        id: LoginId,
        until: Timestamp,
        successor: &StoredLogin,
    ) -> StoreResult<bool> {
        run!(self, operations => operations.supersede(id, until, successor, self.max_per_user))
    }

    async fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: Timestamp,
    ) -> StoreResult<bool> {
        run!(self, operations => {
            operations.replace_cookie(id, generation, last_confirmed_generation, issued_at)
        })
    }

    async fn confirm_cookie(
        &self,
        id: LoginId,
        generation: u64,
        now: Timestamp,
    ) -> StoreResult<()> {
        run!(self, operations => operations.confirm_cookie(id, generation, now))
    }

    async fn end(&self, id: LoginId) -> StoreResult<()> {
        self.end_all(&[id]).await
    }

    async fn end_all(&self, ids: &[LoginId]) -> StoreResult<()> {
        run!(self, operations => operations.end_all(ids))
    }

    async fn list(&self, user: &str) -> StoreResult<Vec<StoredLogin>> {
        run!(self, operations => operations.list(user))
    }

    /// In batches of 500 logins, so that other transactions never wait for long.
    async fn drop_ended(&self, now: Timestamp) -> StoreResult<()> {
        loop {
            let dropped: u64 = run!(self, operations => operations.drop_batch(now))?;
            if dropped < BATCH as u64 {
                return Ok(());
            }
        }
    }
}
