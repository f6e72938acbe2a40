//! The manager as a middleware: refuses what another origin sent, hands itself to the request, and
//! finishes the response.

use std::{
    any::{TypeId, type_name},
    cell::OnceCell,
    future::{self, Future, Ready},
    marker::PhantomData,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use actix_session::SessionExt;
use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BodySize, EitherBody, MessageBody},
    dev::{Extensions, Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    http::{StatusCode, header::WWW_AUTHENTICATE},
};
use pin_project_lite::pin_project;

use crate::{
    error::LoginError,
    events::LoginEvent,
    future::LocalBoxFuture,
    guard::refused_argument::{ReturnTo, refuse_argument},
    http::{
        cache_headers::{
            DependsOn, is_for_everyone, keep_from_shared_caches, mark_private, set_remember_cookie,
        },
        origin::{Sender, find_other_origin, needs_same_origin},
    },
    manager::LoginManager,
    request::{
        context::{LoginContext, StreamBegun},
        nearest::{AnyManager, NearestManager, SharedManager},
        remember::refresh_without_user,
        slow_body::SlowBody,
        watched_login::LateRefusal,
    },
    session::access::is_changed,
    user::UserMixin,
};

impl<S, B, U> Transform<S, ServiceRequest> for LoginManager<U>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
    U: UserMixin,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = LoginMiddleware<S, U>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        future::ready(Ok(LoginMiddleware {
            service,
            manager: self.clone(),
            shared_data: OnceCell::new(),
        }))
    }
}

/// The service of a [`LoginManager`].
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "no app names it")]
pub struct LoginMiddleware<S, U: UserMixin> {
    service: S,
    manager: LoginManager<U>,
    /// The data by which handlers find the manager, the same for all requests. It depends on the
    /// managers around this one, which the first request shows.
    shared_data: OnceCell<Rc<Extensions>>,
}

impl<S, U: UserMixin> LoginMiddleware<S, U> {
    fn new_shared_data(&self, req: &ServiceRequest) -> Rc<Extensions> {
        let mut nested = req
            .app_data::<NearestManager>()
            .map(|outer| outer.nested.clone())
            .unwrap_or_default();
        let outer = self.outer_manager(req, &nested);
        nested.push((TypeId::of::<U>(), self.manager.settings().name.clone()));
        let manager = match outer {
            Outer::Clash => Err(LoginError::ManagerClash {
                user: type_name::<U>(),
            }),
            _ => Ok(self.manager.clone()),
        };
        let mut data = Extensions::new();
        // The outer one of the same manager finishes the response.
        if outer != Outer::Same {
            data.insert(SharedManager(manager.clone()));
        }
        data.insert(NearestManager {
            manager: manager.map(|manager| Rc::new(manager) as Rc<dyn AnyManager>),
            nested,
        });
        Rc::new(data)
    }

    /// Fails if an untyped guard around this manager asked another one: it admitted the wrong users.
    fn check_guards_around(&self, req: &ServiceRequest) -> Result<(), LoginError> {
        let Some(NearestManager {
            manager: Ok(outer), ..
        }) = req.app_data()
        else {
            return Ok(());
        };
        let req = req.request();
        if !outer.has_untyped_guard(req) || self.manager.has_untyped_guard(req) {
            return Ok(());
        }
        Err(LoginError::GuardAroundManager {
            guarded: outer.user_type(),
            user: type_name::<U>(),
        }
        .logged())
    }

    /// Returns who sent the request, if it is one that no other origin may send. The outer one of the
    /// same manager has asked already.
    fn find_other_origin(&self, req: &ServiceRequest, shared_data: &Extensions) -> Option<Sender> {
        if !needs_same_origin(req.head()) || !shared_data.contains::<SharedManager<U>>() {
            return None;
        }
        let settings = &self.manager.settings().cross_site;
        let sender = find_other_origin(req.head(), settings.own.as_ref(), &settings.trusted)?;
        let path = req.match_info().unprocessed();
        (!settings.allowed.match_path(path)).then_some(sender)
    }

