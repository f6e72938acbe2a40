//! The current login, for functions that need one that lasts longer than its request.

use std::rc::Rc;

use actix_web::HttpRequest;

use crate::{
    config::ID_MAX_BYTES,
    error::LoginError,
    request::{context::LoginContext, login::Login},
    user::UserMixin,
};

/// The current login and its id, if session or cookies keep it.
///
/// # Errors
///
/// [`LoginError::NotLoggedIn`] if the request is anonymous, or its user was found by a request loader;
/// errors of the load.
pub(super) async fn current_login<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
) -> Result<(Login<U>, Rc<str>), LoginError> {
    let login = context.load(req).await?.ok_or(LoginError::NotLoggedIn)?;
    let id = login.id.clone().ok_or(LoginError::NotLoggedIn)?;
    Ok((login, id))
}

/// The id of a user as text.
///
/// # Errors
///
/// [`LoginError::IdTooLong`].
pub(super) fn checked_id<U: UserMixin>(user: &U) -> Result<Rc<str>, LoginError> {
    let id = user.get_id().to_string();
    if id.len() > ID_MAX_BYTES {
        return Err(LoginError::IdTooLong { bytes: id.len() }.logged());
    }
    Ok(id.into())
}
