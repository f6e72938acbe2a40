//! Refusals: the response to a request that needs a login, a fresh one, or another user.

use std::{iter, rc::Rc};

use actix_session::SessionExt;
use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{Method, header},
};

use super::running_handlers;
use crate::{
    error::LoginError,
    events::LoginEvent,
    http::{
        navigation::is_navigation,
        url::{below_base, leads_here},
    },
    manager::{
        LoginManager,
        settings::{Message, Refusal, RefusalHandler, Refusals, ViewSetting},
        view::View,
    },
    pages::{
        flash::flash_refusal,
        login_url::{is_view, keeps_next, redirect_to_view},
        next::NextUrl,
    },
    request::nearest::{AnyManager, nearest_required},
    session::{
        access::is_readable,
        next::{remove_next, store_next},
    },
    user::UserMixin,
};

/// Makes the response to a request that needs a login: Flask-Login's `LoginManager.unauthorized`.
///
/// Emits [`UserUnauthorized`](LoginEvent::UserUnauthorized). If there is an
/// [`unauthorized_handler`](crate::LoginManagerBuilder::unauthorized_handler), it makes the response.
/// Otherwise the login message is flashed, and the response is a 302 to the login view with the
/// `next`; without a login view it is an empty 401. A [scope](crate::LoginScope) may have its own.
///
/// In a handler of refused requests it makes the response that there would be without that handler:
/// that of the enclosing scope, or else of the manager's login view. It emits no second event.
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
///     match user.user().filter(|_| user.is_authenticated()) {
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

/// Makes the response to a request that needs a fresh login: Flask-Login's
/// `LoginManager.needs_refresh`.
///
/// Emits [`UserNeedsRefresh`](LoginEvent::UserNeedsRefresh). If there is a
/// [`needs_refresh_handler`](crate::LoginManagerBuilder::needs_refresh_handler), it makes the response.
/// Otherwise the message is flashed, and the response is a 302 to the refresh view with the `next`;
/// without a refresh view it is an empty 401. In a handler of refused requests it makes the response
/// that there would be without that handler, as [`unauthorized`] does.
///
/// ```
/// use actix_login::{login_fresh, login_required, needs_refresh};
/// use actix_web::{HttpRequest, HttpResponse, Result, post};
///
/// #[post("/transfer")]
/// #[login_required]
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

/// Makes the response to a logged-in user who may not do what the request asks for.
///
/// If there is a [`forbidden_handler`](crate::LoginManagerBuilder::forbidden_handler), it makes the
/// response; otherwise it is an empty 403. A [scope](crate::LoginScope) may have its own. In a handler
/// of refused requests it makes the response that there would be without that handler, as
/// [`unauthorized`] does.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// use actix_login::{AuthenticatedUser, forbidden, login_required};
/// use actix_web::{HttpRequest, HttpResponse, delete, web::Path};
///
/// #[delete("/users/{id}")]
/// #[login_required]
/// async fn remove(req: HttpRequest, user: AuthenticatedUser<User>, id: Path<u64>) -> HttpResponse {
///     if user.id != *id {
///         return forbidden(&req).await;
///     }
///     HttpResponse::NoContent().finish()
/// }
/// ```
pub async fn forbidden(req: &HttpRequest) -> HttpResponse {
    match nearest_required(req) {
        Ok(manager) => refuse_forbidden(manager, req).await,
        Err(error) => error.error_response(),
    }
}

impl<U: UserMixin> LoginManager<U> {
    /// [`unauthorized`](crate::unauthorized) with the settings of this manager.
    pub async fn unauthorized(&self, req: &HttpRequest) -> HttpResponse {
        refuse_unauthorized(self, req).await
    }

    /// [`needs_refresh`](crate::needs_refresh) with the settings of this manager.
    pub async fn needs_refresh(&self, req: &HttpRequest) -> HttpResponse {
        refuse_needs_refresh(self, req).await
    }

    /// [`forbidden`](crate::forbidden) with the settings of this manager.
    pub async fn forbidden(&self, req: &HttpRequest) -> HttpResponse {
        refuse_forbidden(self, req).await
    }
}

