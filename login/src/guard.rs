//! The guards: what the attributes and the scope middleware ask before a handler runs.

use std::{
    convert::Infallible,
    future::{Ready, poll_fn, ready},
    marker::PhantomData,
    task::{Context, Poll},
};

use actix_web::{
    FromRequest, Handler, HttpRequest, HttpResponse, Responder, ResponseError, dev::Payload,
    http::Method,
};

use crate::{
    context::LoginState,
    error::LoginError,
    loader::LocalBoxFuture,
    manager::{ErasedManager, LoginManager, nearest_required},
    maybe_future::MaybeFuture,
    redirect::NextUrl,
    refusal::{forbidden, found, refuse_needs_refresh, refuse_unauthorized},
    user::UserMixin,
    view::View,
};

/// Who may pass.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    Login,
    FreshLogin,
    /// Nobody who is logged in; those go on to this view, or to `/`.
    Anonymous(Option<&'static str>),
}

/// A rule, and whose login it is about.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Guard<T> {
    pub(crate) rule: Rule,
    pub(crate) target: T,
}

/// The users of the nearest manager.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Nearest;

/// The users of this type.
#[doc(hidden)]
#[derive(Debug)]
pub struct Of<U>(PhantomData<fn() -> U>);

/// The users of this type who also pass a check.
#[doc(hidden)]
#[derive(Debug)]
pub struct Checked<U, C, M, T> {
    check: C,
    target: T,
    types: PhantomData<fn() -> (U, M)>,
}

impl<U> Of<U> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<U> Clone for Of<U> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<U, C: Clone, M, T: Clone> Clone for Checked<U, C, M, T> {
    fn clone(&self) -> Self {
        Self {
            check: self.check.clone(),
            target: self.target.clone(),
            types: PhantomData,
        }
    }
}

/// A question about a logged-in user: `fn(&U) -> bool`, or an `async fn` of the same shape.
///
/// `M` is only there to tell the two apart, and found by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no check of a `{U}`",
    note = "a check takes `&{U}` and answers `bool`, async or not: `check = {U}::is_admin`"
)]
pub trait Check<U, M> {
    /// Whether this user may pass.
    fn check(&self, user: &U) -> impl Future<Output = bool>;
}

/// Marks a check that answers at once.
#[doc(hidden)]
#[derive(Debug)]
pub struct AtOnce;

/// Marks an async check.
#[doc(hidden)]
#[derive(Debug)]
pub struct Later;

impl<U, F: Fn(&U) -> bool> Check<U, AtOnce> for F {
    async fn check(&self, user: &U) -> bool {
        self(user)
    }
}

impl<U, F: AsyncFn(&U) -> bool> Check<U, Later> for F {
    async fn check(&self, user: &U) -> bool {
        self(user).await
    }
}

/// Adds a check to whatever is guarded so far.
#[doc(hidden)]
pub trait AddCheck<U, C, M> {
    type Checked;

    fn add_check(self, check: C) -> Self::Checked;
}

impl<U: UserMixin, C: Check<U, M>, M> AddCheck<U, C, M> for Nearest {
    type Checked = Checked<U, C, M, Of<U>>;

    fn add_check(self, check: C) -> Self::Checked {
        Of::new().add_check(check)
    }
}

impl<U: UserMixin, C: Check<U, M>, M> AddCheck<U, C, M> for Of<U> {
    type Checked = Checked<U, C, M, Self>;

    fn add_check(self, check: C) -> Self::Checked {
        Checked {
            check,
            target: self,
            types: PhantomData,
        }
    }
}

impl<U, C0, M0, T, C: Check<U, M>, M> AddCheck<U, C, M> for Checked<U, C0, M0, T> {
    type Checked = Checked<U, C, M, Self>;

    fn add_check(self, check: C) -> Self::Checked {
        Checked {
            check,
            target: self,
            types: PhantomData,
        }
    }
}

