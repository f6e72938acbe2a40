//! Sessions on the server. Each written state has a version, so that the world knows which one a
//! request has read, and which one it has left.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use actix_session::storage::{
    LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key,
};
use actix_web::cookie::time::Duration;

use crate::scheduler::{Call, call, current};

type State = HashMap<String, String>;

/// Clones share their sessions.
#[derive(Clone, Default)]
pub struct SimulatedSessions(Arc<Mutex<Sessions>>);

#[derive(Default)]
struct Sessions {
    states: HashMap<String, (u64, State)>,
    versions: u64,
}

impl SimulatedSessions {
    fn write(&self, key: &SessionKey, state: State) {
        let mut sessions = self.0.lock().unwrap();
        sessions.versions += 1;
        let version = sessions.versions;
        let key = key.as_ref().to_owned();
        sessions.states.insert(key, (version, state));
        current(|flight| flight.written_session = Some(version));
    }

    fn contains(&self, key: &SessionKey) -> bool {
        self.0.lock().unwrap().states.contains_key(key.as_ref())
    }
}

impl SessionStore for SimulatedSessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let effect = async {
            let sessions = self.0.lock().unwrap();
            let (version, state) = sessions.states.get(key.as_ref())?;
            current(|flight| flight.loaded_session = Some(*version));
            Some(state.clone())
        };
        let loaded = call(Call::LoadSession, effect).await;
        loaded.map_err(|error| LoadError::Other(error.into()))
    }

    async fn save(&self, state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        let key = generate_session_key();
        call(Call::SaveSession, async { self.write(&key, state) })
            .await
            .map_err(|error| SaveError::Other(error.into()))?;
        Ok(key)
    }

    /// As Redis does it: a session that was deleted meanwhile gets another key.
    async fn update(
        &self,
        key: SessionKey,
        state: State,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let effect = async {
            let key = if self.contains(&key) {
                key
            } else {
                generate_session_key()
            };
            self.write(&key, state);
            key
        };
        let updated = call(Call::UpdateSession, effect).await;
        updated.map_err(|error| UpdateError::Other(error.into()))
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let effect = async {
            self.0.lock().unwrap().states.remove(key.as_ref());
        };
        Ok(call(Call::DeleteSession, effect).await?)
    }
}