pub(super) async fn refuse_unauthorized(
    manager: &dyn AnyManager,
    req: &HttpRequest,
) -> HttpResponse {
    emit_once(manager, req, LoginEvent::UserUnauthorized);
    let message = &manager.settings().flashes.login_message;
    refuse(manager, req, |refusals| &refusals.unauthorized, message).await
}

pub(super) async fn refuse_needs_refresh(
    manager: &dyn AnyManager,
    req: &HttpRequest,
) -> HttpResponse {
    emit_once(manager, req, LoginEvent::UserNeedsRefresh);
    let message = &manager.settings().flashes.needs_refresh_message;
    refuse(manager, req, |refusals| &refusals.needs_refresh, message).await
}

/// Emits the event of a refusal, unless a handler of a refusal asks: one refusal emits one event.
pub(super) fn emit_once(manager: &dyn AnyManager, req: &HttpRequest, event: LoginEvent) {
    if !running_handlers::is_within_emitted_refusal(req) {
        manager.emit_for_current_user(req, event);
    }
}

pub(super) async fn refuse_forbidden(manager: &dyn AnyManager, req: &HttpRequest) -> HttpResponse {
    let scopes = enclosing_scopes(req);
    let handler = scopes
        .iter()
        .map(|scope| &scope.refusals)
        .chain(iter::once(&manager.settings().refusals))
        .filter_map(|refusals| refusals.forbidden_handler.as_ref())
        .find(|handler| running_handlers::may_run(handler, req));
    match handler {
        Some(handler) => running_handlers::run(handler, false, req).await,
        None => HttpResponse::Forbidden().finish(),
    }
}

/// Redirects a logged-in user away from a page for anonymous ones, to the safe `next` or to the view.
pub(super) fn redirect_logged_in(view: Option<&'static str>, req: &HttpRequest) -> HttpResponse {
    away_from_anonymous_page(view.unwrap_or("/"), req)
        .map_or_else(|error| error.error_response(), |url| redirect_to(&url))
}

fn away_from_anonymous_page(view: &str, req: &HttpRequest) -> Result<String, LoginError> {
    let manager = nearest_required(req)?;
    let settings = &manager.settings().redirects;
    let circle = || {
        let page = req.path().to_owned();
        Err(LoginError::CircularRedirect { page }.logged())
    };
    // Stale logins are redirected to the refresh view, and from there to the page that refuses them.
    let scopes = enclosing_scopes(req);
    let is_refresh_view = scopes
        .iter()
        .map(|scope| &scope.refusals)
        .chain(iter::once(&manager.settings().refusals))
        .any(|refusals| match &refusals.needs_refresh.view {
            ViewSetting::View(view) => is_view(view, req, settings, true),
            ViewSetting::None | ViewSetting::Inherited => false,
        });
    if is_refresh_view {
        return circle();
    }
    let (origin, base) = (settings.server_origin.as_deref(), &settings.base_path);
    let next = NextUrl::of(req);
    if let Some(next) = next
        .get()
        .filter(|next| !leads_here(next, req, origin, base, true))
    {
        return Ok(next.to_owned());
    }
    let unknown = || LoginError::UnknownView {
        view: view.to_owned(),
    };
    let view =
        View::parse("anonymous_required", view.to_owned()).map_err(|_| unknown().logged())?;
    if is_view(&view, req, settings, true) {
        return circle();
    }
    Ok(below_base(base, view.location(req)?))
}

/// The refusals of a scope and of the scopes around it, as a handler finds them in its request.
pub(super) struct EnclosingScope {
    pub(super) refusals: Refusals,
    pub(super) around: Option<Rc<EnclosingScope>>,
}

/// All scopes around a handler, the innermost first.
pub(super) fn enclosing_scopes(req: &HttpRequest) -> Vec<Rc<EnclosingScope>> {
    let innermost = req.app_data::<Rc<EnclosingScope>>().cloned();
    iter::successors(innermost, |scope| scope.around.clone()).collect()
}

async fn refuse(
    manager: &dyn AnyManager,
    req: &HttpRequest,
    refusal_in: impl Fn(&Refusals) -> &Refusal,
    message: &Message,
) -> HttpResponse {
    let scopes = enclosing_scopes(req);
    match find_refusal(&scopes, manager, req, refusal_in) {
        FoundRefusal::Handler(handler) => running_handlers::run(handler, true, req).await,
        FoundRefusal::View(view) => redirect_or_401(manager, req, view, Some(message)),
    }
}