impl<T> Guard<T> {
    pub fn check<U, C, M>(self, check: C) -> Guard<T::Checked>
    where
        T: AddCheck<U, C, M>,
        C: Check<U, M>,
    {
        Guard {
            rule: self.rule,
            target: self.target.add_check(check),
        }
    }
}

/// Whose login a guard is about.
#[doc(hidden)]
pub trait Target: 'static {
    #[doc(hidden)]
    fn admit<'a>(
        &'a self,
        rule: RuleRef<'a>,
        req: &'a HttpRequest,
        cx: &mut Context<'_>,
    ) -> Admission<'a>;
}

/// Nothing, for who may pass at once; or the wait for whether they may, and for the answer to give
/// instead of the handler's. It is as small as that because each guarded handler's future holds one.
type Admission<'a> = Option<LocalBoxFuture<'a, Result<(), HttpResponse>>>;

/// A rule, for a public trait that must not show it.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct RuleRef<'a>(pub(crate) &'a Rule);

impl Target for Nearest {
    fn admit<'a>(
        &'a self,
        rule: RuleRef<'a>,
        req: &'a HttpRequest,
        cx: &mut Context<'_>,
    ) -> Admission<'a> {
        match nearest_required(req) {
            Ok(manager) => admit(manager, rule, req, cx),
            Err(error) => broken(error),
        }
    }
}

impl<U: UserMixin> Target for Of<U> {
    fn admit<'a>(
        &'a self,
        rule: RuleRef<'a>,
        req: &'a HttpRequest,
        cx: &mut Context<'_>,
    ) -> Admission<'a> {
        match LoginManager::<U>::of(req) {
            Ok(manager) => admit(manager, rule, req, cx),
            Err(error) => broken(error),
        }
    }
}

impl<U, C, M, T> Target for Checked<U, C, M, T>
where
    U: UserMixin,
    C: Check<U, M> + 'static,
    M: 'static,
    T: Target,
{
    fn admit<'a>(
        &'a self,
        rule: RuleRef<'a>,
        req: &'a HttpRequest,
        cx: &mut Context<'_>,
    ) -> Admission<'a> {
        let admission = self.target.admit(rule, req, cx);
        Some(Box::pin(async move {
            if let Some(waiting) = admission {
                waiting.await?;
            }
            let manager = LoginManager::<U>::of(req).map_err(refusal_of)?;
            let context = manager.context(req).map_err(refusal_of)?;
            let login = context.load(req).await.map_err(refusal_of)?;
            match &login.user {
                Some(user) if self.check.check(user).await => Ok(()),
                _ => Err(forbidden(manager, req).await),
            }
        }))
    }
}

fn admit<'a>(
    manager: &'a dyn ErasedManager,
    rule: RuleRef<'a>,
    req: &'a HttpRequest,
    cx: &mut Context<'_>,
) -> Admission<'a> {
    match manager.begin_load(req, cx) {
        MaybeFuture::Ready(Err(error)) => broken(error),
        MaybeFuture::Ready(Ok(state)) if passes(rule, state) => None,
        MaybeFuture::Ready(Ok(state)) => Some(Box::pin(async move {
            Err(refuse(manager, rule, state, req).await)
        })),
        MaybeFuture::Pending(loading) => Some(Box::pin(async move {
            let state = loading.await.map_err(refusal_of)?;
            if passes(rule, state) {
                return Ok(());
            }
            // In a box, since most pass: the wait for a loader stays small.
            Err(Box::pin(refuse(manager, rule, state, req)).await)
        })),
    }
}

fn broken<'a>(error: LoginError) -> Admission<'a> {
    Some(Box::pin(async move { Err(refusal_of(error)) }))
}

fn passes(RuleRef(rule): RuleRef<'_>, state: LoginState) -> bool {
    match rule {
        Rule::Login => state.authenticated,
        Rule::FreshLogin => state.authenticated && state.fresh,
        Rule::Anonymous(_) => !state.authenticated,
    }
}

