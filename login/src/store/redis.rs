//! Active logins in Redis, for an app on several machines.

use std::{collections::HashMap, fmt, time::Duration};

use redis::{
    AsyncCommands, Client, ErrorKind, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use super::{
    entry::{LoginId, StoredLogin},
    login_store::LoginStore,
};
use crate::timestamp::Timestamp;

/// How long Redis may take to connect and to reply. A request waits that long.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Writes the fields of a login, and adds it to the list of its user. Redis expires both, the list
/// with the last of its logins. `only_existing` adds no new login, and leaves a superseded one as it
/// is.
const PUT: &str = "
local id, ends, now, only_existing = unpack(ARGV)
if only_existing == '1' then
  local login = redis.call('HMGET', KEYS[1], 'last_seen_at', 'expires_at')
  if not login[1] then return 0 end
  if login[2] ~= '' and tonumber(login[1]) >= tonumber(login[2]) then return 0 end
end
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
if ends == '' then redis.call('PERSIST', KEYS[1])
else redis.call('EXPIREAT', KEYS[1], ends) end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZADD', KEYS[2], ends == '' and '+inf' or ends, id)
local last = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
if last[2] == 'inf' then redis.call('PERSIST', KEYS[2])
else redis.call('EXPIREAT', KEYS[2], last[2]) end
return 1";

/// The end of the year 9999. Redis refuses later expiry times.
const LAST_END: Timestamp = Timestamp::from_secs(253_402_300_799);

const REPLACE_COOKIE: &str = "
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
redis.call('HINCRBY', KEYS[1], 'generation', 1)
redis.call('HSET', KEYS[1], 'last_confirmed_generation', ARGV[2], 'issued_at', ARGV[3], 'cookie_confirmed_at', '', 'remembered', '1')
return 1";

const CONFIRM_COOKIE: &str = "
local login = redis.call('HMGET', KEYS[1], 'generation', 'cookie_confirmed_at')
if login[1] == ARGV[1] and login[2] == '' then
  redis.call('HSET', KEYS[1], 'cookie_confirmed_at', ARGV[2]) end";

/// Keeps active logins in Redis. Behind the feature `redis`.
///
/// A login is a hash that Redis expires; the logins of a user are a sorted set. While Redis does not
/// reply, requests that ask for the user fail with an empty 500: no user is logged in or out.
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
    connection: ConnectionManager,
    prefix: String,
}

impl RedisLoginStore {
    /// Connects to Redis at a URL such as `redis://127.0.0.1:6379`.
    ///
    /// # Errors
    ///
    /// [`RedisStoreError`] if the URL is malformed or no Redis replies there.
    pub async fn new(url: impl AsRef<str>) -> Result<Self, RedisStoreError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(TIMEOUT)
            .set_response_timeout(TIMEOUT)
            // The next request tries again.
            .set_number_of_retries(1);
        let client = Client::open(url.as_ref()).map_err(RedisStoreError)?;
        let connection = ConnectionManager::new_with_config(client, config)
            .await
            .map_err(RedisStoreError)?;
        Ok(Self {
            connection,
            prefix: "actix-login:".to_owned(),
        })
    }

    /// The prefix of all keys, so that several apps can share a Redis.
    ///
    /// Default: `actix-login:`.
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn login_key(&self, id: LoginId) -> String {
        format!("{}login:{id}", self.prefix)
    }

    fn user_key(&self, user: &str) -> String {
        format!("{}logins:{user}", self.prefix)
    }

    async fn put(
        &self,
        id: LoginId,
        user: &str,
        expires_at: Option<Timestamp>,
        now: Timestamp,
        only_existing: bool,
        fields: &[(&str, String)],
    ) -> StoreResult<bool> {
        redis::cmd("EVAL")
            .arg(PUT)
            .arg(2)
            .arg(self.login_key(id))
            .arg(self.user_key(user))
            .arg(id.to_string())
            .arg(to_text(expires_at.map(|end| end.min(LAST_END))))
            .arg(now.as_secs())
            .arg(u8::from(only_existing))
            .arg(fields)
            .query_async(&mut self.connection.clone())
            .await
            .map_err(RedisStoreError)
    }

    async fn user_of(&self, id: LoginId) -> StoreResult<Option<String>> {
        let key = self.login_key(id);
        let user = self.connection.clone().hget(key, "user").await;
        user.map_err(RedisStoreError)
    }
}