    fn refuse_other_origin(
        &self,
        mut req: ServiceRequest,
        sender: &Sender,
    ) -> LocalBoxFuture<'static, Result<ServiceResponse, Error>> {
        let asked = LoginError::CrossSiteHandlerAsked;
        let mut data = Extensions::new();
        data.insert(SharedManager::<U>(Err(asked.clone())));
        data.insert(NearestManager {
            manager: Err(asked),
            nested: Vec::new(),
        });
        req.add_data_container(Rc::new(data));
        let event = LoginEvent::CrossSiteRefused;
        tracing::warn!(
            target: "actix_login",
            event = event.name(),
            origin = %sender,
            "refused a request that a page of another origin sent: to accept it, add the origin to \
             `trusted_origins`, or the path to `allow_cross_site`. If the page is of this site: set \
             `server_origin` behind a proxy that changes `Host`; and a page with `Referrer-Policy: \
             no-referrer` sends the origin `null`, so use `same-origin` there"
        );
        self.manager.notify(req.request(), event, None);
        let handler = self.manager.settings().cross_site.handler.clone();
        Box::pin(async move {
            let res = match handler {
                Some(handler) => handler(req.request()).await,
                None => HttpResponse::Forbidden().finish(),
            };
            Ok(req.into_response(res))
        })
    }

    fn outer_manager(&self, req: &ServiceRequest, nested: &[(TypeId, String)]) -> Outer {
        if let Some(SharedManager(Ok(outer))) = req.app_data::<SharedManager<U>>()
            && outer.is(&self.manager)
        {
            return Outer::Same;
        }
        let name = &self.manager.settings().name;
        let clashes =
            |(user, other): &(TypeId, String)| *user == TypeId::of::<U>() || other == name;
        if nested.iter().any(clashes) {
            Outer::Clash
        } else {
            Outer::None
        }
    }
}

/// Whether a manager around this one would be taken for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outer {
    None,
    /// This same manager.
    Same,
    /// Another one of the same name, and so of the same session key and keys, or of the same user
    /// type: each would accept the other's users.
    Clash,
}

impl<S, B, U> Service<ServiceRequest> for LoginMiddleware<S, U>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
    U: UserMixin,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LoginResponseFuture<S::Future, U>;

    forward_ready!(service);

    fn call(&self, mut req: ServiceRequest) -> Self::Future {
        if let Err(error) = self.check_guards_around(&req) {
            return LoginResponseFuture::Failed { error: Some(error) };
        }
        let shared_data = self.shared_data.get_or_init(|| self.new_shared_data(&req));
        if let Some(sender) = self.find_other_origin(&req, shared_data) {
            return LoginResponseFuture::Refused {
                refusing: self.refuse_other_origin(req, &sender),
            };
        }
        req.add_data_container(Rc::clone(shared_data));
        SlowBody::watch(&mut req);
        LoginResponseFuture::Handling {
            handling: self.service.call(req),
            shared_data: Rc::clone(shared_data),
            user: PhantomData,
        }
    }
}

pin_project! {
    /// The future of a response. It is pinned in place, without a box of its own.
    #[doc(hidden)]
    #[project = LoginResponseFutureProjection]
    pub enum LoginResponseFuture<F, U: UserMixin> {
        Handling {
            #[pin]
            handling: F,
            shared_data: Rc<Extensions>,
            user: PhantomData<fn() -> U>,
        },
        Refused {
            refusing: LocalBoxFuture<'static, Result<ServiceResponse, Error>>,
        },
        Failed {
            error: Option<LoginError>,
        },
    }
}

impl<F, B, U> Future for LoginResponseFuture<F, U>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
    U: UserMixin,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (handling, shared_data) = match self.as_mut().project() {
            LoginResponseFutureProjection::Handling {
                handling,
                shared_data,
                ..
            } => (handling, shared_data),
            LoginResponseFutureProjection::Refused { refusing } => {
                let res = ready!(refusing.as_mut().poll(cx));
                return Poll::Ready(res.map(ServiceResponse::map_into_right_body));
            }
            LoginResponseFutureProjection::Failed { error } => {
                return match error.take() {
                    Some(error) => Poll::Ready(Err(error.into())),
                    None => Poll::Pending,
                };
            }
        };
        let mut result = ready!(handling.poll(cx));
        if let Ok(res) = &mut result
            && let Some(SharedManager(Ok(manager))) = shared_data.get::<SharedManager<U>>()
        {
            let context = manager.existing_context(res.request());
            let watched = context.as_ref().and_then(|it| it.watched.as_ref());
            if let Some(refusal) = watched.and_then(|watched| watched.take_refusal()) {
                let (manager, req) = (manager.clone(), res.request().clone());
                self.set(LoginResponseFuture::Refused {
                    refusing: Box::pin(refuse_late(manager, req, refusal)),
                });
                return self.poll(cx);
            }
            if let Some(error) = context.as_ref().and_then(|it| dropped_error(it, res)) {
                return Poll::Ready(Err(error.into()));
            }
            finish_response(manager, context.as_deref(), res);
        }
        Poll::Ready(result.map(ServiceResponse::map_into_left_body))
    }
}

