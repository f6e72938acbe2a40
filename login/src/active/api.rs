//! What users and administrators see of active logins, and how they end them.

use actix_session::SessionExt;
use actix_web::HttpRequest;
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{
    ActiveLogins, end_all,
    login::{list_live, list_present},
    store::{LoginId, StoredLogin},
};
use crate::{
    context::LoginContext,
    error::LoginError,
    loader::LocalBoxFuture,
    login::{current_token, lasting_login, login_in, renew_active},
    manager::{LoginManager, nearest_required},
    settings::Settings,
    user::UserMixin,
};

/// One place where a user is logged in: a line of a "Where you're logged in" page. For a template it
/// serializes with its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActiveLogin {
    /// To end it with.
    pub id: LoginId,
    /// When it began, in seconds since 1970.
    pub started_at: u64,
    /// When it was last seen, in seconds since 1970; as exact as
    /// [`touch_interval`](ActiveLogins::touch_interval).
    pub last_seen_at: u64,
    /// When it ends by itself, in seconds since 1970, if it does.
    pub expires_at: Option<u64>,
    /// The `User-Agent` of the browser in which it began, cut to 200 bytes. The browser's own
    /// word: escape it.
    pub user_agent: String,
    /// The client's address when it began; empty where that was not known.
    pub address: String,
    /// Whether there is a remember cookie.
    pub remembered: bool,
    /// Whether it is the login of this very request.
    pub is_current: bool,
}

impl ActiveLogin {
    fn new(stored: StoredLogin, current: Option<LoginId>) -> Self {
        Self {
            is_current: current == Some(stored.id),
            id: stored.id,
            started_at: stored.started_at,
            last_seen_at: stored.last_seen_at,
            expires_at: stored.expires_at,
            user_agent: stored.user_agent,
            address: stored.address,
            remembered: stored.remembered,
        }
    }
}

impl Serialize for ActiveLogin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ActiveLogin", 8)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("started_at", &self.started_at)?;
        fields.serialize_field("last_seen_at", &self.last_seen_at)?;
        fields.serialize_field("expires_at", &self.expires_at)?;
        fields.serialize_field("user_agent", &self.user_agent)?;
        fields.serialize_field("address", &self.address)?;
        fields.serialize_field("remembered", &self.remembered)?;
        fields.serialize_field("is_current", &self.is_current)?;
        fields.end()
    }
}

