//! Time-outs for what has none of its own: the session store in Redis, and queries of PostgreSQL.

use std::{collections::HashMap, fmt, future::Future, io, time::Duration};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::{cookie::time, rt::time::timeout};

/// As long as the stores of active logins wait.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Fails if there is no reply in time.
pub async fn bounded<T>(reply: impl Future<Output = T>) -> io::Result<T> {
    Ok(timeout(TIMEOUT, reply).await?)
}

/// A session store that replies in time or fails. A failure is a response 500: nobody is logged in or out.
/// actix-session does not log it, so this does.
#[derive(Clone)]
pub struct BoundedStore<S>(pub S);

// The type is private in actix-session.
type State = HashMap<String, String>;

impl<S: SessionStore> SessionStore for BoundedStore<S> {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        reply_of(self.0.load(key), LoadError::Other).await
    }

    async fn save(&self, state: State, ttl: &time::Duration) -> Result<SessionKey, SaveError> {
        reply_of(self.0.save(state, ttl), SaveError::Other).await
    }

    async fn update(
        &self,
        key: SessionKey,
        state: State,
        ttl: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        reply_of(self.0.update(key, state, ttl), UpdateError::Other).await
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &time::Duration) -> anyhow::Result<()> {
        reply_of(self.0.update_ttl(key, ttl), |error| error).await
    }

    async fn delete(&self, key: &SessionKey) -> anyhow::Result<()> {
        reply_of(self.0.delete(key), |error| error).await
    }
}

async fn reply_of<T, E: fmt::Debug>(
    reply: impl Future<Output = Result<T, E>>,
    late: impl FnOnce(anyhow::Error) -> E,
) -> Result<T, E> {
    let reply = match bounded(reply).await {
        Ok(reply) => reply,
        Err(error) => Err(late(error.into())),
    };
    reply.inspect_err(|error| tracing::error!("the session store failed: {error:?}"))
}
