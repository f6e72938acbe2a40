//! A guard, views and handlers for a whole scope, as one middleware.

mod guard;
mod own_views;

use std::{
    fmt,
    future::{Ready, ready},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use actix_web::{
    Error, HttpRequest, Responder,
    body::{EitherBody, MessageBody},
    dev::{Extensions, Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
};

use self::guard::{PlacedGuard, ScopeGuard};
use super::{check::Check, refusal::EnclosingScope, rule::Rule};
use crate::{
    future::LocalBoxFuture,
    manager::settings::{Refusals, ViewSetting, refusal_handler},
    user::UserMixin,
};

/// The guard of a `web::scope`, and what its refused requests get: the attributes for a whole scope,
/// and Flask-Login's `blueprint_login_views`.
///
/// All of it is optional. Views and handlers also apply to the guards of the scope's handlers. A
/// setting that is missing is inherited from the enclosing scope, and finally from the manager.
///
/// Wrap it around the scope, and the manager and the session around the `App`. If the scope has its own
/// manager, wrap the `LoginScope` first: the last wrap is the outermost. In the other order its guard
/// would be about the users of the manager around both. This is also true for a manager of a nested
/// scope, and with other middlewares in between: each request that the guard admits then gets an empty
/// 500, and the log says why. Naming the users by [`user_type`](Self::user_type) or
/// [`check`](Self::check) allows it.
///
/// It guards what is routed through its scope, and not a folder. A service that serves files from `/`
/// beside the scope, such as `actix_files::Files::new("/", "public")`, also gets other spellings of a
/// path: `//private/a.txt` and `/x/../private/a.txt` are not in the scope `/private`, but lead to the
/// same file. So keep [private files](crate::guide::how_a_request_travels#private-files) out of each folder
/// that is served to strangers.
///
/// Like a manager it can be built outside of the app's factory, and cloned into several scopes.
///
/// It can't be wrapped into a middleware that keeps a clone of the `HttpRequest` while it calls its
/// service: actix-web panics. A function of `from_fn` keeps one if it has an `HttpRequest` argument, or
/// an extractor that holds the request. It takes the `ServiceRequest` and the `Next` alone, and reads the
/// request by `ServiceRequest::request`.
///
/// ```
/// use actix_login::LoginScope;
/// use actix_web::{HttpRequest, HttpResponse, web};
///
/// // Pages that all need a login, with their own login page:
/// let account = web::scope("/account").wrap(
///     LoginScope::new().login_required().login_view("/account-login"),
/// );
///
/// // An API that returns JSON instead of redirects:
/// let api = web::scope("/api").wrap(
///     LoginScope::new()
///         .login_required()
///         .unauthorized_handler(async |_: &HttpRequest| {
///             HttpResponse::Unauthorized().json("log in first")
///         }),
/// );
/// # let _: (actix_web::Scope<_>, actix_web::Scope<_>) = (account, api);
/// ```
#[must_use = "wrap a scope in it"]
#[derive(Clone, Default)]
pub struct LoginScope {
    guard: ScopeGuard,
    refusals: Refusals,
}

impl fmt::Debug for LoginScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginScope").finish_non_exhaustive()
    }
}

impl LoginScope {
    /// A scope without a guard that inherits all settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the user type, if an app has several. Without it, the guard is about the users of the
    /// nearest manager.
    pub fn user_type<U: UserMixin>(mut self) -> Self {
        self.guard.set_users::<U>();
        self
    }

    /// `#[login_required]` for the whole scope.
    pub fn login_required(mut self) -> Self {
        self.guard.rule = Some(Rule::Login);
        self
    }

    /// `#[fresh_login_required]` for the whole scope.
    pub fn fresh_login_required(mut self) -> Self {
        self.guard.rule = Some(Rule::FreshLogin(None));
        self
    }

    /// `#[fresh_login_required(within = "…")]` for the whole scope: the user must have authenticated in
    /// this session within this time, in whole seconds. With a
    /// [`fresh_deadline`](crate::LoginManagerBuilder::fresh_deadline) the shorter time counts.
    ///
    /// Less than a second admits no request.
    ///
    /// ```
    /// use std::time::Duration;
    /// use actix_login::LoginScope;
    /// use actix_web::web;
    ///
    /// let fifteen_minutes = Duration::from_secs(15 * 60);
    /// let payments = web::scope("/payments")
    ///     .wrap(LoginScope::new().fresh_login_required_within(fifteen_minutes));
    /// # let _: actix_web::Scope<_> = payments;
    /// ```
    pub fn fresh_login_required_within(mut self, within: Duration) -> Self {
        self.guard.rule = Some(Rule::FreshLogin(Some(within)));
        self
    }

    /// `#[anonymous_required]` for the whole scope: a logged-in user is redirected to the
    /// [`NextUrl`](crate::NextUrl) of the request, or to `view`.
    pub fn anonymous_required(mut self, view: &'static str) -> Self {
        self.guard.rule = Some(Rule::Anonymous(Some(view)));
        self
    }

    /// Refuses logged-in users who do not pass the check, with a 403: `check = …` of the attributes.
    ///
    /// It implies [`login_required`](Self::login_required). The guard is about the users of the
    /// check's type. With several checks a user must pass all of them. If they, or
    /// [`user_type`](Self::user_type), name different types, the server does not start, and logs why.
    pub fn check<U, C, M>(mut self, check: C) -> Self
    where
        U: UserMixin,
        C: Check<U, M> + Send + Sync + 'static,
        M: 'static,
    {
        self.guard.add_check(check);
        self
    }