/// Where the current user is logged in, the oldest login first.
///
/// A "Where you're logged in" page. What ends a login wants a fresh one, and so does the page: who
/// was refused at a POST alone would come back to its path by a GET.
///
/// ```
/// use actix_login::{
///     LoginId, active_logins, end_login, end_other_logins, fresh_login_required,
/// };
/// use actix_web::{HttpRequest, Responder, Result, get, post, web::{Form, Html, Redirect}};
///
/// #[get("/logins")]
/// #[fresh_login_required]
/// async fn logins(req: HttpRequest) -> Result<impl Responder> {
///     let mut page = String::from("<h1>Where you're logged in</h1>");
///     for login in active_logins(&req).await? {
///         page.push_str(&format!(
///             "<form method=post><p>{} at {}{} <button name=id value={}>End it</button></p></form>",
///             login.user_agent.replace('&', "&amp;").replace('<', "&lt;"),
///             login.address,
///             if login.is_current { " (this one)" } else { "" },
///             login.id,
///         ));
///     }
///     Ok(Html::new(page))
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Ended { id: LoginId }
///
/// #[post("/logins")]
/// #[fresh_login_required]
/// async fn end(req: HttpRequest, form: Form<Ended>) -> Result<impl Responder> {
///     end_login(&req, form.id).await?;
///     Ok(Redirect::to("/logins").see_other())
/// }
///
/// #[post("/logins/end-others")]
/// #[fresh_login_required]
/// async fn end_others(req: HttpRequest) -> Result<impl Responder> {
///     end_other_logins(&req).await?;
///     Ok(Redirect::to("/logins").see_other())
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::NotLoggedIn`] (401) where nobody is logged in, or only by a request loader;
/// [`LoginError::NoLoginStore`] where active logins are off; [`LoginError::StoreFailed`],
/// [`LoginError::LoaderFailed`] and mistakes in the app's set-up (500).
pub async fn active_logins(req: &HttpRequest) -> Result<Vec<ActiveLogin>, LoginError> {
    nearest_required(req)?.active_logins(req).await
}

/// Ends one login of the current user: it is out at its next request. For an example see
/// [`active_logins`].
///
/// # Errors
///
/// [`LoginError::NoSuchLogin`] (404) where the current user has no such login, as with another
/// user's; else as [`active_logins`].
pub async fn end_login(req: &HttpRequest, id: LoginId) -> Result<(), LoginError> {
    nearest_required(req)?.end_login(req, id).await
}

/// Ends all logins of the current user but this one, which goes on under a new id: whoever has a copy
/// of its cookies is out, too, ten seconds later. For an example see [`active_logins`].
///
/// # Errors
///
/// As [`active_logins`].
pub async fn end_other_logins(req: &HttpRequest) -> Result<(), LoginError> {
    nearest_required(req)?.end_other_logins(req).await
}

impl<U: UserMixin> LoginManager<U> {
    /// [`active_logins`](crate::active_logins) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn active_logins(&self, req: &HttpRequest) -> Result<Vec<ActiveLogin>, LoginError> {
        let own = Own::of(self.context(req)?, req).await?;
        let settings = &self.0.settings;
        let logins = list_present(active(settings)?, settings, &own.user).await?;
        Ok(logins
            .into_iter()
            .map(|login| ActiveLogin::new(login, own.current))
            .collect())
    }

    /// [`end_login`](crate::end_login) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn end_login(&self, req: &HttpRequest, id: LoginId) -> Result<(), LoginError> {
        let own = Own::of(self.context(req)?, req).await?;
        end_one_of(&self.0.settings, &own.user, id).await
    }

    /// [`end_other_logins`](crate::end_other_logins) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn end_other_logins(&self, req: &HttpRequest) -> Result<(), LoginError> {
        let (context, settings) = (self.context(req)?, &self.0.settings);
        let own = Own::of(context, req).await?;
        let mut kept: Vec<LoginId> = own.current.into_iter().collect();
        if let Some(current) = own.in_session {
            // Whoever has a copy of this one's cookies is elsewhere, too.
            match renew_active(context, req, active(settings)?, current).await? {
                Some(successor) => kept.push(successor),
                None => return Ok(()),
            }
        }
        end_all_of(settings, &own.user, &kept).await
    }

    /// Ends one login of a user, from the list of [`active_logins_of`](Self::active_logins_of): it is out at
    /// its next request. For administrators:
    ///
    /// ```
    /// use actix_login::{LoginId, LoginManager, UserMixin, login_required};
    /// use actix_web::{HttpRequest, Responder, Result, post, web::{Path, Redirect}};
    ///
    /// #[derive(Clone, UserMixin)]
    /// struct User { id: u64, is_admin: bool }
    ///
    /// #[post("/users/{user}/logins/{login}/end")]
    /// #[login_required(check = |user: &User| user.is_admin)]
    /// async fn end(req: HttpRequest, path: Path<(u64, LoginId)>) -> Result<impl Responder> {
    ///     let (user, login) = path.into_inner();
    ///     LoginManager::<User>::of(&req)?.end_login_of(&user, login).await?;
    ///     Ok(Redirect::to(format!("/users/{user}")).see_other())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LoginError::NoSuchLogin`] (404) where that user has no such login, as with another user's;
    /// else as [`active_logins_of`](Self::active_logins_of).
    pub async fn end_login_of(&self, user_id: &U::Id, id: LoginId) -> Result<(), LoginError> {
        end_one_of(&self.0.settings, &user_id.to_string(), id).await
    }
}

