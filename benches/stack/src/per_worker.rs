//! actix-session's store in Redis with a connection that the worker itself has opened.

use std::collections::HashMap;

use actix_session::storage::{
    LoadError, RedisSessionStore, SaveError, SessionKey, SessionStore, UpdateError,
};
use actix_web::cookie::time::Duration;
use tokio::sync::OnceCell;

/// One for each worker: it connects at the first request. A `RedisSessionStore` that is made in `main`
/// is driven by the thread of `main`, and each request waits for two switches of threads.
pub struct PerWorker {
    url: String,
    store: OnceCell<RedisSessionStore>,
}

type State = HashMap<String, String>;

impl PerWorker {
    pub fn new(url: String) -> Self {
        Self {
            url,
            store: OnceCell::new(),
        }
    }

    async fn store(&self) -> Result<&RedisSessionStore, anyhow::Error> {
        let connect = || RedisSessionStore::new(self.url.as_str());
        self.store.get_or_try_init(connect).await
    }
}

impl SessionStore for PerWorker {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let store = self.store().await.map_err(LoadError::Other)?;
        store.load(key).await
    }

    async fn save(&self, state: State, ttl: &Duration) -> Result<SessionKey, SaveError> {
        let store = self.store().await.map_err(SaveError::Other)?;
        store.save(state, ttl).await
    }

    async fn update(
        &self,
        key: SessionKey,
        state: State,
        ttl: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let store = self.store().await.map_err(UpdateError::Other)?;
        store.update(key, state, ttl).await
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &Duration) -> Result<(), anyhow::Error> {
        self.store().await?.update_ttl(key, ttl).await
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        self.store().await?.delete(key).await
    }
}
