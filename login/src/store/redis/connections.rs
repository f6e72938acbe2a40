//! The connections to Redis: one for each thread, or the one that the app has brought.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
    time::Duration,
};

use redis::{
    Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

/// How long Redis may take to connect and to reply.
pub(super) const TIMEOUT: Duration = Duration::from_secs(2);

/// How many threads have a connection. Workers are few; this bounds an app whose threads come and go.
const MAX_THREADS: usize = 1024;

/// Where an operation gets its connection.
#[derive(Clone)]
pub(super) enum Connections {
    /// The app's own, for all threads.
    Given(ConnectionManager),
    /// One for each thread. The thread that opens a connection reads its replies, too: an operation
    /// of another thread would wait until the machine has switched to that one and back.
    PerThread {
        client: Client,
        by_thread: Arc<Mutex<HashMap<ThreadId, ConnectionManager>>>,
    },
}

impl Connections {
    /// Opens the connection of this thread.
    pub(super) async fn open(url: &str) -> Result<Self, RedisError> {
        let connections = Self::PerThread {
            client: Client::open(url)?,
            by_thread: Arc::default(),
        };
        connections.of_this_thread().await?;
        Ok(connections)
    }

    /// The connection of this thread. The first call opens it.
    pub(super) async fn of_this_thread(&self) -> Result<ConnectionManager, RedisError> {
        let (client, by_thread) = match self {
            Self::Given(connection) => return Ok(connection.clone()),
            Self::PerThread { client, by_thread } => (client, by_thread),
        };
        let thread = thread::current().id();
        let known = lock(by_thread).get(&thread).cloned();
        if let Some(connection) = known {
            return Ok(connection);
        }
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(TIMEOUT)
            .set_response_timeout(TIMEOUT)
            // The next request tries again.
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_with_config(client.clone(), config).await?;
        let mut by_thread = lock(by_thread);
        if by_thread.len() >= MAX_THREADS {
            by_thread.clear();
        }
        // Another operation of this thread may have opened one meanwhile.
        Ok(by_thread.entry(thread).or_insert(connection).clone())
    }
}

fn lock(
    by_thread: &Mutex<HashMap<ThreadId, ConnectionManager>>,
) -> MutexGuard<'_, HashMap<ThreadId, ConnectionManager>> {
    by_thread.lock().unwrap_or_else(PoisonError::into_inner)
}
