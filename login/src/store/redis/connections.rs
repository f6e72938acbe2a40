//! The connections to Redis: one for each thread, or the one that the app has brought.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, ThreadId},
    time::Duration,
};

use redis::{
    Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::sync::OnceCell;

/// How long Redis may take to connect, and by default to reply.
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
    PerThread { client: Client, by_thread: ByThread },
}

impl Connections {
    /// Connects once, to check the URL. The threads connect when they need it, since the app sets the
    /// time-out after this.
    pub(super) async fn open(url: &str) -> Result<Self, RedisError> {
        let client = Client::open(url)?;
        ConnectionManager::new_with_config(client.clone(), config(TIMEOUT)).await?;
        Ok(Self::PerThread {
            client,
            by_thread: ByThread::default(),
        })
    }

    /// The connection of this thread. The first call opens it, and concurrent ones wait.
    ///
    /// A connection is replaced if it has not replied in time: the other end may be gone.
    pub(super) async fn of_this_thread(
        &self,
        timeout: Duration,
    ) -> Result<ConnectionManager, RedisError> {
        let (client, by_thread) = match self {
            Self::Given(connection) => return Ok(connection.clone()),
            Self::PerThread { client, by_thread } => (client, by_thread),
        };
        let open = || ConnectionManager::new_with_config(client.clone(), config(timeout));
        by_thread
            .of_this_thread()
            .get_or_try_init(open)
            .await
            .cloned()
    }
}

type Opened = Arc<OnceCell<ConnectionManager>>;

/// The connections by thread.
#[derive(Clone, Default)]
pub(super) struct ByThread(Arc<Mutex<HashMap<ThreadId, Opened>>>);

impl ByThread {
    fn of_this_thread(&self) -> Opened {
        let thread = thread::current().id();
        let mut connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if connections.len() >= MAX_THREADS && !connections.contains_key(&thread) {
            connections.clear();
        }
        Arc::clone(connections.entry(thread).or_default())
    }
}

fn config(timeout: Duration) -> ConnectionManagerConfig {
    ConnectionManagerConfig::new()
        .set_connection_timeout(TIMEOUT)
        .set_response_timeout(timeout)
        // The next request tries again.
        .set_number_of_retries(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_have_ended_never_fill_the_memory() {
        let connections = ByThread::default();
        let own = connections.of_this_thread();
        for _ in 1..MAX_THREADS {
            let connections = connections.clone();
            thread::spawn(move || connections.of_this_thread())
                .join()
                .unwrap();
        }
        assert!(Arc::ptr_eq(&own, &connections.of_this_thread()));
        let others = connections.clone();
        thread::spawn(move || others.of_this_thread())
            .join()
            .unwrap();
        assert_eq!(connections.0.lock().unwrap().len(), 1);
    }
}
