//! A login as the fields of a Redis hash.

use redis::ErrorKind;

use super::error::{RedisStoreError, StoreResult};
use crate::{
    store::entry::{LoginId, StoredLogin},
    timestamp::Timestamp,
};

/// The end of the year 9999. Redis refuses later expiry times.
const LAST_END: Timestamp = Timestamp::from_secs(253_402_300_799);

/// The seconds as text; empty for no time.
pub(super) fn to_text(time: impl Into<Option<Timestamp>>) -> String {
    let time = time.into();
    time.map(|time| time.as_secs().to_string())
        .unwrap_or_default()
}

/// When Redis is to expire a key.
pub(super) fn expire_at(end: Option<Timestamp>) -> String {
    to_text(end.map(|end| end.min(LAST_END)))
}

/// The fields of a login's hash, in the order in which they are read.
pub(super) const FIELDS: [&str; 11] = [
    "user",
    "started_at",
    "last_seen_at",
    "expires_at",
    "user_agent",
    "address",
    "remembered",
    "generation",
    "last_confirmed_generation",
    "issued_at",
    "cookie_confirmed_at",
];

/// The values of [`FIELDS`]. All are `None` if the hash does not exist.
pub(super) type Values = [Option<String>; FIELDS.len()];

/// The fields of a login, as `HSET` takes them.
pub(super) fn to_fields(login: &StoredLogin) -> Vec<(&'static str, String)> {
    let values = [
        login.user.clone(),
        to_text(login.started_at),
        to_text(login.last_seen_at),
        to_text(login.expires_at),
        login.user_agent.clone(),
        login.address.clone(),
        u8::from(login.remembered).to_string(),
        login.generation.to_string(),
        login.last_confirmed_generation.to_string(),
        to_text(login.issued_at),
        to_text(login.cookie_confirmed_at),
    ];
    FIELDS.into_iter().zip(values).collect()
}

/// Returns `None` for a hash that does not exist.
pub(super) fn from_values(id: LoginId, values: Values) -> StoreResult<Option<StoredLogin>> {
    if values.iter().all(Option::is_none) {
        return Ok(None);
    }
    let mut fields = FIELDS.into_iter().zip(values);
    let mut take = || match fields.next() {
        Some((_, Some(value))) => Ok(value),
        field => Err(malformed(field.unzip().0.unwrap_or_default().to_owned())),
    };
    // In the order of `FIELDS`.
    Ok(Some(StoredLogin {
        id,
        user: take()?,
        started_at: time(&take()?)?,
        last_seen_at: time(&take()?)?,
        expires_at: optional_time(&take()?)?,
        user_agent: take()?,
        address: take()?,
        remembered: take()? == "1",
        generation: number(&take()?)?,
        last_confirmed_generation: number(&take()?)?,
        issued_at: time(&take()?)?,
        cookie_confirmed_at: optional_time(&take()?)?,
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
