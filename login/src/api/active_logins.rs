//! The list of the current user's logins, and how users and administrators end them.

use std::rc::Rc;

use actix_web::HttpRequest;

use super::current::current_login;
use crate::{
    active::{
        end::{end_all_but, end_logins},
        lookup::{find, list_current, required},
    },
    crypto::auth_tag::auth_tag,
    error::LoginError,
    manager::{LoginManager, settings::Settings},
    remember::token::RememberToken,
    request::{context::LoginContext, login::Login, nearest::nearest_required, visit::Visit},
    session::record::LoginRecord,
    store::{
        entry::{ActiveLogin, LoginId, StoredLogin, TokenLogin},
        settings::ActiveLogins,
    },
    user::UserMixin,
};

/// Where the current user is logged in, the oldest login first. Logins that began in the same second
/// have an arbitrary order, which stays the same.
///
/// A "Where you're logged in" page. Ending a login requires a fresh login, and so does the page: after
/// a refused POST, the browser comes back with a GET.
///
/// ```
/// use actix_login::{
///     LoginError, LoginId, active_logins, end_login, end_other_logins, fresh_login_required,
/// };
/// use actix_web::{HttpRequest, Responder, Result, get, post, web::{Form, Html, Redirect}};
///
/// #[get("/logins")]
/// #[fresh_login_required]
/// async fn logins(req: HttpRequest) -> Result<impl Responder> {
///     let mut page = String::from("<h1>Where you're logged in</h1>");
///     for login in active_logins(&req).await? {
///         page.push_str(&format!(
///             "<form method=post><p>{} at {}, seen at {}{}
///              <button name=id value={}>End it</button></p></form>",
///             login.user_agent.replace('&', "&amp;").replace('<', "&lt;"),
///             login.address,
///             login.last_seen_at,
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
///     match end_login(&req, form.id).await {
///         // A second click: it has ended already.
///         Ok(()) | Err(LoginError::NoSuchLogin) => {}
///         Err(error) => return Err(error.into()),
///     }
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
/// [`LoginError::NotLoggedIn`] (401) if the request is anonymous, or its user was found by a request
/// loader; [`LoginError::NoLoginStore`] if active logins are off; [`LoginError::StoreFailed`],
/// [`LoginError::LoaderFailed`] and mistakes in the app's set-up (500).
pub async fn active_logins(req: &HttpRequest) -> Result<Vec<ActiveLogin>, LoginError> {
    nearest_required(req)?.active_logins(req).await
}

/// Ends one login of the current user, from its next request on. For an example see
/// [`active_logins`].
///
/// If it is the current login, this is [`logout_user`](crate::logout_user): the request is anonymous
/// from here on, and its session and remember cookie are cleared.
///
/// # Errors
///
/// [`LoginError::NoSuchLogin`] (404) if the current user has no login of this id, even if another user
/// has; otherwise as [`active_logins`].
pub async fn end_login(req: &HttpRequest, id: LoginId) -> Result<(), LoginError> {
    nearest_required(req)?.end_login(req, id).await
}