/// The error of a load that failed for a handler's argument, if the response does not show it: an
/// `Option` drops the error of its extractor, and the handler takes the user for a stranger.
fn dropped_error<U: UserMixin, B>(
    context: &LoginContext<U>,
    res: &ServiceResponse<B>,
) -> Option<LoginError> {
    let error = context.failed_argument()?;
    if res.status().is_server_error() {
        return None;
    }
    tracing::error!(
        target: "actix_login",
        "{error}, and the handler's argument, such as an `Option<AuthenticatedUser<_>>`, has dropped \
         the error, so the response was replaced by a 500: to treat the error, call `current_user`"
    );
    Some(error)
}

/// Refuses a request whose login no longer holds, now that its body has arrived. The session stays as
/// it is: another request may have logged in meanwhile.
async fn refuse_late<U: UserMixin>(
    manager: LoginManager<U>,
    req: HttpRequest,
    refusal: LateRefusal,
) -> Result<ServiceResponse, Error> {
    let response = match refusal {
        LateRefusal::Ended => {
            let manager = Rc::new(manager.clone());
            refuse_argument(manager, ReturnTo::Page, false, &req)
                .await
                .error_response()
        }
        LateRefusal::Forbidden => manager.forbidden(&req).await,
        LateRefusal::Failed(error) => return Err(error.into()),
    };
    let mut res = ServiceResponse::new(req, response);
    let context = manager.existing_context(res.request());
    finish_response(&manager, context.as_deref(), &mut res);
    Ok(res)
}

/// Sets the challenge, the remember cookie and the cache headers of a response.
fn finish_response<U: UserMixin, B: MessageBody>(
    manager: &LoginManager<U>,
    context: Option<&LoginContext<U>>,
    res: &mut ServiceResponse<B>,
) {
    let settings = manager.settings();
    if res.status() == StatusCode::UNAUTHORIZED
        && let Some(challenge) = &settings.www_authenticate
        && !res.headers().contains_key(WWW_AUTHENTICATE)
    {
        let headers = res.headers_mut();
        headers.insert(WWW_AUTHENTICATE, challenge.clone());
    }
    let may_refresh = settings.remember.cookie.settings.refresh_each_request
        && !is_for_everyone(res.headers())
        && settings.session.is_visit(res.request());
    let Some(context) = context else {
        if res.response().body().size() == BodySize::Stream {
            let mark = StreamBegun::<U>(PhantomData);
            res.request().extensions_mut().insert(mark);
        }
        if may_refresh {
            let cookies = refresh_without_user(res.request(), settings);
            if !cookies.is_empty() {
                let headers = res.headers_mut();
                set_remember_cookie(headers, cookies);
                let depends_on = DependsOn {
                    cookies: true,
                    header: None,
                };
                mark_private(headers, depends_on, &settings.cache_control);
            }
        }
        return;
    };
    context.note_response();
    let cookies = context.remember_headers(res.request(), may_refresh);
    let headers = res.headers_mut();
    if !cookies.is_empty() {
        set_remember_cookie(headers, cookies);
    }
    let loaders = &manager.0.loaders;
    let depends_on = DependsOn {
        cookies: loaders.by_id.is_some()
            || loaders.by_request.is_some()
            || context.read_session.get(),
        header: settings.auth_header_name.as_deref(),
    };
    let has_cache_control = mark_private(headers, depends_on, &settings.cache_control);
    // actix-session sends the whole session with each change. That cookie logs in any client that gets it
    // from a cache.
    if has_cache_control && is_changed(&res.request().get_session()) {
        keep_from_shared_caches(res.headers_mut());
    }
}