/// What makes the response to a refused request.
pub(super) enum FoundRefusal<'a> {
    Handler(&'a RefusalHandler),
    View(&'a ViewSetting),
}

/// The innermost scope with a setting of its own decides, or else the manager. A scope whose handler
/// asks is passed over, and so is the manager's handler: its view is left.
pub(super) fn find_refusal<'a>(
    scopes: &'a [Rc<EnclosingScope>],
    manager: &'a dyn AnyManager,
    req: &HttpRequest,
    refusal_in: impl Fn(&Refusals) -> &Refusal,
) -> FoundRefusal<'a> {
    let refusal = scopes
        .iter()
        .map(|scope| refusal_in(&scope.refusals))
        .find(|refusal| match &refusal.handler {
            Some(handler) => running_handlers::may_run(handler, req),
            None => !refusal.is_inherited(),
        })
        .unwrap_or_else(|| refusal_in(&manager.settings().refusals));
    match &refusal.handler {
        Some(handler) if running_handlers::may_run(handler, req) => FoundRefusal::Handler(handler),
        _ => FoundRefusal::View(&refusal.view),
    }
}

/// Redirects to the view of a refusal, or makes an empty 401 if there is none.
pub(super) fn redirect_or_401(
    manager: &dyn AnyManager,
    req: &HttpRequest,
    view: &ViewSetting,
    message: Option<&Message>,
) -> HttpResponse {
    match view {
        ViewSetting::View(view) => flash_and_redirect(manager, req, view, message)
            .unwrap_or_else(|error| error.error_response()),
        ViewSetting::None | ViewSetting::Inherited => HttpResponse::Unauthorized().finish(),
    }
}

fn flash_and_redirect(
    manager: &dyn AnyManager,
    req: &HttpRequest,
    view: &View,
    message: Option<&Message>,
) -> Result<HttpResponse, LoginError> {
    let settings = manager.settings();
    let redirect = redirect_to_view(view, req, &settings.redirects)?;
    let is_navigation = is_navigation(req.method(), req.headers());
    let kept_effects = running_handlers::kept_effects(req);
    // The user sees no response to a script's request, and would be told later, on another page.
    let message = message.filter(|message| is_navigation && !message.text.is_empty());
    if let Some(message) = message {
        let localized = settings.flashes.localize.as_ref();
        let localized = localized.map(|localize| localize(req, &message.text));
        let text = localized.as_deref().unwrap_or(&message.text);
        match &kept_effects {
            Some(kept) => {
                let (category, text) = (message.category.clone(), text.to_owned());
                kept.push(move |req| {
                    flash_refusal(req, &category, &text);
                    Ok(())
                });
            }
            None => flash_refusal(req, &message.category, text),
        }
    }
    if settings.redirects.use_session_for_next && is_navigation && is_readable(req) {
        let (next, now) = (redirect.session_next, settings.now());
        let keeps_next = keeps_next(req);
        let set_next = move |req: &HttpRequest| {
            let session = req.get_session();
            match next {
                Some(next) => {
                    store_next(&session, next, now).map_err(|_| LoginError::SessionWrite.logged())
                }
                None if keeps_next => Ok(()),
                // The login must not lead to a page that was refused earlier.
                None => {
                    remove_next(&session);
                    Ok(())
                }
            }
        };
        match &kept_effects {
            Some(kept) => kept.push(set_next),
            None => set_next(req)?,
        }
    }
    if settings.redirects.redirect_navigations_only && !is_navigation {
        return Ok(HttpResponse::Unauthorized()
            .insert_header((header::LOCATION, redirect.url))
            .finish());
    }
    Ok(redirect_to(&redirect.url))
}

/// The response to a preflight. It carries no cookies, and no protected code runs for it.
pub(super) fn preflight_response(req: &HttpRequest) -> Option<HttpResponse> {
    (req.method() == Method::OPTIONS).then(|| HttpResponse::NoContent().finish())
}

/// A 302.
fn redirect_to(url: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, url))
        .finish()
}