/// Ends all logins of the current user but the current one. Copies of its cookies end, too, ten seconds
/// later: this browser gets new ones, for a login that supersedes the current one. The
/// [id](LoginId) that the app sees stays the same. For an example see [`active_logins`].
///
/// If the `Cookie` header is not UTF-8, the session can't be read, and the remember cookie restores the
/// login: then a new session replaces the one in the browser.
///
/// If another request with the same cookies has called it within the last ten seconds, the login of that
/// one stays as well, and nothing more happens to the current one: a second click finds the first done. A
/// thief who was first stays in that way, until [`logout_user`](crate::logout_user) or
/// [`LoginManager::end_all_logins_of`].
///
/// The other browsers see [`LoginEndReason::Revoked`](crate::LoginEndReason::Revoked), also after a new
/// password: their logins have ended before their `session_auth_hash` is compared.
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
        let context = self.context(req)?;
        let current = CurrentLogin::load(&context, req).await?;
        list_for_user(self.settings(), &current.user_id, current.id()).await
    }

    /// [`end_login`](crate::end_login) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn end_login(&self, req: &HttpRequest, id: LoginId) -> Result<(), LoginError> {
        let context = self.context(req)?;
        let current = CurrentLogin::load(&context, req).await?;
        end_one(self.settings(), &current.user_id, id).await?;
        let id = id.first();
        if current.id().map(LoginId::first) == Some(id) {
            return self.logout_user(req).await;
        }
        if current.in_cookie.map(LoginId::first) == Some(id) {
            context.clear_cookie();
        }
        Ok(())
    }

    /// [`end_other_logins`](crate::end_other_logins) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn end_other_logins(&self, req: &HttpRequest) -> Result<(), LoginError> {
        let context = self.context(req)?;
        let current = CurrentLogin::load(&context, req).await?;
        let active = required(self.settings())?;
        let kept = current.id();
        // The others first: if that fails, the current login stays as it is, and a repeated call ends
        // all of them.
        end_all_but(active, self.settings(), &current.user_id, kept).await?;
        if let Some(login) = kept {
            // A copy of the current login's cookies must end, too.
            current.supersede(active, login).await?;
        }
        Ok(())
    }

    /// Lists where a user is logged in, the oldest login first: for administrators and background
    /// jobs. [`end_login_of`](Self::end_login_of) ends one of them.
    ///
    /// # Errors
    ///
    /// [`LoginError::NoLoginStore`] if active logins are off; [`LoginError::StoreFailed`].
    pub async fn active_logins_of(&self, user_id: &U::Id) -> Result<Vec<ActiveLogin>, LoginError> {
        list_for_user(self.settings(), &user_id.to_string(), None).await
    }

    /// Ends one login of a user, from its next request on. For administrators. A handler that ends the
    /// login of its own request this way calls [`logout_user`](Self::logout_user), too: until then the
    /// request keeps its user.
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
    /// [`LoginError::NoSuchLogin`] (404) if that user has no login of this id, even if another user
    /// has; otherwise as [`active_logins_of`](Self::active_logins_of).
    pub async fn end_login_of(&self, user_id: &U::Id, id: LoginId) -> Result<(), LoginError> {
        end_one(self.settings(), &user_id.to_string(), id).await
    }

    /// Ends all logins of a user, each from its next request on, with
    /// [pending ones](crate::begin_login) and cookies of Flask-Login. If that is the user of the request,
    /// call [`logout_user`](Self::logout_user), too: until then the request keeps its user.
    ///
    /// # Errors
    ///
    /// As [`active_logins_of`](Self::active_logins_of).
    pub async fn end_all_logins_of(&self, user_id: &U::Id) -> Result<(), LoginError> {
        let active = required(self.settings())?;
        end_all_but(active, self.settings(), &user_id.to_string(), None).await
    }
}

/// The login of the current request, and its entry in the store.
struct CurrentLogin<'a, U: UserMixin> {
    context: &'a LoginContext<U>,
    req: &'a HttpRequest,
    login: Login<U>,
    user_id: Rc<str>,
    /// The login of the remember cookie.
    in_cookie: Option<LoginId>,
}

impl<'a, U: UserMixin> CurrentLogin<'a, U> {
    async fn load(context: &'a LoginContext<U>, req: &'a HttpRequest) -> Result<Self, LoginError> {
        let (login, user_id) = current_login(context, req).await?;
        let visit = Visit::open(context, req)?;
        let token = visit.current_token(&login, &user_id);
        Ok(Self {
            in_cookie: token.and_then(|token| token.login).map(|login| login.id),
            context,
            req,
            login,
            user_id,
        })
    }

    /// The login that is current on the list.
    fn id(&self) -> Option<LoginId> {
        self.login.recorded.map(|login| login.id)
    }

    /// Supersedes the login, so that copies of its cookies become invalid. Does nothing if a concurrent
    /// request has just done so.
    async fn supersede(&self, active: &ActiveLogins, current: LoginId) -> Result<(), LoginError> {
        let visit = Visit::open_writable(self.context, self.req)?;
        let (login, id) = (&self.login, &*self.user_id);
        let stored = find(active, visit.settings(), current, id).await?;
        let stored = stored.ok_or(LoginError::NotLoggedIn)?;
        if stored.is_superseded() {
            return Ok(());
        }
        let token = visit
            .current_token(login, id)
            .filter(|token| token.login.is_some_and(|of| of.id == current));
        let successor = visit.supersede(active, &stored, token.is_some()).await?;
        let Some(successor) = successor else {
            return Ok(());
        };
        visit.write_record(&LoginRecord {
            login: Some(TokenLogin::recorded(successor)),
            ..visit.current_record(login, id)
        })?;
        visit.session.renew();
        if let Some(token) = token {
            self.context.set_cookie(RememberToken {
                login: Some(successor),
                auth_tag: auth_tag(visit.keys(), id, &*login.user),
                ..token
            });
        }
        Ok(())
    }
}

async fn list_for_user(
    settings: &Settings,
    user_id: &str,
    current: Option<LoginId>,
) -> Result<Vec<ActiveLogin>, LoginError> {
    let logins = list_current(required(settings)?, settings, user_id).await?;
    let logins = logins.into_iter();
    Ok(logins
        .map(|login| ActiveLogin::new(login, current))
        .collect())
}

async fn end_one(settings: &Settings, user_id: &str, id: LoginId) -> Result<(), LoginError> {
    let active = required(settings)?;
    let logins = list_current(active, settings, user_id).await?;
    let named = |login: &&StoredLogin| login.id.first() == id.first();
    let login = logins.iter().find(named).ok_or(LoginError::NoSuchLogin)?;
    end_logins(active, settings, [user_id], &[login.id]).await
}
