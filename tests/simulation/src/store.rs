//! The store of active logins: that in memory, whose calls may wait and fail.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use actix_login::{
    LoginId, Timestamp,
    store::{LoginStore, MemoryLoginStore, StoredLogin},
};

use crate::scheduler::{Call, Failed, call, run};

/// Clones share their logins.
#[derive(Clone)]
pub struct SimulatedStore {
    memory: MemoryLoginStore,
    is_remote: bool,
    /// All entries that were ever added, with their users.
    added: Arc<Mutex<BTreeMap<LoginId, String>>>,
}

impl SimulatedStore {
    pub fn new(memory: MemoryLoginStore, is_remote: bool) -> Self {
        Self {
            memory,
            is_remote,
            added: Arc::default(),
        }
    }

    /// All entries, expired ones included.
    pub fn entries(&self) -> Vec<StoredLogin> {
        let added = self.added.lock().unwrap();
        let entries = added
            .keys()
            .filter_map(|id| run(self.memory.find(*id)).ok().flatten());
        entries.collect()
    }

    /// What a job of the app does once an hour.
    pub fn drop_expired(&self, now: u64) {
        run(self.memory.drop_ended(Timestamp::from_secs(now))).ok();
    }

    fn note_added(&self, login: &StoredLogin) {
        let mut added = self.added.lock().unwrap();
        added.insert(login.id, login.user.clone());
    }

    async fn call<T, E>(
        &self,
        name: Call,
        effect: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failed> {
        if !self.is_remote {
            return effect.await.map_err(|_| Failed);
        }
        call(name, effect).await?.map_err(|_| Failed)
    }
}

impl LoginStore for SimulatedStore {
    type Error = Failed;

    async fn begin(&self, login: &StoredLogin) -> Result<(), Failed> {
        let effect = async {
            self.note_added(login);
            self.memory.begin(login).await
        };
        self.call(Call::Begin, effect).await
    }

    async fn find(&self, id: LoginId) -> Result<Option<StoredLogin>, Failed> {
        self.call(Call::Find, self.memory.find(id)).await
    }

    async fn touch(
        &self,
        id: LoginId,
        last_seen_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<bool, Failed> {
        let effect = self.memory.touch(id, last_seen_at, expires_at);
        self.call(Call::Touch, effect).await
    }

    async fn supersede(
        &self,
        id: LoginId,
        until: Timestamp,
        successor: &StoredLogin,
    ) -> Result<bool, Failed> {
        let effect = async {
            self.note_added(successor);
            self.memory.supersede(id, until, successor).await
        };
        self.call(Call::Supersede, effect).await
    }

    async fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: Timestamp,
    ) -> Result<bool, Failed> {
        let effect =
            self.memory
                .replace_cookie(id, generation, last_confirmed_generation, issued_at);
        self.call(Call::ReplaceCookie, effect).await
    }

    async fn confirm_cookie(
        &self,
        id: LoginId,
        generation: u64,
        now: Timestamp,
    ) -> Result<(), Failed> {
        let effect = self.memory.confirm_cookie(id, generation, now);
        self.call(Call::ConfirmCookie, effect).await
    }

    async fn end(&self, id: LoginId) -> Result<(), Failed> {
        self.call(Call::End, self.memory.end(id)).await
    }

    async fn end_all(&self, ids: &[LoginId]) -> Result<(), Failed> {
        self.call(Call::EndAll, self.memory.end_all(ids)).await
    }

    async fn list(&self, user: &str) -> Result<Vec<StoredLogin>, Failed> {
        self.call(Call::List, self.memory.list(user)).await
    }

    async fn drop_ended(&self, now: Timestamp) -> Result<(), Failed> {
        self.memory.drop_ended(now).await.map_err(|_| Failed)
    }
}
