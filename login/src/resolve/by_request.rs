//! The login by the request itself: the request loader, then the header loader.

use actix_web::HttpRequest;

use super::load_user::logged;
use crate::{
    error::LoginError,
    events::LoginEvent,
    request::{context::LoginContext, login::Login},
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
    if let (None, Some(loader)) = (&user, &loaders.by_header) {
        let value = settings
            .auth_header_name
            .as_ref()
            .and_then(|name| req.headers().get(name))
            .and_then(|value| value.to_str().ok());
        if let Some(value) = value {
            user = logged(loader.load(value).await, "header_loader")?;
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
