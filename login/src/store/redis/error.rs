//! The error of the store.

use std::fmt;

use redis::RedisError;

/// An error of [`RedisLoginStore`](super::RedisLoginStore): Redis can't be reached, or it reports an error. It prints what
/// the Redis client says.
#[derive(Debug)]
pub struct RedisStoreError(pub(super) RedisError);

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

pub(super) type StoreResult<T> = Result<T, RedisStoreError>;
