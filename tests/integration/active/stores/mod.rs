//! The stores of active logins: the same tests over memory, Redis, SQLite and PostgreSQL, and what
//! only a SQL database does.
//!
//! A test that needs a server starts it. If the server's program is missing, the test prints so and
//! passes, unless `REQUIRE_REDIS=1` or `REQUIRE_POSTGRES=1` is set.

mod bounds;
mod operations;
mod processes;
mod races;
mod sql;

use std::{
    fmt::Debug,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use actix_login::{
    LoginId, Timestamp,
    sqlx::{
        SqlitePool,
        postgres::PgConnectOptions,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
    store::{LoginStore, MemoryLoginStore, RedisLoginStore, SqlLoginStore, StoredLogin},
};

use crate::support::{
    TempFolder, block_on,
    postgres_server::{PostgresServer, pool},
    redis_server::RedisServer,
};

/// A place where logins are kept.
trait Database: Sized {
    type Store: LoginStore<Error: Debug> + Clone;

    /// `None` if its server is not installed.
    fn start() -> Option<Self>;

    /// A store with connections of its own, as in another process.
    async fn open(&self) -> Self::Store;

    /// The same store with this bound per user.
    fn bounded(store: Self::Store, max_per_user: usize) -> Self::Store;
}

struct Memory(MemoryLoginStore);

impl Database for Memory {
    type Store = MemoryLoginStore;

    fn start() -> Option<Self> {
        Some(Self(MemoryLoginStore::new()))
    }

    async fn open(&self) -> MemoryLoginStore {
        self.0.clone()
    }

    fn bounded(store: MemoryLoginStore, max_per_user: usize) -> MemoryLoginStore {
        store.max_per_user(max_per_user)
    }
}

struct Redis(RedisServer);

impl Database for Redis {
    type Store = RedisLoginStore;

    fn start() -> Option<Self> {
        RedisServer::start().map(Self)
    }

    async fn open(&self) -> RedisLoginStore {
        let store = RedisLoginStore::new(self.0.url()).await.unwrap();
        store.timeout(PATIENCE)
    }

    fn bounded(store: RedisLoginStore, max_per_user: usize) -> RedisLoginStore {
        store.max_per_user(max_per_user)
    }
}

struct Sqlite(TempFolder);

impl Sqlite {
    fn file(&self) -> PathBuf {
        self.0.path().join("test.db")
    }

    fn options(&self) -> SqliteConnectOptions {
        Self::options_of(&self.file())
    }

    fn options_of(file: &Path) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Off)
            .busy_timeout(Duration::from_millis(200))
    }

    fn pool(&self) -> SqlitePool {
        SqlitePool::connect_lazy_with(self.options())
    }
}

impl Database for Sqlite {
    type Store = SqlLoginStore;

    fn start() -> Option<Self> {
        Some(Self(TempFolder::new()))
    }

    async fn open(&self) -> SqlLoginStore {
        created(SqlLoginStore::sqlite(self.pool())).await
    }

    fn bounded(store: SqlLoginStore, max_per_user: usize) -> SqlLoginStore {
        store.max_per_user(max_per_user)
    }
}

struct Postgres {
    /// Keeps it running.
    _server: Arc<PostgresServer>,
    options: PgConnectOptions,
}

impl Database for Postgres {
    type Store = SqlLoginStore;

    fn start() -> Option<Self> {
        let server = PostgresServer::shared()?;
        Some(Self {
            options: server.create_database(),
            _server: server,
        })
    }

    async fn open(&self) -> SqlLoginStore {
        created(SqlLoginStore::postgres(pool(&self.options))).await
    }

    fn bounded(store: SqlLoginStore, max_per_user: usize) -> SqlLoginStore {
        store.max_per_user(max_per_user)
    }
}

/// Longer than a machine with much else to do makes a test wait.
const PATIENCE: Duration = Duration::from_secs(30);

async fn created(store: SqlLoginStore) -> SqlLoginStore {
    let store = store.timeout(PATIENCE);
    store.create_table().await.unwrap();
    store
}

/// Runs a test on a database of its own.
fn test_in<D: Database>(test: impl AsyncFnOnce(&D)) {
    if let Some(database) = D::start() {
        block_on(test(&database));
    }
}

/// Makes a test of each function, in each kind of store.
macro_rules! in_each_store {
    ($($test:ident),* $(,)?) => {
        $crate::active::stores::in_each_store! { @ memory Memory, $($test),* }
        $crate::active::stores::in_each_store! { @ redis Redis, $($test),* }
        $crate::active::stores::in_each_store! { @ sqlite Sqlite, $($test),* }
        $crate::active::stores::in_each_store! { @ postgres Postgres, $($test),* }
    };
    (@ $module:ident $database:ident, $($test:ident),*) => {
        mod $module {
            use $crate::active::stores::{$database, test_in};

            $(
                #[test]
                fn $test() {
                    test_in(async |database: &$database| super::$test(database).await);
                }
            )*
        }
    };
}
use in_each_store;

fn now() -> Timestamp {
    SystemTime::now().into()
}

fn time(seconds: u64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

fn in_seconds(seconds: u64) -> Timestamp {
    now().plus(Duration::from_secs(seconds))
}

/// The id of a test's login of this number.
fn id(number: u64) -> LoginId {
    format!("{number:021}A").parse().unwrap()
}

/// A login of this number, which starts so many seconds from now.
fn login(user: &str, number: u64) -> StoredLogin {
    StoredLogin {
        id: id(number),
        user: user.to_owned(),
        started_at: in_seconds(number),
        last_seen_at: in_seconds(number),
        expires_at: Some(in_seconds(100_000)),
        user_agent: "Browser/1.0".to_owned(),
        address: "2001:db8::1".to_owned(),
        remembered: false,
        generation: 0,
        last_confirmed_generation: 0,
        issued_at: now(),
        cookie_confirmed_at: None,
    }
}

/// The ids of a user's logins, in order.
async fn ids_of(store: &impl LoginStore<Error: Debug>, user: &str) -> Vec<LoginId> {
    let logins = store.list(user).await.unwrap();
    assert!(logins.iter().all(|login| login.user == user));
    let mut ids: Vec<_> = logins.iter().map(|login| login.id).collect();
    ids.sort();
    ids
}
