//! A scope's own guard, views and handlers, as one middleware.

use std::{
    any::{TypeId, type_name},
    future::{Ready, ready},
    iter,
    rc::Rc,
};

use actix_web::{
    Error, HttpRequest, HttpResponse, Responder,
    body::{EitherBody, MessageBody},
    dev::{Extensions, Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
};

use crate::{
    guard::{AddCheck, Check, Guard, Nearest, Of, Rule, Target},
    loader::LocalBoxFuture,
    refusal::ScopeAnswer,
    settings::{RefusalHandler, refusal_handler},
    user::UserMixin,
    view::View,
};

/// What a `web::scope` asks of its visitors, and what it tells those that it refuses: the
/// attributes for a whole scope, and Flask-Login's `blueprint_login_views`.
///
/// All of it is optional. Views and handlers hold for the guards of the scope's handlers too;
/// what is not set is inherited from the scope around it, and from the manager at last. It goes
/// inside of the manager and the session: wrapped around the scope, while they are wrapped around
/// the `App`. Where the scope has a manager of its own, wrap this first: the last wrap is the
/// outermost. The other way round the guard would be about another manager's users, so the server
/// does not start, with a line in the log.
///
/// Like a manager it may be built outside of the app's factory, and cloned into scopes of one policy.
///
/// It can't be wrapped into a middleware that keeps a clone of the `HttpRequest` while it calls its
/// service: actix-web panics.
///
/// ```
/// use actix_login::LoginScope;
/// use actix_web::{HttpRequest, HttpResponse, web};
///
/// // Pages that all need a login, with a login page of their own:
/// let account = web::scope("/account").wrap(
///     LoginScope::new().login_required().login_view("/account-login"),
/// );
///
/// // An API that answers JSON, not redirects:
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
#[derive(Clone)]
pub struct LoginScope<T = Nearest> {
    rule: Option<Rule>,
    target: T,
    refusals: Refusals,
    views: Vec<(ViewOf, String)>,
}

/// Which answer a view is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ViewOf {
    Unauthorized,
    NeedsRefresh,
}

/// What a scope answers to those that it refuses.
#[derive(Clone, Default)]
pub(crate) struct Refusals {
    pub(crate) unauthorized: ScopeAnswer,
    pub(crate) needs_refresh: ScopeAnswer,
    pub(crate) forbidden_handler: Option<RefusalHandler>,
}

/// A scope's refusals and those of the scope around it, as handlers find them.
struct InScope {
    refusals: Refusals,
    around: Option<Rc<InScope>>,
}

/// The refusals of all the scopes around a handler, the innermost first.
pub(crate) fn scopes(req: &HttpRequest) -> impl Iterator<Item = Refusals> {
    let innermost = req.app_data::<Rc<InScope>>().cloned();
    iter::successors(innermost, |scope| scope.around.clone()).map(|scope| scope.refusals.clone())
}

impl LoginScope {
    /// A scope that asks nothing and inherits all.
    pub fn new() -> Self {
        Self {
            rule: None,
            target: Nearest,
            refusals: Refusals::default(),
            views: Vec::new(),
        }
    }

    /// Names the user type, where an app has several. Without it, the guard is about the users of
    /// the nearest manager.
    pub fn user_type<U: UserMixin>(self) -> LoginScope<Of<U>> {
        self.with_target(|_| Of::new())
    }
}

impl Default for LoginScope {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> LoginScope<T> {
    /// `#[login_required]` for the whole scope.
    pub fn login_required(mut self) -> Self {
        self.rule = Some(Rule::Login);
        self
    }

    /// `#[fresh_login_required]` for the whole scope.
    pub fn fresh_login_required(mut self) -> Self {
        self.rule = Some(Rule::FreshLogin);
        self
    }

    /// `#[anonymous_required]` for the whole scope: who is logged in goes on to the
    /// [`NextUrl`](crate::NextUrl) of the request, or to `view`.
    pub fn anonymous_required(mut self, view: &'static str) -> Self {
        self.rule = Some(Rule::Anonymous(Some(view)));
        self
    }

    /// Refuses those who are logged in and do not pass, with 403: `check = …` of the attributes.
    /// It implies [`login_required`](Self::login_required).
    pub fn check<U, C, M>(self, check: C) -> LoginScope<T::Checked>
    where
        T: AddCheck<U, C, M>,
        C: Check<U, M>,
    {
        let mut scope = self.with_target(|target| target.add_check(check));
        scope.rule = Some(scope.rule.take().unwrap_or(Rule::Login));
        scope
    }

    /// The scope's [login view](crate::LoginManagerBuilder::login_view).
    ///
    /// A malformed one fails when the server starts, with a line in the log.
    pub fn login_view(mut self, view: impl Into<String>) -> Self {
        self.views.push((ViewOf::Unauthorized, view.into()));
        self
    }