fn to_text(time: Option<Timestamp>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

fn to_fields(login: &StoredLogin) -> [(&'static str, String); 11] {
    [
        ("user", login.user.clone()),
        ("started_at", login.started_at.to_string()),
        ("last_seen_at", login.last_seen_at.to_string()),
        ("expires_at", to_text(login.expires_at)),
        ("user_agent", login.user_agent.clone()),
        ("address", login.address.clone()),
        ("remembered", u8::from(login.remembered).to_string()),
        ("generation", login.generation.to_string()),
        (
            "last_confirmed_generation",
            login.last_confirmed_generation.to_string(),
        ),
        ("issued_at", login.issued_at.to_string()),
        ("cookie_confirmed_at", to_text(login.cookie_confirmed_at)),
    ]
}

/// Returns `None` for an empty hash, which Redis returns for a key that does not exist.
fn from_fields(
    id: LoginId,
    mut fields: HashMap<String, String>,
) -> StoreResult<Option<StoredLogin>> {
    if fields.is_empty() {
        return Ok(None);
    }
    let mut take = |name: &str| {
        fields
            .remove(name)
            .ok_or_else(|| malformed(name.to_owned()))
    };
    Ok(Some(StoredLogin {
        id,
        user: take("user")?,
        started_at: time(&take("started_at")?)?,
        last_seen_at: time(&take("last_seen_at")?)?,
        expires_at: optional_time(&take("expires_at")?)?,
        user_agent: take("user_agent")?,
        address: take("address")?,
        remembered: take("remembered")? == "1",
        generation: number(&take("generation")?)?,
        last_confirmed_generation: number(&take("last_confirmed_generation")?)?,
        issued_at: time(&take("issued_at")?)?,
        cookie_confirmed_at: optional_time(&take("cookie_confirmed_at")?)?,
    }))
}

fn number(text: &str) -> StoreResult<u64> {
    text.parse().map_err(|_| malformed(text.to_owned()))
}

fn time(text: &str) -> StoreResult<Timestamp> {
    number(text).map(Timestamp::from_secs)
}

fn optional_time(text: &str) -> StoreResult<Option<Timestamp>> {
    if text.is_empty() {
        return Ok(None);
    }
    time(text).map(Some)
}

fn malformed(detail: String) -> RedisStoreError {
    let kind = ErrorKind::TypeError;
    RedisStoreError((kind, "a malformed active login", detail).into())
}

/// An error of [`RedisLoginStore`]: Redis can't be reached, or it reports an error. It prints what
/// the Redis client says.
#[derive(Debug)]
pub struct RedisStoreError(RedisError);

impl fmt::Display for RedisStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for RedisStoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

type StoreResult<T> = Result<T, RedisStoreError>;

impl LoginStore for RedisLoginStore {
    type Error = RedisStoreError;

    async fn begin(&self, login: &StoredLogin) -> StoreResult<()> {
        let fields = to_fields(login);
        self.put(
            login.id,
            &login.user,
            login.expires_at,
            login.started_at,
            false,
            &fields,
        )
        .await
        .map(drop)
    }

    async fn find(&self, id: LoginId) -> StoreResult<Option<StoredLogin>> {
        let fields = self.connection.clone().hgetall(self.login_key(id)).await;
        from_fields(id, fields.map_err(RedisStoreError)?)
    }

    async fn touch(
        &self,
        id: LoginId,
        last_seen_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> StoreResult<bool> {
        let Some(user) = self.user_of(id).await? else {
            return Ok(false);
        };
        let fields = [
            ("last_seen_at", last_seen_at.to_string()),
            ("expires_at", to_text(expires_at)),
        ];
        self.put(id, &user, expires_at, last_seen_at, true, &fields)
            .await
    }

    async fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: Timestamp,
    ) -> StoreResult<bool> {
        redis::cmd("EVAL")
            .arg(REPLACE_COOKIE)
            .arg(1)
            .arg(self.login_key(id))
            .arg(generation)
            .arg(last_confirmed_generation)
            .arg(issued_at.as_secs())
            .query_async(&mut self.connection.clone())
            .await
            .map_err(RedisStoreError)
    }

    async fn confirm_cookie(
        &self,
        id: LoginId,
        generation: u64,
        now: Timestamp,
    ) -> StoreResult<()> {
        redis::cmd("EVAL")
            .arg(CONFIRM_COOKIE)
            .arg(1)
            .arg(self.login_key(id))
            .arg(generation)
            .arg(now.as_secs())
            .exec_async(&mut self.connection.clone())
            .await
            .map_err(RedisStoreError)
    }

    async fn end(&self, id: LoginId) -> StoreResult<()> {
        let Some(user) = self.user_of(id).await? else {
            return Ok(());
        };
        redis::pipe()
            .atomic()
            .del(self.login_key(id))
            .zrem(self.user_key(&user), id.to_string())
            .exec_async(&mut self.connection.clone())
            .await
            .map_err(RedisStoreError)
    }

    async fn list(&self, user: &str) -> StoreResult<Vec<StoredLogin>> {
        let mut connection = self.connection.clone();
        let ids = connection.zrange(self.user_key(user), 0, -1).await;
        let ids: Vec<String> = ids.map_err(RedisStoreError)?;
        let ids: Vec<LoginId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipe = redis::pipe();
        for id in &ids {
            pipe.hgetall(self.login_key(*id));
        }
        let found = pipe.query_async(&mut connection).await;
        let found: Vec<HashMap<String, String>> = found.map_err(RedisStoreError)?;
        let logins = ids.into_iter().zip(found);
        logins
            .filter_map(|(id, fields)| from_fields(id, fields).transpose())
            .collect()
    }

    /// Does nothing: Redis expires logins on its own.
    async fn drop_ended(&self, _now: Timestamp) -> StoreResult<()> {
        Ok(())
    }
}
