//! Active logins in Redis, for an app on several machines.

mod connections;
mod error;
mod fields;
mod scripts;

use std::{fmt, future::Future, io, time::Duration};

use actix_web::rt::time::timeout;
use redis::{Cmd, FromRedisValue, RedisError, aio::ConnectionManager};

pub use self::error::RedisStoreError;
use self::{
    connections::{Connections, TIMEOUT},
    error::StoreResult,
    fields::{FIELDS, Values, expire_at, from_values, to_fields, to_text},
    scripts::{BEGIN, CONFIRM_COOKIE, END, LIST, REPLACE_COOKIE, SUPERSEDE, TOUCH},
};
use super::{
    entry::{LoginId, StoredLogin},
    login_store::LoginStore,
};
use crate::timestamp::Timestamp;

/// Keeps active logins in Redis. Behind the feature `redis`.
///
/// A login is a hash that Redis expires; the logins of a user are a sorted set. A user can't displace
/// others: above [`max_per_user`](Self::max_per_user) the login of the same user that has not been seen
/// for longest ends. Redis Cluster is not supported: a user's keys are in several of its slots.
///
/// # Outages
///
/// If the connection drops, as in a failover, what is safe to repeat is repeated once on a new one, and
/// the request does not notice. While Redis does not reply, requests that ask for the user fail with an
/// empty 500 after [`timeout`](Self::timeout): no user is logged in or out.
///
/// actix-session's `RedisSessionStore` has no such bound: the guide has a
/// [store that adds one](crate::guide::storage#outages-and-time-outs).
///
/// # An app
///
/// With `actix-login = { version = "0.1", features = ["redis"] }`:
///
/// ```no_run
/// # use actix_login::{ActiveLogins, LoginManager, UserMixin};
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// use actix_login::store::RedisLoginStore;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let logins = RedisLoginStore::new("redis://127.0.0.1:6379").await?;
/// LoginManager::<User>::builder([0; 32])
///     .user_loader(async |id: u64| Some(User { id }))
///     .active_logins(ActiveLogins::in_store(logins))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisLoginStore {
    connections: Connections,
    prefix: String,
    max_per_user: usize,
    timeout: Duration,
}

/// Without the address, which may hold a password.
impl fmt::Debug for RedisLoginStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisLoginStore")
            .field("prefix", &self.prefix)
            .field("max_per_user", &self.max_per_user)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl RedisLoginStore {
    /// Connects to Redis at a URL such as `redis://127.0.0.1:6379`, or with all parts
    /// `redis://user:password@host:6379/1`.
    ///
    /// Each worker opens a connection of its own at its first operation. Clones of the store share it.
    ///
    /// # Errors
    ///
    /// [`RedisStoreError`] if the URL is malformed or no Redis replies there.
    pub async fn new(url: impl AsRef<str>) -> Result<Self, RedisStoreError> {
        let connections = Connections::open(url.as_ref());
        connections.await.map(Self::over).map_err(RedisStoreError)
    }

    /// Uses an existing connection for all workers: one with settings of its own, or one that the app
    /// shares with other code. Its type is that of the `redis` crate, which is re-exported as
    /// [`actix_login::redis`](crate::redis). For TLS, add a feature of redis, such as
    /// `tokio-rustls-comp`, to the app's own dependency on redis 0.32.
    ///
    /// ```no_run
    /// use actix_login::{redis::{Client, aio::ConnectionManager}, store::RedisLoginStore};
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::open("redis://127.0.0.1:6379")?;
    /// let connection = ConnectionManager::new(client).await?;
    /// let logins = RedisLoginStore::from_connection(connection.clone());
    /// # let _ = logins;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_connection(connection: ConnectionManager) -> Self {
        Self::over(Connections::Given(connection))
    }

    fn over(connections: Connections) -> Self {
        Self {
            connections,
            prefix: "actix-login:".to_owned(),
            max_per_user: 100,
            timeout: TIMEOUT,
        }
    }

    /// How long an operation on Redis may take, with the reconnection and the one repetition after a
    /// dropped connection. Then it fails, and with it the request. A request whose first operation
    /// fails makes no other.
    ///
    /// Default: 2 seconds, which is also the most that connecting may take. A connection that the app
    /// has brought may have a shorter one of its own.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The prefix of all keys, so that several apps can share a Redis.
    ///
    /// Default: `actix-login:`.
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
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

    fn login_key(&self, id: LoginId) -> String {
        format!("{}login:{id}", self.prefix)
    }

    /// A script with the names of the keys.
    fn script(&self, text: &str) -> Cmd {
        let mut command = redis::cmd("EVAL");
        command
            .arg(text)
            .arg(0)
            .arg(format!("{}login:", self.prefix))
            .arg(format!("{}logins:", self.prefix));
        command
    }

    /// Runs a command that may be repeated, and repeats it once if the connection was dropped.
    async fn run<T: FromRedisValue>(&self, command: &Cmd) -> StoreResult<T> {
        self.bounded(async {
            match self.attempt(command).await {
                Err(error) if error.is_connection_dropped() => self.attempt(command).await,
                result => result,
            }
        })
        .await
    }

    async fn attempt<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        let mut connection = self.connections.of_this_thread(self.timeout).await?;
        command.query_async(&mut connection).await
    }

    /// Fails after the time-out.
    async fn bounded<T>(
        &self,
        reply: impl Future<Output = Result<T, RedisError>>,
    ) -> StoreResult<T> {
        match timeout(self.timeout, reply).await {
            Ok(result) => result.map_err(RedisStoreError),
            Err(_) => {
                let error = io::Error::new(io::ErrorKind::TimedOut, "Redis did not reply in time");
                Err(RedisStoreError(error.into()))
            }
        }
    }
}

