//! Keeping the current login when the user authenticates again or changes the password.

use std::{rc::Rc, sync::Arc};

use actix_web::HttpRequest;

use super::current::{checked_id, current_login};
use crate::{
    active::end::end_all_but,
    crypto::auth_tag::auth_tag,
    error::LoginError,
    events::LoginEvent,
    manager::LoginManager,
    request::{nearest::nearest_required, visit::Visit},
    session::record::LoginRecord,
    user::UserMixin,
};

/// Marks the current login as fresh and renews the session id: the user has just authenticated again.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// # impl User { fn check_password(&self, _: &str) -> bool { true } }
/// use actix_login::{AuthenticatedUser, NextUrl, confirm_login, login_required, login_url};
/// use actix_web::{HttpRequest, Responder, Result, post, web::{Form, Redirect}};
///
/// #[derive(serde::Deserialize)]
/// struct Password { password: String }
///
/// #[post("/reauthenticate")]
/// #[login_required]
/// async fn reauthenticate(
///     req: HttpRequest,
///     user: AuthenticatedUser<User>,
///     form: Form<Password>,
///     next: NextUrl,
/// ) -> Result<impl Responder> {
///     if user.check_password(&form.password) {
///         confirm_login(&req).await?;
///         return Ok(Redirect::to(next.unwrap_or("/")).see_other());
///     }
///     Ok(Redirect::to(login_url(&req, "/reauthenticate", next.get())?).see_other())
/// }
/// ```
///
/// # Users without a password
///
/// A user who logs in by an identity provider authenticates again there. The
/// [refresh view](crate::LoginManagerBuilder::refresh_view_with) of their requests is the page that
/// sends the browser to the provider, and the provider must ask for the credentials: with OpenID
/// Connect by `prompt=login` or `max_age=0` (OpenID Connect Core 1.0, section 3.1.2.1). Otherwise the
/// provider's own session sends the user straight back, and proves nothing.
///
/// The callback then decides:
///
/// - The provider's user is the current one, and the `auth_time` of the ID token is not older than the
///   request to the provider: `confirm_login`. Check `auth_time`, since a browser can change the
///   request's parameters.
/// - No user is logged in, or another one: [`login_user`](crate::login_user), which also clears what the
///   session holds of the previous user. If the `auth_time` is old or missing, then with
///   [`fresh(false)`](crate::LoginOptions::fresh): a logout and a login must not replace the confirmation.
/// - The current user comes back with an old `auth_time`: neither.
///
/// ```
/// use actix_login::{
///     CurrentUser, LoginOptions, Timestamp, UserMixin, confirm_login, login_user_with,
/// };
/// use actix_web::{HttpRequest, error::ErrorForbidden};
///
/// #[derive(Clone, UserMixin)]
/// struct User { id: u64 }
///
/// /// At the end of the callback: `state`, `nonce` and the ID token have been checked.
/// async fn finish_callback(
///     req: &HttpRequest,
///     current: CurrentUser<User>,
///     user: User,
///     auth_time: Timestamp,
///     asked_at: Timestamp,
/// ) -> actix_web::Result<()> {
///     // The clocks of two machines differ.
///     let is_fresh = auth_time.as_secs() + 60 >= asked_at.as_secs();
///     match current.user() {
///         Some(current) if current.id == user.id => {
///             if !is_fresh {
///                 return Err(ErrorForbidden("authenticate again at the provider"));
///             }
///             confirm_login(req).await?;
///         }
///         _ => login_user_with(req, &user, LoginOptions::new().fresh(is_fresh)).await?,
///     }
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::NotLoggedIn`] (401) if the request is anonymous, or its user was found by a request
/// loader. [`LoginError::LoaderFailed`], [`LoginError::StoreFailed`], [`LoginError::ResponseBegun`] in
/// the body of a response, and mistakes in the app's set-up (500).
pub async fn confirm_login(req: &HttpRequest) -> Result<(), LoginError> {
    nearest_required(req)?.confirm_login(req).await
}

/// Keeps the current login and its remember cookie when the user's `session_auth_hash` changes.
///
/// A changed hash ends every session and every remember cookie of that user at its next request. Call
/// this with the changed user, in the request that changes the password, so that this one browser
/// stays logged in (Django's `update_session_auth_hash`):
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64, #[user(session_auth_hash)] password_hash: String }
/// # struct Users;
/// # impl Users { fn set_password(&self, id: u64, hash: &str) -> User { User { id, password_hash: hash.into() } } }
/// use actix_login::{AuthenticatedUser, fresh_login_required, refresh_session_auth};
/// use actix_web::{HttpRequest, Responder, Result, post, web::{Data, Form}};
///
/// #[derive(serde::Deserialize)]
/// struct NewPassword { password: String }
///
/// #[post("/password")]
/// #[fresh_login_required]
/// async fn change_password(
///     req: HttpRequest,
///     user: AuthenticatedUser<User>,
///     form: Form<NewPassword>,
///     users: Data<Users>,
/// ) -> Result<impl Responder> {
///     let changed = users.set_password(user.id, &form.password);
///     refresh_session_auth(&req, &changed).await?;
///     Ok("All your other browsers are logged out.")
/// }
/// ```
///
/// If [`get_id`](UserMixin::get_id) returns another id, the login continues under that one, and all
/// others of the user end.
///
/// The user must have been loaded before the change, as the guard does. With
/// [active logins](crate::ActiveLogins), also call [`end_other_logins`](crate::end_other_logins): the
/// other logins end anyway, and so disappear from the list at once.
///
/// # Errors
///
/// [`LoginError::NotLoggedIn`] (401) if the request is anonymous, or its user was found by a request
/// loader. [`LoginError::LoaderFailed`], [`LoginError::StoreFailed`], [`LoginError::ResponseBegun`] in
/// the body of a response, and mistakes in the app's set-up (500).
pub async fn refresh_session_auth<U: UserMixin>(
    req: &HttpRequest,
    user: &U,
) -> Result<(), LoginError> {
    let context = LoginManager::<U>::of(req)?.context(req)?;
    context.check_response()?;
    let (before, old_id) = current_login(&context, req).await?;
    let id = checked_id(user)?;
    let visit = Visit::open_writable(&context, req)?;

    let auth_tag = auth_tag(visit.keys(), &id, user);
    let record = visit.current_record(&before, &old_id);
    let token = match visit.current_token(&before, &old_id) {
        Some(token) => visit.with_current_generation(token).await?,
        None => None,
    };
    let has_new_id = old_id != id;
    let login = if !has_new_id {
        None
    } else {
        // The store finds a login by the id of its user.
        let cookie_end = token.as_ref().map(|token| token.expires_at);
        visit
            .start_or_continue(Some(&record), user, &id, cookie_end)
            .await?
    };
    let record = LoginRecord {
        auth_tag,
        id: Rc::clone(&id),
        login: match (login, token.as_ref().and_then(|token| token.login)) {
            (Some(login), _) => Some(login.recorded),
            (None, Some(cookie)) if record.login.is_some_and(|login| login.id == cookie.id) => {
                // The response sets this cookie.
                Some(cookie.recorded())
            }
            _ => record.login,
        },
        ..record
    };
    visit.write_record(&record)?;
    visit.session.renew();
    if let Some(mut token) = token {
        token.login = login.map(|login| login.cookie).or(token.login);
        token.auth_tag = auth_tag;
        token.id = id.to_string();
        context.set_cookie(token);
    }
    let current = visit.login_of(Arc::new(user.clone()), &record, before.source);
    visit.set_login(Some(current));
    if let (true, Some(active)) = (has_new_id, &visit.settings().active) {
        // No request can use them again: their user has another id now.
        end_all_but(active, visit.settings(), &old_id, None).await?;
    }
    Ok(())
}

impl<U: UserMixin> LoginManager<U> {
    /// [`confirm_login`](crate::confirm_login) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn confirm_login(&self, req: &HttpRequest) -> Result<(), LoginError> {
        let context = self.context(req)?;
        context.check_response()?;
        let (login, id) = current_login(&context, req).await?;
        let visit = Visit::open_writable(&context, req)?;
        let session = &visit.settings().session;
        let before = visit.current_record(&login, &id);
        let now = visit.now();
        let record = LoginRecord {
            fresh: true,
            confirmed_at: (now != before.started_at).then_some(now),
            fingerprint: session
                .is_protected()
                .then(|| session.client.fingerprint(req, visit.keys())),
            ..before
        };
        visit.write_record(&record)?;
        visit.use_up_refusal();
        visit.session.renew();
        let confirmed = visit.login_of(Arc::clone(&login.user), &record, login.source);
        visit.set_login(Some(confirmed));
        visit.emit(LoginEvent::UserLoginConfirmed, Some(&login.user));
        Ok(())
    }
}
