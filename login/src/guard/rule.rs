//! A guard: a rule, and the users that it is about.

use std::{future::ready, marker::PhantomData, time::Duration};

use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::refusal::{
    preflight_response, redirect_logged_in, refuse_needs_refresh, refuse_unauthorized,
};
use crate::{
    error::LoginError,
    manager::{LoginManager, settings::Settings},
    request::{
        login::LoginState,
        nearest::{AnyManager, nearest_required},
        slow_body::{GuardAgain, GuardFuture},
    },
    user::UserMixin,
};

/// Which requests a guard admits.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub enum Rule {
    /// Those of users who are logged in.
    Login,
    /// Those of users whose login is fresh, and who authenticated within this time.
    FreshLogin(Option<Duration>),
    /// Anonymous ones. Others are redirected to this view, or to `/`.
    Anonymous(Option<&'static str>),
}

impl Rule {
    fn admits(&self, state: LoginState, settings: &Settings) -> bool {
        match self {
            Self::Login => state.authenticated,
            Self::FreshLogin(within) => {
                let is_within = |within| {
                    let authenticated_at = state.authenticated_at;
                    authenticated_at.is_some_and(|at| !at.plus(within).has_passed(settings.now()))
                };
                state.authenticated && state.fresh && within.is_none_or(is_within)
            }
            Self::Anonymous(_) => !state.authenticated,
        }
    }
}

/// A rule, and the users that it is about.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Guard<T> {
    pub(super) rule: Rule,
    pub(super) target: T,
}

impl<T: Target> Guard<T> {
    /// Admits the request, or returns the response to it. That is a response and no error, since
    /// actix-session stores nothing if an error passes through it.
    pub(crate) async fn admit(&self, req: &HttpRequest) -> Result<(), HttpResponse> {
        self.target.admit(&self.rule, req).await
    }
}

impl<T: Target> GuardAgain for Guard<T> {
    fn check_again<'a>(&'a self, req: &'a HttpRequest) -> GuardFuture<'a> {
        Box::pin(self.target.check_again(req))
    }
}

/// The users that a guard is about.
#[doc(hidden)]
pub trait Target: 'static {
    #[doc(hidden)]
    fn admit(
        &self,
        rule: &Rule,
        req: &HttpRequest,
    ) -> impl Future<Output = Result<(), HttpResponse>>;

    /// Asks the checks of the user. Without any it admits the request.
    #[doc(hidden)]
    fn check_again(&self, _: &HttpRequest) -> impl Future<Output = Result<(), HttpResponse>> {
        ready(Ok(()))
    }
}

/// The users of the nearest manager.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Nearest;

/// The users of this type.
#[doc(hidden)]
#[derive(Debug)]
pub struct Of<U>(PhantomData<fn() -> U>);

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

impl Target for Nearest {
    async fn admit(&self, rule: &Rule, req: &HttpRequest) -> Result<(), HttpResponse> {
        let manager = nearest_required(req).map_err(fail)?;
        admit(manager, rule, req).await
    }
}

impl Nearest {
    /// Admits the request of a scope, and notes which manager was asked: a manager of other users
    /// inside of the scope refuses to run.
    pub(super) async fn admit_before_managers(
        &self,
        rule: &Rule,
        req: &HttpRequest,
    ) -> Result<(), HttpResponse> {
        let manager = nearest_required(req).map_err(fail)?;
        admit(manager, rule, req).await?;
        manager.note_untyped_guard(req);
        Ok(())
    }
}

impl<U: UserMixin> Target for Of<U> {
    async fn admit(&self, rule: &Rule, req: &HttpRequest) -> Result<(), HttpResponse> {
        let manager = LoginManager::<U>::of(req).map_err(fail)?;
        admit(manager, rule, req).await
    }
}

async fn admit(
    manager: &dyn AnyManager,
    rule: &Rule,
    req: &HttpRequest,
) -> Result<(), HttpResponse> {
    let state = match manager.loaded(req) {
        Some(state) => state,
        None => manager.load(req).await,
    };
    let state = state.map_err(fail)?;
    if rule.admits(state, manager.settings()) {
        return Ok(());
    }
    // In a box, since it is rare: the future of most requests stays small.
    Err(Box::pin(refuse(manager, rule, state, req)).await)
}

async fn refuse(
    manager: &dyn AnyManager,
    rule: &Rule,
    state: LoginState,
    req: &HttpRequest,
) -> HttpResponse {
    if let Some(response) = preflight_response(req) {
        return response;
    }
    match rule {
        Rule::Anonymous(view) => redirect_logged_in(*view, req),
        _ if state.authenticated => refuse_needs_refresh(manager, req).await,
        _ => refuse_unauthorized(manager, req).await,
    }
}

/// The response to a request that failed.
pub(super) fn fail(error: LoginError) -> HttpResponse {
    error.error_response()
}

impl<T> Guard<T> {
    /// Requires that the user authenticated within the last so many seconds.
    pub fn within(mut self, seconds: u64) -> Self {
        self.rule = Rule::FreshLogin(Some(Duration::from_secs(seconds)));
        self
    }
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
        rule: Rule::FreshLogin(None),
        target: Nearest,
    }
}

#[doc(hidden)]
pub fn fresh_login_required_of<U: UserMixin>() -> Guard<Of<U>> {
    Guard {
        rule: Rule::FreshLogin(None),
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