impl LoginStore for RedisLoginStore {
    type Error = RedisStoreError;

    async fn begin(&self, login: &StoredLogin) -> StoreResult<()> {
        let mut script = self.script(BEGIN);
        script
            .arg(&login.user)
            .arg(login.id.to_string())
            .arg(expire_at(login.expires_at))
            .arg(login.started_at.as_secs())
            .arg(self.max_per_user)
            .arg(to_fields(login));
        self.run(&script).await
    }

    async fn find(&self, id: LoginId) -> StoreResult<Option<StoredLogin>> {
        let mut command = redis::cmd("HMGET");
        command.arg(self.login_key(id)).arg(&FIELDS);
        from_values(id, self.run(&command).await?)
    }

    async fn touch(
        &self,
        id: LoginId,
        last_seen_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> StoreResult<bool> {
        let mut script = self.script(TOUCH);
        script
            .arg(id.to_string())
            .arg(expire_at(expires_at))
            .arg(last_seen_at.as_secs())
            .arg(to_text(expires_at));
        self.run(&script).await
    }

    async fn supersede(
        &self,
        id: LoginId,
        until: Timestamp,
        successor: &StoredLogin,
    ) -> StoreResult<bool> {
        let mut script = self.script(SUPERSEDE);
        script
            .arg(&successor.user)
            .arg(id.to_string())
            .arg(until.as_secs())
            .arg(successor.id.to_string())
            .arg(expire_at(successor.expires_at))
            .arg(self.max_per_user)
            .arg(to_fields(successor));
        // Not repeated: if the first attempt took effect, the second would report that another request
        // superseded the login.
        self.bounded(self.attempt(&script)).await
    }

    async fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: Timestamp,
    ) -> StoreResult<bool> {
        let mut script = redis::cmd("EVAL");
        script
            .arg(REPLACE_COOKIE)
            .arg(1)
            .arg(self.login_key(id))
            .arg(generation)
            .arg(last_confirmed_generation)
            .arg(issued_at.as_secs());
        // If the first attempt took effect, the second returns `false`: the browser keeps its cookie,
        // as if the response that replaced it had been lost.
        self.run(&script).await
    }

    async fn confirm_cookie(
        &self,
        id: LoginId,
        generation: u64,
        now: Timestamp,
    ) -> StoreResult<()> {
        let mut script = redis::cmd("EVAL");
        script
            .arg(CONFIRM_COOKIE)
            .arg(1)
            .arg(self.login_key(id))
            .arg(generation)
            .arg(now.as_secs());
        self.run(&script).await
    }

    async fn end(&self, id: LoginId) -> StoreResult<()> {
        self.end_all(&[id]).await
    }

    async fn end_all(&self, ids: &[LoginId]) -> StoreResult<()> {
        // While Redis hangs, this fails: a script that was sent would take effect once it continues, and
        // a logout that failed would end the login after all.
        self.run::<()>(&redis::cmd("PING")).await?;
        let mut script = self.script(END);
        for id in ids {
            script.arg(id.to_string());
        }
        self.run(&script).await
    }

    async fn list(&self, user: &str) -> StoreResult<Vec<StoredLogin>> {
        let mut script = self.script(LIST);
        script.arg(user).arg(&FIELDS);
        let (ids, logins): (Vec<String>, Vec<Values>) = self.run(&script).await?;
        let ids = ids.iter().map(|id| id.parse::<LoginId>());
        let logins = ids.zip(logins);
        logins
            .filter_map(|(id, values)| from_values(id.ok()?, values).transpose())
            .collect()
    }

    /// Does nothing: Redis expires logins on its own.
    async fn drop_ended(&self, _now: Timestamp) -> StoreResult<()> {
        Ok(())
    }
}
