//! What users may do.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// An administrator gives a user one of these. It is read at each request, with the user, so a change
/// counts at once.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum Role {
    Reader,
    Author,
    Editor,
}

/// Handlers ask for these, and know nothing of roles.
#[derive(PartialEq, Eq, Hash)]
pub enum Permission {
    PublishNews,
    DeleteNews,
}

impl Role {
    /// Each role is spelled out: a new one has no permission until somebody decides so.
    pub fn permissions(self) -> HashSet<Permission> {
        match self {
            Self::Reader => HashSet::new(),
            Self::Author => HashSet::from([Permission::PublishNews]),
            Self::Editor => HashSet::from([Permission::PublishNews, Permission::DeleteNews]),
        }
    }
}
