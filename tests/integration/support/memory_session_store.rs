//! A session store on the server: in memory, open to inspection, and down on demand.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use actix_session::{
    SessionMiddleware,
    storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key},
};
use actix_web::cookie::{Key, time::Duration};

use super::settings::SECRET;

type State = HashMap<String, String>;

/// Clones share their sessions.
#[derive(Clone, Default)]
pub struct MemorySessionStore(Arc<Shared>);

#[derive(Default)]
struct Shared {
    sessions: Mutex<HashMap<String, State>>,
    is_down: AtomicBool,
}

impl MemorySessionStore {
    /// actix-session's middleware with this store.
    pub fn session(&self) -> SessionMiddleware<Self> {
        SessionMiddleware::builder(self.clone(), Key::from(&SECRET))
            .cookie_secure(false)
            .build()
    }

    /// Makes each access fail from now on, or succeed again.
    pub fn set_down(&self, is_down: bool) {
        self.0.is_down.store(is_down, Ordering::SeqCst);
    }

    /// The id of the only session.
    pub fn only_id(&self) -> String {
        let sessions = self.0.sessions.lock().unwrap();
        assert_eq!(sessions.len(), 1, "{sessions:?}");
        sessions.keys().next().unwrap().clone()
    }

    /// The content of all sessions, to see whether anything has changed.
    pub fn content(&self) -> HashMap<String, State> {
        self.0.sessions.lock().unwrap().clone()
    }

    /// Overwrites what all sessions hold under `key`, as JSON.
    pub fn spoil(&self, key: &str, json: &str) {
        let mut sessions = self.0.sessions.lock().unwrap();
        for state in sessions.values_mut() {
            state.insert(key.to_owned(), json.to_owned());
        }
    }

    fn sessions<T>(&self, access: impl FnOnce(&mut HashMap<String, State>) -> T) -> io::Result<T> {
        if self.0.is_down.load(Ordering::SeqCst) {
            return Err(io::Error::other(
                "the session store is down: redis://secret",
            ));
        }
        Ok(access(&mut self.0.sessions.lock().unwrap()))
    }
}

impl SessionStore for MemorySessionStore {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        self.sessions(|sessions| sessions.get(key.as_ref()).cloned())
            .map_err(|error| LoadError::Other(error.into()))
    }

    async fn save(&self, state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        let key = generate_session_key();
        self.sessions(|sessions| sessions.insert(key.as_ref().to_owned(), state))
            .map_err(|error| SaveError::Other(error.into()))?;
        Ok(key)
    }

    async fn update(
        &self,
        key: SessionKey,
        state: State,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.sessions(|sessions| sessions.insert(key.as_ref().to_owned(), state))
            .map_err(|error| UpdateError::Other(error.into()))?;
        Ok(key)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(self.sessions(|_| ())?)
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        self.sessions(|sessions| sessions.remove(key.as_ref()))?;
        Ok(())
    }
}