/// What the three functions need of a manager of any user type.
pub(crate) trait ErasedActiveLogins {
    fn active_logins<'a>(
        &'a self,
        req: &'a HttpRequest,
    ) -> LocalBoxFuture<'a, Result<Vec<ActiveLogin>, LoginError>>;

    fn end_login<'a>(
        &'a self,
        req: &'a HttpRequest,
        id: LoginId,
    ) -> LocalBoxFuture<'a, Result<(), LoginError>>;

    fn end_other_logins<'a>(
        &'a self,
        req: &'a HttpRequest,
    ) -> LocalBoxFuture<'a, Result<(), LoginError>>;
}

impl<U: UserMixin> ErasedActiveLogins for LoginManager<U> {
    fn active_logins<'a>(
        &'a self,
        req: &'a HttpRequest,
    ) -> LocalBoxFuture<'a, Result<Vec<ActiveLogin>, LoginError>> {
        Box::pin(LoginManager::active_logins(self, req))
    }

    fn end_login<'a>(
        &'a self,
        req: &'a HttpRequest,
        id: LoginId,
    ) -> LocalBoxFuture<'a, Result<(), LoginError>> {
        Box::pin(LoginManager::end_login(self, req, id))
    }

    fn end_other_logins<'a>(
        &'a self,
        req: &'a HttpRequest,
    ) -> LocalBoxFuture<'a, Result<(), LoginError>> {
        Box::pin(LoginManager::end_other_logins(self, req))
    }
}

/// The current user's id, and the login of this request.
struct Own {
    user: String,
    current: Option<LoginId>,
    /// The same, unless the session can't be seen and the remember cookie has it.
    in_session: Option<LoginId>,
}

impl Own {
    async fn of<U: UserMixin>(
        context: &LoginContext<U>,
        req: &HttpRequest,
    ) -> Result<Self, LoginError> {
        let login = lasting_login(context, req).await?;
        let in_session = login_in(&req.get_session(), &context.manager.0.settings);
        let in_cookie = || Some(current_token(context, req, &login)?.login?.id);
        Ok(Self {
            user: login.id.to_string(),
            current: in_session.or_else(in_cookie),
            in_session,
        })
    }
}

/// All live logins of a user, for [`LoginManager::active_logins_of`].
pub(crate) async fn list_of(settings: &Settings, id: &str) -> Result<Vec<ActiveLogin>, LoginError> {
    let logins = list_present(active(settings)?, settings, id).await?;
    Ok(logins
        .into_iter()
        .map(|login| ActiveLogin::new(login, None))
        .collect())
}

/// Ends one login of a user.
async fn end_one_of(settings: &Settings, user: &str, id: LoginId) -> Result<(), LoginError> {
    let active = active(settings)?;
    match super::find(active, settings, id, user).await? {
        // One that goes on under another id is not on the list any more.
        Some(stored) if !stored.has_successor() => active.store.end(id).await,
        _ => Err(LoginError::NoSuchLogin),
    }
}

/// Ends all logins of a user but these.
pub(crate) async fn end_all_of(
    settings: &Settings,
    id: &str,
    kept: &[LoginId],
) -> Result<(), LoginError> {
    let active = active(settings)?;
    // One may be going on under another id meanwhile: once its old entry is gone, it can't any more.
    for _ in 0..2 {
        let logins = list_live(active, settings, id).await?.into_iter();
        let ended = logins
            .map(|login| login.id)
            .filter(|login| !kept.contains(login));
        end_all(active, ended).await?;
    }
    Ok(())
}

fn active(settings: &Settings) -> Result<&ActiveLogins, LoginError> {
    settings
        .active
        .as_ref()
        .ok_or_else(|| LoginError::NoLoginStore.logged())
}
