//! Checks a login again without its request: while its body arrives, or for a response that outlives it.

use std::{rc::Rc, sync::Arc};

use super::{by_request::load_by_header, load_user::load_user};
use crate::{
    active::lookup::find,
    crypto::{auth_tag::match_auth_tag, keyring::KeyMatch},
    error::LoginError,
    future::LocalBoxFuture,
    manager::LoginManager,
    request::{
        context::LoginContext,
        login::Login,
        slow_body::CheckAgain,
        watched_login::{FoundBy, LateRefusal, LoginSnapshot, WatchedLogin},
    },
    user::UserMixin,
};

/// The user of a login, if a request with the session of that time would still be logged in.
///
/// # Errors
///
/// [`LoginError::LoaderFailed`] and [`LoginError::StoreFailed`].
pub(crate) async fn load_if_valid<U: UserMixin>(
    manager: &LoginManager<U>,
    snapshot: &LoginSnapshot,
) -> Result<Option<Arc<U>>, LoginError> {
    let settings = manager.settings();
    let (record, id) = (&snapshot.record, &*snapshot.record.id);
    let mut last_seen_at = record.last_seen_at.unwrap_or(record.started_at);
    if let Some(active) = &settings.active {
        let Some(login) = snapshot.login else {
            return Ok(None);
        };
        let Some(stored) = find(active, settings, login, id).await? else {
            return Ok(None);
        };
        // That of a superseded login is in the future.
        if !stored.is_superseded() {
            last_seen_at = last_seen_at.max(stored.last_seen_at);
        }
    }
    let user = load_user(manager, id).await?;
    let session = &settings.session;
    if session.has_expired(record.started_at, last_seen_at, settings.now()) {
        return Ok(None);
    }
    let is_current = |user: &Arc<U>| {
        let key = match_auth_tag(&settings.keys, id, &**user, record.auth_tag.as_ref());
        user.is_authenticated() && key != KeyMatch::None
    };
    Ok(user.filter(is_current))
}

impl<U: UserMixin> CheckAgain for LoginContext<U> {
    fn check_again(self: Rc<Self>) -> LocalBoxFuture<'static, bool> {
        Box::pin(async move {
            let Some(watched) = &self.watched else {
                return true;
            };
            let checked = check_login(&self, watched).await;
            let holds = checked.is_ok();
            if let Err(refusal) = checked {
                watched.refuse(refusal);
            }
            holds
        })
    }
}

/// Checks the login of the request, and updates its user. The error says why the request may not go on.
async fn check_login<U: UserMixin>(
    context: &LoginContext<U>,
    watched: &WatchedLogin<U>,
) -> Result<(), LateRefusal> {
    // Without them nobody is logged in, or only a request loader can tell who is.
    let (Some(found_by), Some(Ok(Some(login)))) = (watched.found_by(), context.progress.loaded())
    else {
        return Ok(());
    };
    let loaded = match &*found_by {
        FoundBy::Login(snapshot) => load_if_valid(&context.manager, snapshot).await,
        FoundBy::Header(value) => load_by_header(&context.manager, value)
            .await
            .map(|user| user.filter(|user| is_same(&**user, &*login.user))),
    };
    if !watched.is_found_by(&found_by) {
        // The handler has logged in or out meanwhile.
        return Ok(());
    }
    match loaded {
        Ok(Some(user)) => {
            let checked = Arc::clone(&user);
            context.progress.set(Some(Login { user, ..login }));
            for check in watched.checks() {
                if !check.admits(&checked).await {
                    return Err(LateRefusal::Forbidden);
                }
            }
            Ok(())
        }
        Ok(None) => {
            context.progress.set(None);
            Err(LateRefusal::Ended)
        }
        Err(error) => {
            context.progress.fail(error.clone());
            Err(LateRefusal::Failed(error))
        }
    }
}

fn is_same<U: UserMixin>(user: &U, other: &U) -> bool {
    user.is_authenticated() && user.get_id().to_string() == other.get_id().to_string()
}