    /// Answers an empty 401 instead of sending anyone to a login view.
    pub fn no_login_view(mut self) -> Self {
        self.views.retain(|(of, _)| *of != ViewOf::Unauthorized);
        self.refusals.unauthorized = ScopeAnswer::NoView;
        self
    }

    /// The scope's [refresh view](crate::LoginManagerBuilder::refresh_view).
    ///
    /// A malformed one fails when the server starts, with a line in the log.
    pub fn refresh_view(mut self, view: impl Into<String>) -> Self {
        self.views.push((ViewOf::NeedsRefresh, view.into()));
        self
    }

    /// Answers an empty 401 instead of sending anyone to a refresh view.
    pub fn no_refresh_view(mut self) -> Self {
        self.views.retain(|(of, _)| *of != ViewOf::NeedsRefresh);
        self.refusals.needs_refresh = ScopeAnswer::NoView;
        self
    }

    /// The scope's [`unauthorized_handler`](crate::LoginManagerBuilder::unauthorized_handler).
    pub fn unauthorized_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.refusals.unauthorized = ScopeAnswer::Handler(refusal_handler(handler));
        self
    }

    /// The scope's [`needs_refresh_handler`](crate::LoginManagerBuilder::needs_refresh_handler).
    pub fn needs_refresh_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.refusals.needs_refresh = ScopeAnswer::Handler(refusal_handler(handler));
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

    fn with_target<T2>(self, change: impl FnOnce(T) -> T2) -> LoginScope<T2> {
        LoginScope {
            rule: self.rule,
            target: change(self.target),
            refusals: self.refusals,
            views: self.views,
        }
    }

    /// The refusals with the views in them, checked.
    fn refusals(&self) -> Option<Refusals> {
        let mut refusals = self.refusals.clone();
        for (of, view) in &self.views {
            let (setting, answer) = match of {
                ViewOf::Unauthorized => ("login_view", &mut refusals.unauthorized),
                ViewOf::NeedsRefresh => ("refresh_view", &mut refusals.needs_refresh),
            };
            match View::parse(setting, view.clone()) {
                // As in the manager, a handler comes before a view.
                Ok(view) if !matches!(answer, ScopeAnswer::Handler(_)) => {
                    *answer = ScopeAnswer::View(view);
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(target: "actix_login", "LoginScope: {error}");
                    return None;
                }
            }
        }
        Some(refusals)
    }
}

impl<S, B, T> Transform<S, ServiceRequest> for LoginScope<T>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
    T: Target + Clone,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = LoginScopeMiddleware<S, T>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let Some(refusals) = self.refusals() else {
            return ready(Err(()));
        };
        if self.rule.is_some()
            && TypeId::of::<T>() == TypeId::of::<Nearest>()
            && type_name::<S>().contains(MIDDLEWARE)
        {
            tracing::error!(
                target: "actix_login",
                "LoginScope: it is wrapped around the scope's own manager, so its guard would ask \
                 the manager around both: wrap the LoginScope first, or name the users by \
                 `user_type`"
            );
            return ready(Err(()));
        }
        let guard = self.rule.clone().map(|rule| {
            Rc::new(Guard {
                rule,
                target: self.target.clone(),
            })
        });
        ready(Ok(LoginScopeMiddleware {
            service: Rc::new(service),
            guard,
            alone: container(refusals.clone(), None),
            refusals,
        }))
    }
}

/// What the type of a service is called that a manager is wrapped around. The compiler promises no
/// names: this finds a mistake, and no safety rests on it.
const MIDDLEWARE: &str = "actix_login::middleware::LoginMiddleware<";

/// The service of a [`LoginScope`].
#[doc(hidden)]
pub struct LoginScopeMiddleware<S, T> {
    service: Rc<S>,
    guard: Option<Rc<Guard<T>>>,
    refusals: Refusals,
    /// The data of a scope with no other around it, shared by all its requests.
    alone: Rc<Extensions>,
}

fn container(refusals: Refusals, around: Option<Rc<InScope>>) -> Rc<Extensions> {
    let mut container = Extensions::new();
    container.insert(Rc::new(InScope { refusals, around }));
    Rc::new(container)
}

impl<S, B, T> Service<ServiceRequest> for LoginScopeMiddleware<S, T>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
    T: Target,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, mut req: ServiceRequest) -> Self::Future {
        let around = req.app_data::<Rc<InScope>>().cloned();
        req.add_data_container(match around {
            None => Rc::clone(&self.alone),
            around => container(self.refusals.clone(), around),
        });
        let service = Rc::clone(&self.service);
        let guard = self.guard.clone();
        Box::pin(async move {
            let refusal: Option<HttpResponse> = match guard {
                Some(guard) => guard.admit(req.request()).await.err(),
                None => None,
            };
            match refusal {
                Some(refusal) => Ok(req.into_response(refusal).map_into_right_body()),
                None => Ok(service.call(req).await?.map_into_left_body()),
            }
        })
    }
}
