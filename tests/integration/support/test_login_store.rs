//! A login store that can be slow, held or down, and that counts its calls.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_login::{
    LoginId, Timestamp,
    store::{LoginStore, MemoryLoginStore, StoredLogin},
};
use actix_web::{Result, rt::time::sleep};

use super::{gate::Gate, runtime::block_on};

/// A memory store that records each call, can be slow, and can be down.
#[derive(Clone)]
pub struct TestLoginStore {
    memory: MemoryLoginStore,
    calls: Arc<Mutex<Vec<&'static str>>>,
    /// The operations that fail: `*` is all of them, `second find` only the second `find`.
    down: Arc<Mutex<Vec<&'static str>>>,
    finds: Arc<AtomicU64>,
    largest_end: Arc<AtomicUsize>,
    delay: Arc<AtomicU64>,
    held: Arc<Mutex<Option<(&'static str, Gate)>>>,
}

impl TestLoginStore {
    pub fn new(memory: MemoryLoginStore) -> Self {
        Self {
            memory,
            calls: Arc::default(),
            down: Arc::default(),
            finds: Arc::default(),
            largest_end: Arc::default(),
            delay: Arc::default(),
            held: Arc::default(),
        }
    }

    /// Holds the next call of this operation until the gate is opened.
    pub fn hold(&self, operation: &'static str) -> Gate {
        let gate = Gate::default();
        *self.held.lock().unwrap() = Some((operation, gate.clone()));
        gate
    }

    pub fn fail(&self, operations: &[&'static str]) {
        self.finds.store(0, Ordering::Relaxed);
        *self.down.lock().unwrap() = operations.to_vec();
    }

    /// Delays each call, so that requests overlap.
    pub fn set_delay(&self, delay: Duration) {
        self.delay
            .store(delay.as_millis() as u64, Ordering::Relaxed);
    }

    pub fn count(&self, operation: &str) -> usize {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|call| **call == operation).count()
    }

    pub fn count_all(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    /// How many logins the largest call so far has ended.
    pub fn largest_end(&self) -> usize {
        self.largest_end.load(Ordering::Relaxed)
    }

    /// All stored logins of a user, expired ones included. Not counted as a call.
    pub fn stored(&self, user: &str) -> Vec<StoredLogin> {
        block_on(self.memory.list(user)).unwrap()
    }

    async fn call(&self, operation: &'static str) -> Result<(), String> {
        self.calls.lock().unwrap().push(operation);
        match self.delay.load(Ordering::Relaxed) {
            0 => {}
            delay => sleep(Duration::from_millis(delay)).await,
        }
        let held = {
            let mut held = self.held.lock().unwrap();
            held.take_if(|(held, _)| *held == operation)
        };
        if let Some((_, gate)) = held {
            gate.pass().await;
        }
        let is_second_find = operation == "find" && self.finds.fetch_add(1, Ordering::Relaxed) == 1;
        let down = self.down.lock().unwrap();
        if is_second_find && down.contains(&"second find") {
            return Err("the store is down now".to_owned());
        }
        if down.contains(&operation) || down.contains(&"*") {
            return Err(format!("{operation}: the store is down"));
        }
        Ok(())
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

impl LoginStore for TestLoginStore {
    type Error = String;

    async fn begin(&self, login: &StoredLogin) -> Result<(), String> {
        self.call("begin").await?;
        self.memory.begin(login).await.map_err(text)
    }

    async fn find(&self, id: LoginId) -> Result<Option<StoredLogin>, String> {
        self.call("find").await?;
        self.memory.find(id).await.map_err(text)
    }

    async fn touch(
        &self,
        id: LoginId,
        seen: Timestamp,
        ends: Option<Timestamp>,
    ) -> Result<bool, String> {
        self.call("touch").await?;
        self.memory.touch(id, seen, ends).await.map_err(text)
    }

    async fn supersede(
        &self,
        id: LoginId,
        until: Timestamp,
        successor: &StoredLogin,
    ) -> Result<bool, String> {
        // It begins a login and touches another, at once.
        self.call("begin").await?;
        self.call("touch").await?;
        self.call("supersede").await?;
        let superseded = self.memory.supersede(id, until, successor).await;
        superseded.map_err(text)
    }

    async fn replace_cookie(
        &self,
        id: LoginId,
        old: u64,
        last_confirmed_generation: u64,
        now: Timestamp,
    ) -> Result<bool, String> {
        self.call("replace_cookie").await?;
        let replaced = self
            .memory
            .replace_cookie(id, old, last_confirmed_generation, now)
            .await;
        replaced.map_err(text)
    }

    async fn confirm_cookie(
        &self,
        id: LoginId,
        generation: u64,
        now: Timestamp,
    ) -> Result<(), String> {
        self.call("confirm_cookie").await?;
        let seen = self.memory.confirm_cookie(id, generation, now).await;
        seen.map_err(text)
    }

    async fn end(&self, id: LoginId) -> Result<(), String> {
        self.call("end").await?;
        self.memory.end(id).await.map_err(text)
    }

    async fn end_all(&self, ids: &[LoginId]) -> Result<(), String> {
        self.call("end").await?;
        self.largest_end.fetch_max(ids.len(), Ordering::Relaxed);
        self.memory.end_all(ids).await.map_err(text)
    }

    async fn list(&self, user: &str) -> Result<Vec<StoredLogin>, String> {
        self.call("list").await?;
        self.memory.list(user).await.map_err(text)
    }

    async fn drop_ended(&self, now: Timestamp) -> Result<(), String> {
        self.memory.drop_ended(now).await.map_err(text)
    }
}