    /// Lets all requests for these paths pass the guard: patterns in actix-web's syntax,
    /// such as `/static/{tail}*`. It is for a guard around a whole `App`, as in Django's
    /// `LoginRequiredMiddleware`.
    ///
    /// The guard of this scope lets its own login view and refresh view pass without being told, unless
    /// the view is a [function](Self::login_view_with), has a query, or is an absolute URL that is not on
    /// [`server_origin`](crate::LoginManagerBuilder::server_origin).
    ///
    /// A pattern is matched against the path that the router matches, which is percent-decoded; in a
    /// `web::scope`, that is the path after the scope's own. It exempts the path, with any handler behind
    /// it: with `/{page}`, `/admin` is exempt, too. Guards of inner scopes and of handlers still apply.
    /// A middleware that changes the path, such as `NormalizePath`, belongs outside of the `LoginScope`.
    ///
    /// Default: none. Further calls add to them. If a pattern is malformed, the server does not start,
    /// and logs why.
    ///
    /// ```
    /// use actix_login::LoginScope;
    /// use actix_web::{App, web};
    ///
    /// let app = App::new()
    ///     .route("/about", web::get().to(async || "about us"))
    ///     .route("/account", web::get().to(async || "for users alone"))
    ///     // Then the manager and the session: the last wrap is the outermost.
    ///     .wrap(LoginScope::new().login_required().except(["/static/{tail}*", "/about"]));
    /// # let _ = app;
    /// ```
    pub fn except<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.guard.add_exempt(patterns);
        self
    }

    /// The scope's [login view](crate::LoginManagerBuilder::login_view).
    ///
    /// If it is malformed, the server does not start, and logs why.
    pub fn login_view(mut self, view: impl Into<String>) -> Self {
        self.refusals.set_login_view(view.into());
        self
    }

    /// The scope's login view [by the request](crate::LoginManagerBuilder::login_view_with).
    pub fn login_view_with(
        mut self,
        view: impl Fn(&HttpRequest) -> String + Send + Sync + 'static,
    ) -> Self {
        self.refusals.set_login_view_with(Arc::new(view));
        self
    }

    /// Returns an empty 401 instead of a redirect to a login view. An
    /// [`unauthorized_handler`](Self::unauthorized_handler) takes precedence.
    pub fn no_login_view(mut self) -> Self {
        self.refusals.unauthorized.view = ViewSetting::None;
        self
    }

    /// The scope's [refresh view](crate::LoginManagerBuilder::refresh_view).
    ///
    /// If it is malformed, the server does not start, and logs why.
    pub fn refresh_view(mut self, view: impl Into<String>) -> Self {
        self.refusals.set_refresh_view(view.into());
        self
    }

    /// The scope's refresh view [by the request](crate::LoginManagerBuilder::refresh_view_with).
    pub fn refresh_view_with(
        mut self,
        view: impl Fn(&HttpRequest) -> String + Send + Sync + 'static,
    ) -> Self {
        self.refusals.set_refresh_view_with(Arc::new(view));
        self
    }

    /// Returns an empty 401 instead of a redirect to a refresh view. A
    /// [`needs_refresh_handler`](Self::needs_refresh_handler) takes precedence.
    pub fn no_refresh_view(mut self) -> Self {
        self.refusals.needs_refresh.view = ViewSetting::None;
        self
    }

    /// The scope's [`unauthorized_handler`](crate::LoginManagerBuilder::unauthorized_handler).
    pub fn unauthorized_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.refusals.unauthorized.handler = Some(refusal_handler(handler));
        self
    }

    /// The scope's [`needs_refresh_handler`](crate::LoginManagerBuilder::needs_refresh_handler).
    pub fn needs_refresh_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.refusals.needs_refresh.handler = Some(refusal_handler(handler));
        self
    }

    /// The scope's [`forbidden_handler`](crate::LoginManagerBuilder::forbidden_handler).
    pub fn forbidden_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.refusals.forbidden_handler = Some(refusal_handler(handler));
        self
    }
}

impl<S, B> Transform<S, ServiceRequest> for LoginScope
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = LoginScopeMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        if let Err(error) = self.refusals.check().and_then(|()| self.guard.validate()) {
            tracing::error!(target: "actix_login", "LoginScope: {error}");
            return ready(Err(()));
        }
        ready(Ok(LoginScopeMiddleware {
            service: Rc::new(service),
            guard: Rc::new(PlacedGuard::new(self.guard.clone())),
            shared_data: data(self.refusals.clone(), None),
            refusals: self.refusals.clone(),
        }))
    }
}

/// The service of a [`LoginScope`].
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "no app names it")]
pub struct LoginScopeMiddleware<S> {
    service: Rc<S>,
    guard: Rc<PlacedGuard>,
    refusals: Refusals,
    /// The data of a scope without an enclosing one, the same for all requests.
    shared_data: Rc<Extensions>,
}

/// The data by which handlers find the scope.
fn data(refusals: Refusals, around: Option<Rc<EnclosingScope>>) -> Rc<Extensions> {
    let mut data = Extensions::new();
    data.insert(Rc::new(EnclosingScope { refusals, around }));
    Rc::new(data)
}

impl<S, B> Service<ServiceRequest> for LoginScopeMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, mut req: ServiceRequest) -> Self::Future {
        let around = req.app_data::<Rc<EnclosingScope>>().cloned();
        req.add_data_container(match around {
            None => Rc::clone(&self.shared_data),
            around => data(self.refusals.clone(), around),
        });
        let service = Rc::clone(&self.service);
        let guard = Rc::clone(&self.guard);
        Box::pin(async move {
            match guard.admit(req.request()).await {
                Ok(()) => Ok(service.call(req).await?.map_into_left_body()),
                Err(refusal) => Ok(req.into_response(refusal).map_into_right_body()),
            }
        })
    }
}
