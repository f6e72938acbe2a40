//! The manager as a middleware: hands itself to the request, and the cookie to the answer.

use std::{
    any::TypeId,
    cell::OnceCell,
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    Error,
    dev::{Extensions, Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, SET_COOKIE, VARY},
};
use pin_project_lite::pin_project;

use crate::{
    error::LoginError,
    manager::{ErasedManager, LoginManager, NearestManager, TypedManager},
    remember::refresh_unasked,
    user::UserMixin,
};

impl<S, B, U> Transform<S, ServiceRequest> for LoginManager<U>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    U: UserMixin,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = LoginMiddleware<S, U>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(LoginMiddleware {
            service,
            manager: self.clone(),
            container: OnceCell::new(),
        }))
    }
}

/// The service of a [`LoginManager`].
#[doc(hidden)]
pub struct LoginMiddleware<S, U: UserMixin> {
    service: S,
    manager: LoginManager<U>,
    /// What handlers find the manager by: one container, made at the first request and shared by
    /// all, so that a page that asks for no user allocates nothing.
    container: OnceCell<Rc<Extensions>>,
}

impl<S, U: UserMixin> LoginMiddleware<S, U> {
    fn container(&self, req: &ServiceRequest) -> Rc<Extensions> {
        let container = self.container.get_or_init(|| {
            let mut nested = req
                .app_data::<NearestManager>()
                .map(|outer| outer.nested.clone())
                .unwrap_or_default();
            let clashes = self.clashes(req, &nested);
            nested.push((TypeId::of::<U>(), self.manager.0.settings.name.clone()));
            let manager = if clashes {
                Err(LoginError::ManagerClash {
                    user: std::any::type_name::<U>(),
                })
            } else {
                Ok(self.manager.clone())
            };
            let mut container = Extensions::new();
            container.insert(TypedManager(manager.clone()));
            container.insert(NearestManager {
                manager: manager.map(|manager| Rc::new(manager) as Rc<dyn ErasedManager>),
                nested,
            });
            Rc::new(container)
        });
        Rc::clone(container)
    }

    /// Whether a manager around this one has the same name, and so the same session key and keys,
    /// or the same user type, and is another nevertheless: one would take the other's users for
    /// its own.
    fn clashes(&self, req: &ServiceRequest, around: &[(TypeId, String)]) -> bool {
        let is_same = req
            .app_data::<TypedManager<U>>()
            .and_then(|outer| outer.0.as_ref().ok())
            .is_some_and(|outer| std::sync::Arc::ptr_eq(&outer.0, &self.manager.0));
        let name = &self.manager.0.settings.name;
        !is_same
            && around
                .iter()
                .any(|(user, other)| *user == TypeId::of::<U>() || other == name)
    }
}

impl<S, B, U> Service<ServiceRequest> for LoginMiddleware<S, U>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    U: UserMixin,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = Answering<S::Future, U>;

    forward_ready!(service);

    fn call(&self, mut req: ServiceRequest) -> Self::Future {
        req.add_data_container(self.container(&req));
        Answering {
            handling: self.service.call(req),
            manager: self.manager.clone(),
        }
    }
}

pin_project! {
    /// The future of an answer: a future that is pinned in place, and not in a box of its own.
    #[doc(hidden)]
    pub struct Answering<F, U: UserMixin> {
        #[pin]
        handling: F,
        manager: LoginManager<U>,
    }
}

impl<F, B, U> Future for Answering<F, U>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    U: UserMixin,
{
    type Output = Result<ServiceResponse<B>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.handling.poll(cx) {
            Poll::Ready(Ok(res)) => Poll::Ready(Ok(answer(this.manager, res))),
            other => other,
        }
    }
}

/// The response phase.
fn answer<U: UserMixin, B>(
    manager: &LoginManager<U>,
    mut res: ServiceResponse<B>,
) -> ServiceResponse<B> {
    let settings = &manager.0.settings;
    let Some(context) = manager.context_so_far(res.request()) else {
        if settings.remember.settings.refresh_each_request
            && let Some(cookie) = refresh_unasked(res.request(), settings)
        {
            res.headers_mut().append(SET_COOKIE, cookie);
        }
        return res;
    };
    context.answered.set(true);
    let cookie = context.remember_header(res.request());
    let headers = res.headers_mut();
    if let Some(cookie) = cookie {
        headers.append(SET_COOKIE, cookie);
    }
    depends_on_user(headers, settings.auth_header_name.as_deref());
    res
}

/// Tells caches that the answer is for this user alone (RFC 9110, section 12.5.5, and RFC 9111,
/// section 5.2.2.7).
fn depends_on_user(headers: &mut HeaderMap, auth_header_name: Option<&str>) {
    vary(headers, "Cookie");
    if let Some(name) = auth_header_name {
        vary(headers, name);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    }
}

fn vary(headers: &mut HeaderMap, name: &str) {
    let is_named = headers.get_all(VARY).any(|value| {
        value.to_str().is_ok_and(|names| {
            names.split(',').any(|varied| {
                let varied = varied.trim();
                varied == "*" || varied.eq_ignore_ascii_case(name)
            })
        })
    });
    if is_named {
        return;
    }
    if name == "Cookie" {
        headers.append(VARY, HeaderValue::from_static("Cookie"));
    } else if let (Ok(_), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(name)) {
        headers.append(VARY, value);
    }
}