async fn refuse(
    manager: &dyn ErasedManager,
    RuleRef(rule): RuleRef<'_>,
    state: LoginState,
    req: &HttpRequest,
) -> HttpResponse {
    // A preflight carries no cookies. It passes, and no protected code runs for it.
    if req.method() == Method::OPTIONS {
        return HttpResponse::NoContent().finish();
    }
    match rule {
        Rule::Anonymous(view) => elsewhere(*view, req),
        _ if state.authenticated => refuse_needs_refresh(manager, req).await,
        _ => refuse_unauthorized(manager, req).await,
    }
}

/// Sends someone who is logged in to the safe `next`, or to the view.
fn elsewhere(view: Option<&'static str>, req: &HttpRequest) -> HttpResponse {
    if let Some(next) = NextUrl::of(req).get() {
        return found(next);
    }
    let view = view.unwrap_or("/");
    let unknown = || LoginError::UnknownView {
        view: view.to_owned(),
    };
    let location = View::parse("anonymous_required", view.to_owned())
        .map_err(|_| unknown().logged())
        .and_then(|view| view.location(req));
    match location {
        Ok(location) => found(&location),
        Err(error) => error.error_response(),
    }
}

fn refusal_of(error: LoginError) -> HttpResponse {
    error.error_response()
}

impl<T: Target> Guard<T> {
    /// `Err` is the answer to give instead of the handler's. It is an answer and no error, since
    /// actix-session stores nothing when an error travels through it.
    pub(crate) async fn admit(&self, req: &HttpRequest) -> Result<(), HttpResponse> {
        let rule = RuleRef(&self.rule);
        match poll_fn(|cx| Poll::Ready(self.target.admit(rule, req, cx))).await {
            Some(waiting) => waiting.await,
            None => Ok(()),
        }
    }
}

/// A request as it came, from which nothing has been extracted yet.
#[doc(hidden)]
pub struct Unopened {
    req: HttpRequest,
    payload: Payload,
}

impl FromRequest for Unopened {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            req: req.clone(),
            payload: payload.take(),
        }))
    }
}

/// What the attributes expand to: the guard first, then the handler as actix-web would call it.
#[doc(hidden)]
pub async fn guarded<T, F, Args>(mut request: Unopened, guard: Guard<T>, handler: F) -> HttpResponse
where
    T: Target,
    F: Handler<Args>,
    Args: FromRequest,
    F::Output: Responder,
{
    if let Err(refusal) = guard.admit(&request.req).await {
        return refusal;
    }
    match Args::from_request(&request.req, &mut request.payload).await {
        Ok(args) => handler
            .call(args)
            .await
            .respond_to(&request.req)
            .map_into_boxed_body(),
        Err(error) => HttpResponse::from_error(error),
    }
}

/// A value of the type that a handler returns, where only the type is needed.
#[doc(hidden)]
pub fn unreached<T>() -> T {
    unreachable!()
}

#[doc(hidden)]
pub fn login_required() -> Guard<Nearest> {
    Guard {
        rule: Rule::Login,
        target: Nearest,
    }
}

#[doc(hidden)]
pub fn login_required_of<U: UserMixin>() -> Guard<Of<U>> {
    Guard {
        rule: Rule::Login,
        target: Of::new(),
    }
}

#[doc(hidden)]
pub fn fresh_login_required() -> Guard<Nearest> {
    Guard {
        rule: Rule::FreshLogin,
        target: Nearest,
    }
}

#[doc(hidden)]
pub fn fresh_login_required_of<U: UserMixin>() -> Guard<Of<U>> {
    Guard {
        rule: Rule::FreshLogin,
        target: Of::new(),
    }
}

#[doc(hidden)]
pub fn anonymous_required(view: Option<&'static str>) -> Guard<Nearest> {
    Guard {
        rule: Rule::Anonymous(view),
        target: Nearest,
    }
}

#[doc(hidden)]
pub fn anonymous_required_of<U: UserMixin>(view: Option<&'static str>) -> Guard<Of<U>> {
    Guard {
        rule: Rule::Anonymous(view),
        target: Of::new(),
    }
}
