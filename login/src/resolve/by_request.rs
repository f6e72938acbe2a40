//! The login by the request itself: the request loader, then the header loader.

use std::sync::Arc;

use actix_web::HttpRequest;

use super::load_user::logged;
use crate::{
    error::LoginError,
    events::LoginEvent,
    manager::LoginManager,
    request::{context::LoginContext, login::Login, watched_login::FoundBy},
    session::access::suppress_new_session,
    user::UserMixin,
};

/// Asks the request loader, then the header loader. The session stays as it is.
pub(super) async fn by_request<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
) -> Result<Option<Login<U>>, LoginError> {
    let manager = &context.manager;
    let (loaders, settings) = (&manager.0.loaders, manager.settings());
    let mut user = None;
    if let Some(loader) = &loaders.by_request {
        user = logged(loader.load(req).await, "request_loader")?;
    }
    if user.is_none() {
        let value = settings
            .auth_header_name
            .as_ref()
            .and_then(|name| req.headers().get(name))
            .and_then(|value| value.to_str().ok());
        if let Some(value) = value {
            user = load_by_header(manager, value).await?;
            if let (Some(_), Some(watched)) = (&user, &context.watched) {
                watched.set_found_by(FoundBy::Header(value.to_owned()));
            }
        }
    }
    let Some(user) = user else {
        return Ok(None);
    };
    if !settings.session.session_for_request_logins {
        suppress_new_session(req);
    }
    manager.emit(req, LoginEvent::UserLoadedFromRequest, Some(&user));
    Ok(Some(Login::for_request(user)))
}

/// Asks the header loader, if there is one.
pub(super) async fn load_by_header<U: UserMixin>(
    manager: &LoginManager<U>,
    value: &str,
) -> Result<Option<Arc<U>>, LoginError> {
    match &manager.0.loaders.by_header {
        Some(loader) => logged(loader.load(value).await, "header_loader"),
        None => Ok(None),
    }
}
