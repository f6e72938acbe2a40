//! The loaders, asked by an id as text, with their errors logged.

use std::sync::Arc;

use crate::{error::LoginError, loader::LoadResult, manager::LoginManager, user::UserMixin};

/// Loads the user of this id as text. An id that does not parse belongs to no user.
pub(crate) async fn load_user<U: UserMixin>(
    manager: &LoginManager<U>,
    id: &str,
) -> Result<Option<Arc<U>>, LoginError> {
    let Some(loader) = &manager.0.loaders.by_id else {
        return Ok(None);
    };
    match id.parse() {
        Ok(id) => logged(loader.load(id).await, "user_loader"),
        Err(_) => Ok(None),
    }
}

/// Logs the error of a loader.
pub(super) fn logged<U>(result: LoadResult<U>, loader: &str) -> Result<Option<Arc<U>>, LoginError> {
    result.map_err(|error| {
        tracing::error!(target: "actix_login", loader, error, "a loader failed");
        LoginError::LoaderFailed
    })
}
