//! The users of all servers: a map in memory, that may be told to be as slow as a database.

use std::{collections::HashMap, sync::Arc, time::Duration};

use actix_login::UserMixin;

#[derive(Debug, Clone, UserMixin)]
pub struct User {
    pub id: u64,
    pub name: String,
}

/// What a protected page answers.
pub fn greeting(user: &User) -> String {
    format!("Logged in as: {}", user.name)
}

pub struct Users {
    by_id: HashMap<u64, Arc<User>>,
    delay: Duration,
    is_later: bool,
}

impl Users {
    /// Users of the ids from 1 to `count`, each found after `delay`.
    pub fn new(count: u64, delay: Duration) -> Self {
        let user = |id| {
            Arc::new(User {
                id,
                name: format!("leafstorm {id}"),
            })
        };
        Self {
            by_id: (1..=count).map(|id| (id, user(id))).collect(),
            delay,
            is_later: false,
        }
    }

    /// Has none found before others had their turn, as where a database is asked.
    pub fn later(mut self, is_later: bool) -> Self {
        self.is_later = is_later;
        self
    }

    pub async fn find(&self, id: u64) -> Option<&Arc<User>> {
        if !self.delay.is_zero() {
            // Boxed, so that the futures of who never waits are no larger for it.
            Box::pin(tokio::time::sleep(self.delay)).await;
        }
        if self.is_later {
            tokio::task::yield_now().await;
        }
        self.by_id.get(&id)
    }

    /// Who a login is for: the `id` of the query, and else the first user.
    pub async fn asked_for(&self, query: &str) -> Option<&Arc<User>> {
        let id = query.split('&').find_map(|pair| pair.strip_prefix("id="));
        self.find(id.map_or(Some(1), |id| id.parse().ok())?).await
    }
}
