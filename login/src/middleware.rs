//! The manager as a middleware: hands itself to the request, and the cookie to the answer.

use std::{
    any::{TypeId, type_name},
    cell::RefCell,
    collections::VecDeque,
    future::{self, Future, Ready},
    marker::PhantomData,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, ready},
};

use actix_web::{
    Error, HttpMessage,
    dev::{Extensions, Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
};
use pin_project_lite::pin_project;

use crate::{
    caching::{depends_on_user, is_for_everyone, keep_from_shared_caches, set_remember_cookie},
    context::{LoginContext, Written},
    error::LoginError,
    known_clients::KnownClients,
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
        future::ready(Ok(LoginMiddleware {
            service,
            manager: self.clone(),
            free: Rc::default(),
            known_clients: Rc::default(),
        }))
    }
}

/// The service of a [`LoginManager`].
#[doc(hidden)]
pub struct LoginMiddleware<S, U: UserMixin> {
    service: S,
    manager: LoginManager<U>,
    free: Rc<FreeContainers>,
    known_clients: Rc<KnownClients>,
}

/// What handlers find the manager and their login by is in a container that a request has to itself
/// and leaves to a later one, so that a page that asks for no user allocates nothing.
#[derive(Default)]
struct FreeContainers {
    /// Those with nothing of any request in them.
    empty: RefCell<Vec<Rc<Extensions>>>,
    /// Those of requests that were answered last. Each may still be shared, by what is around the
    /// manager, by a clone of its request, or by a body that is being sent.
    left: RefCell<VecDeque<Rc<Extensions>>>,
}

impl FreeContainers {
    /// How many a worker keeps of either. With more requests at once, some are made anew.
    const MAX: usize = 1024;

    /// A container with nothing of any other request in it.
    fn take<U: UserMixin>(&self) -> Option<Rc<Extensions>> {
        self.empty_one::<U>();
        self.empty.borrow_mut().pop()
    }

    /// Takes one back whose request is being answered, and lets go of a user of one before it.
    fn leave<U: UserMixin>(&self, container: &Rc<Extensions>) {
        self.empty_one::<U>();
        let mut left = self.left.borrow_mut();
        if left.len() < Self::MAX {
            left.push_back(Rc::clone(container));
        }
    }

    /// Empties the one that was left first, unless it is still shared.
    fn empty_one<U: UserMixin>(&self) {
        let Some(mut first) = self.left.borrow_mut().pop_front() else {
            return;
        };
        // A user's own code runs where it is dropped: nothing is borrowed meanwhile.
        if !reset::<U>(&mut first) {
            self.left.borrow_mut().push_back(first);
            return;
        }
        let mut empty = self.empty.borrow_mut();
        if empty.len() < Self::MAX {
            empty.push(first);
        }
    }
}

/// Whether nobody has it any more, and nothing is left in it of its request.
fn reset<U: UserMixin>(container: &mut Rc<Extensions>) -> bool {
    let Some(unshared) = Rc::get_mut(container) else {
        return false;
    };
    if let Some(TypedManager(Ok(context))) = unshared.get_mut::<TypedManager<U>>() {
        context.reset();
    }
    true
}

impl<S, U: UserMixin> LoginMiddleware<S, U> {
    fn new_container(&self, req: &ServiceRequest) -> Rc<Extensions> {
        let mut nested = req
            .app_data::<NearestManager>()
            .map(|outer| outer.nested.clone())
            .unwrap_or_default();
        let around = self.around(req, &nested);
        nested.push((TypeId::of::<U>(), self.manager.0.settings.name.clone()));
        let manager = match around {
            Around::Other => Err(LoginError::ManagerClash {
                user: type_name::<U>(),
            }),
            _ => Ok(self.manager.clone()),
        };
        let mut container = Extensions::new();
        // Of the same manager the outer context is everybody's: no user is loaded twice.
        if around != Around::Same {
            let context = |manager| LoginContext::new(manager, Rc::clone(&self.known_clients));
            container.insert(TypedManager(manager.clone().map(context)));
        }
        container.insert(NearestManager {
            manager: manager.map(|manager| Rc::new(manager) as Rc<dyn ErasedManager>),
            nested,
        });
        Rc::new(container)
    }

    fn around(&self, req: &ServiceRequest, around: &[(TypeId, String)]) -> Around {
        let outer = req.app_data::<TypedManager<U>>();
        let outer = outer.and_then(|outer| outer.0.as_ref().ok());
        if outer.is_some_and(|outer| Arc::ptr_eq(&outer.manager.0, &self.manager.0)) {
            return Around::Same;
        }
        let name = &self.manager.0.settings.name;
        let is_like =
            |(user, other): &(TypeId, String)| *user == TypeId::of::<U>() || other == name;
        if around.iter().any(is_like) {
            Around::Other
        } else {
            Around::None
        }
    }
}

/// Which manager is around this one that could be taken for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    None,
    /// This one.
    Same,
    /// One of the same name, and so the same session key and keys, or the same user type: each
    /// would take the other's users for its own.
    Other,
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
        let container = self.free.take::<U>();
        let container = container.unwrap_or_else(|| self.new_container(&req));
        req.add_data_container(Rc::clone(&container));
        Answering {
            handling: self.service.call(req),
            container,
            free: Rc::clone(&self.free),
            user: PhantomData,
        }
    }
}

pin_project! {
    /// The future of an answer: a future that is pinned in place, and not in a box of its own.
    #[doc(hidden)]
    pub struct Answering<F, U: UserMixin> {
        #[pin]
        handling: F,
        container: Rc<Extensions>,
        free: Rc<FreeContainers>,
        user: PhantomData<fn() -> U>,
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
        let mut answered = ready!(this.handling.poll(cx));
        if let Ok(res) = &mut answered
            && let Some(TypedManager(Ok(context))) = this.container.get::<TypedManager<U>>()
        {
            answer(context, res);
        }
        this.free.leave::<U>(this.container);
        Poll::Ready(answered)
    }
}

/// The response phase.
fn answer<U: UserMixin, B>(context: &LoginContext<U>, res: &mut ServiceResponse<B>) {
    let settings = &context.manager.0.settings;
    let may_refresh =
        settings.remember.settings.refresh_each_request && !is_for_everyone(res.headers());
    if !context.asked.get() {
        if may_refresh && let Some(cookie) = refresh_unasked(res.request(), settings) {
            let headers = res.headers_mut();
            set_remember_cookie(headers, cookie);
            depends_on_user(headers, None);
        }
        return;
    }
    if context.has_written.get()
        && let Some(written) = res.request().extensions().get::<Written<U>>()
    {
        written.answered.set(true);
    }
    let cookie = context.remember_header(res.request(), may_refresh);
    let headers = res.headers_mut();
    if let Some(cookie) = cookie {
        set_remember_cookie(headers, cookie);
    }
    if context.has_written.get() {
        // actix-session sets a cookie, by which others would be logged in.
        keep_from_shared_caches(headers);
    }
    depends_on_user(headers, settings.auth_header_name.as_deref());
}
