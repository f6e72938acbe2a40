//! Where active logins are kept: the trait of a store, its types, and the stores of this crate.

pub(crate) mod entry;
mod failures;
pub(crate) mod login_store;
mod memory;
#[cfg(feature = "redis")]
mod redis;
pub(crate) mod settings;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;

#[cfg(feature = "redis")]
pub use self::redis::{RedisLoginStore, RedisStoreError};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use self::sql::{SqlLoginStore, SqlStoreError};
pub use self::{
    entry::StoredLogin,
    login_store::LoginStore,
    memory::{MemoryLoginStore, StoreFull},
};
