//! Refusals: what a request gets that needs a login, a fresh one, or another user.

use actix_session::SessionExt;
use actix_web::{HttpRequest, HttpResponse, ResponseError, http::header};

use crate::{
    config::SESSION_KEY_NEXT,
    error::LoginError,
    events::LoginEvent,
    flash::flash,
    manager::{ErasedManager, nearest_required},
    scope::{Refusals, scopes},
    session::is_readable,
    settings::{Message, RefusalHandler},
    view::{View, redirect_to_view},
};

/// Answers a request that needs a login: Flask-Login's `LoginManager.unauthorized`.
///
/// Emits [`UserUnauthorized`](LoginEvent::UserUnauthorized). Then the
/// [`unauthorized_handler`](crate::LoginManagerBuilder::unauthorized_handler) answers, if there is
/// one; else the login message is flashed and the answer is a 302 to the login view with the
/// `next`; without a login view it is an empty 401. A [scope](crate::LoginScope) may have its own.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// use actix_login::{CurrentUser, unauthorized};
/// use actix_web::{HttpRequest, HttpResponse, get};
///
/// #[get("/invoices/{number}")]
/// async fn invoice(req: HttpRequest, user: CurrentUser<User>) -> HttpResponse {
///     match user.user() {
///         Some(user) => HttpResponse::Ok().body(format!("the invoice of {}", user.id)),
///         None => unauthorized(&req).await,
///     }
/// }
/// ```
pub async fn unauthorized(req: &HttpRequest) -> HttpResponse {
    match nearest_required(req) {
        Ok(manager) => refuse_unauthorized(manager, req).await,
        Err(error) => error.error_response(),
    }
}

/// Answers a request that needs a fresh login: Flask-Login's `LoginManager.needs_refresh`.
///
/// Emits [`UserNeedsRefresh`](LoginEvent::UserNeedsRefresh). Then the
/// [`needs_refresh_handler`](crate::LoginManagerBuilder::needs_refresh_handler) answers, if there
/// is one; else its message is flashed and the answer is a 302 to the refresh view with the
/// `next`; without a refresh view it is an empty 401.
///
/// ```
/// use actix_login::{login_fresh, needs_refresh};
/// use actix_web::{HttpRequest, HttpResponse, Result, post};
///
/// #[post("/transfer")]
/// async fn transfer(req: HttpRequest) -> Result<HttpResponse> {
///     if !login_fresh(&req).await? {
///         return Ok(needs_refresh(&req).await);
///     }
///     Ok(HttpResponse::Ok().finish())
/// }
/// ```
pub async fn needs_refresh(req: &HttpRequest) -> HttpResponse {
    match nearest_required(req) {
        Ok(manager) => refuse_needs_refresh(manager, req).await,
        Err(error) => error.error_response(),
    }
}

pub(crate) async fn refuse_unauthorized(
    manager: &dyn ErasedManager,
    req: &HttpRequest,
) -> HttpResponse {
    manager.emit_for_current_user(LoginEvent::UserUnauthorized, req);
    let settings = manager.settings();
    let own = (&settings.unauthorized_handler, settings.login_view.as_ref());
    let message = &settings.login_message;
    refuse(manager, req, |scope| &scope.unauthorized, own, message).await
}

pub(crate) async fn refuse_needs_refresh(
    manager: &dyn ErasedManager,
    req: &HttpRequest,
) -> HttpResponse {
    manager.emit_for_current_user(LoginEvent::UserNeedsRefresh, req);
    let settings = manager.settings();
    let own = (
        &settings.needs_refresh_handler,
        settings.refresh_view.as_ref(),
    );
    let message = &settings.needs_refresh_message;
    refuse(manager, req, |scope| &scope.needs_refresh, own, message).await
}

/// Answers a user who is logged in and still may not: the handler's answer, or an empty 403.
pub(crate) async fn forbidden(manager: &dyn ErasedManager, req: &HttpRequest) -> HttpResponse {
    let of_scope = scopes(req).find_map(|scope| scope.forbidden_handler.clone());
    match of_scope.or_else(|| manager.settings().forbidden_handler.clone()) {
        Some(handler) => handler(req).await,
        None => HttpResponse::Forbidden().finish(),
    }
}

/// What one scope answers to one kind of refusal.
#[derive(Clone, Default)]
pub(crate) enum ScopeAnswer {
    /// What the scope around it answers, or the manager.
    #[default]
    Inherited,
    Handler(RefusalHandler),
    View(View),
    /// An empty 401.
    NoView,
}

/// The innermost scope that has an answer of its own gives it, else the manager does.
async fn refuse(
    manager: &dyn ErasedManager,
    req: &HttpRequest,
    of_scope: impl Fn(&Refusals) -> &ScopeAnswer,
    (handler, view): (&Option<RefusalHandler>, Option<&View>),
    message: &Message,
) -> HttpResponse {
    let answer = scopes(req)
        .map(|scope| of_scope(&scope).clone())
        .find(|answer| !matches!(answer, ScopeAnswer::Inherited));
    let answer = answer.unwrap_or_else(|| match (handler, view) {
        (Some(handler), _) => ScopeAnswer::Handler(handler.clone()),
        (None, Some(view)) => ScopeAnswer::View(view.clone()),
        (None, None) => ScopeAnswer::NoView,
    });
    match answer {
        ScopeAnswer::Handler(handler) => handler(req).await,
        ScopeAnswer::View(view) => {
            redirect(manager, req, &view, message).unwrap_or_else(|error| error.error_response())
        }
        ScopeAnswer::NoView | ScopeAnswer::Inherited => HttpResponse::Unauthorized().finish(),
    }
}

fn redirect(
    manager: &dyn ErasedManager,
    req: &HttpRequest,
    view: &View,
    message: &Message,
) -> Result<HttpResponse, LoginError> {
    let settings = manager.settings();
    let (url, next) = redirect_to_view(view, req, settings)?;
    if !message.text.is_empty() {
        match &settings.localize {
            Some(localize) => flash(req, &message.category, &localize(req, &message.text)),
            None => flash(req, &message.category, &message.text),
        }
    }
    if settings.use_session_for_next && is_readable(req) {
        let session = req.get_session();
        match next {
            Some(next) => session
                .insert(SESSION_KEY_NEXT, next)
                .map_err(|_| LoginError::SessionWrite.logged())?,
            // The login must not lead to a page that was refused before this one.
            None if session.contains_key(SESSION_KEY_NEXT) => {
                session.remove(SESSION_KEY_NEXT);
            }
            None => {}
        }
    }
    Ok(found(&url))
}

/// A 302.
pub(crate) fn found(url: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, url))
        .finish()
}
