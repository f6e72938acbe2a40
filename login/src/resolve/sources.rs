//! The order of the sources: the session, the remember cookie, then the request itself.

use actix_web::HttpRequest;

use super::{
    by_cookie::{ByCookie, by_cookie},
    by_request::by_request,
    by_session::{EndedLogin, NoUser, by_session},
};
use crate::{
    error::LoginError,
    events::{LoginEndReason, LoginEvent},
    request::{
        context::LoginContext,
        login::{LoadedLogin, Login},
        visit::Visit,
    },
    user::UserMixin,
};

/// Asks the session, then the remember cookie, then the request and header loaders.
///
/// Nothing is written before the loader has returned: if it fails, the request fails, and session and
/// cookies stay as they are.
pub(super) async fn resolve<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
) -> LoadedLogin<U> {
    let login = if context.manager.0.loaders.by_id.is_some() {
        let visit = Visit::open(context, req)?;
        match by_session(&visit).await? {
            Ok(login) => Some(login),
            // In a box, since it is rare: the future of most requests stays small.
            Err(no_user) => Box::pin(resolve_without_session(&visit, no_user)).await?,
        }
    } else {
        by_request(context, req).await?
    };
    let user = login.as_ref().map(|login| &*login.user);
    context.manager.emit(req, LoginEvent::UserAccessed, user);
    Ok(login)
}

/// Asks the remember cookie, then the request itself.
async fn resolve_without_session<U: UserMixin>(
    visit: &Visit<'_, U>,
    no_user: NoUser<U>,
) -> Result<Option<Login<U>>, LoginError> {
    let ended = match no_user {
        NoUser::Stolen => return Ok(None),
        NoUser::Ended(ended) => Some(ended),
        NoUser::NotLoggedIn => None,
    };
    let not_found = ended
        .as_ref()
        .filter(|ended| ended.reason == LoginEndReason::UserNotFound)
        .map(|ended| &*ended.id);
    let by_cookie = by_cookie(visit, not_found).await?;
    // Only now, since the cookie's loader or store might have failed.
    if let Some(EndedLogin { id, reason, user }) = &ended {
        visit.end_login(id, *reason, user.as_deref());
    }
    // Only now, since an observer may write to the session.
    match by_cookie {
        ByCookie::Restored(restored) => return restored.start(visit).map(Some),
        ByCookie::Refused(event, user) => visit.emit(event, user.as_deref()),
        ByCookie::None => {}
    }
    by_request(visit.context, visit.req).await
}
