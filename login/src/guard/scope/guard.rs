//! The guard of a scope: its rule, the users that it is about, their checks, and what is exempt.

use std::{
    any::{TypeId, type_name},
    cell::OnceCell,
    marker::PhantomData,
    sync::Arc,
};

use actix_web::{HttpRequest, HttpResponse};

use super::own_views::find_own_views;
use crate::{
    error::ConfigError,
    future::LocalBoxFuture,
    guard::{
        check::{Check, pass_check},
        rule::{Nearest, Of, Rule, Target, fail},
    },
    http::path_patterns::PathPatterns,
    manager::LoginManager,
    request::{
        nearest::{AnyManager, SharedManager, nearest},
        watched_login::CheckUser,
    },
    user::UserMixin,
};

/// The guard of a scope, as the app sets it.
#[derive(Clone, Default)]
pub(super) struct ScopeGuard {
    pub(super) rule: Option<Rule>,
    /// The users that the rule is about; `None` for those of the nearest manager.
    users: Option<Arc<dyn ErasedUsers>>,
    checks: Vec<Arc<dyn ErasedCheck>>,
    exempt: PathPatterns,
    /// The first malformed pattern.
    invalid: Option<ConfigError>,
}

impl ScopeGuard {
    pub(super) fn set_users<U: UserMixin>(&mut self) {
        self.users = Some(Arc::new(Of::<U>::new()));
    }

    pub(super) fn add_check<U, C, M>(&mut self, check: C)
    where
        U: UserMixin,
        C: Check<U, M> + Send + Sync + 'static,
        M: 'static,
    {
        self.rule.get_or_insert(Rule::Login);
        self.users.get_or_insert_with(|| Arc::new(Of::<U>::new()));
        self.checks.push(Arc::new(ScopeCheck {
            check,
            types: PhantomData::<fn() -> (U, M)>,
        }));
    }

    pub(super) fn add_exempt<P: Into<String>>(&mut self, patterns: impl IntoIterator<Item = P>) {
        if let Err(error) = self.exempt.add("except", patterns) {
            self.invalid.get_or_insert(error);
        }
    }

    /// Returns the first error in the settings.
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if let Some(error) = &self.invalid {
            return Err(error.clone());
        }
        if self.rule.is_none() && !self.exempt.is_empty() {
            let reason = "there is no guard to be exempt from: add `.login_required()`";
            return Err(ConfigError::setting("except", reason));
        }
        let Some(users) = self.users.as_ref().map(|users| users.user_type()) else {
            return Ok(());
        };
        let mut checked = self.checks.iter().map(|check| check.user_type());
        match checked.find(|checked| checked.id != users.id) {
            None => Ok(()),
            Some(checked) => {
                let reason = format!(
                    "it checks a `{}`, but the guard is about a `{}`: give each type a `LoginScope` of \
                     its own, one in the other",
                    checked.name, users.name
                );
                Err(ConfigError::setting("check", reason))
            }
        }
    }
}

/// A guard at its place in an app.
pub(super) struct PlacedGuard {
    guard: ScopeGuard,
    /// The paths of the guard's own views. They depend on the scopes and the manager around it, which
    /// the first request shows.
    own_views: OnceCell<Vec<String>>,
}

impl PlacedGuard {
    pub(super) fn new(guard: ScopeGuard) -> Self {
        Self {
            guard,
            own_views: OnceCell::new(),
        }
    }

    /// Admits the request, or returns the response to it.
    pub(super) async fn admit(&self, req: &HttpRequest) -> Result<(), HttpResponse> {
        let Some(rule) = &self.guard.rule else {
            return Ok(());
        };
        if self.is_exempt(rule, req) {
            return Ok(());
        }
        match &self.guard.users {
            Some(users) => users.admit(rule, req).await?,
            None => Nearest.admit_before_managers(rule, req).await?,
        }
        for check in &self.guard.checks {
            Arc::clone(check).pass(req).await?;
        }
        Ok(())
    }

    /// Whether the path that the router will match is exempt. It is percent-decoded, as in the router,
    /// so that all spellings of a path are exempt, or none.
    fn is_exempt(&self, rule: &Rule, req: &HttpRequest) -> bool {
        let path = req.match_info();
        self.guard.exempt.match_path(path.unprocessed())
            || match rule {
                Rule::Login | Rule::FreshLogin(_) => self
                    .own_views(req)
                    .is_some_and(|views| views.iter().any(|view| view == path.as_str())),
                // It must redirect logged-in users away from a login view.
                Rule::Anonymous(_) => false,
            }
    }

    /// `None` without a manager, which the guard reports.
    fn own_views(&self, req: &HttpRequest) -> Option<&Vec<String>> {
        let manager = match &self.guard.users {
            Some(users) => users.manager(req),
            None => nearest(req).ok(),
        }?;
        Some(self.own_views.get_or_init(|| find_own_views(manager, req)))
    }
}

/// A user type, to compare and to print.
struct UserType {
    id: TypeId,
    name: &'static str,
}

impl UserType {
    fn of<U: UserMixin>() -> Self {
        Self {
            id: TypeId::of::<U>(),
            name: type_name::<U>(),
        }
    }
}

/// [`Of`] with its type erased.
trait ErasedUsers: Send + Sync {
    fn user_type(&self) -> UserType;
    fn manager<'a>(&self, req: &'a HttpRequest) -> Option<&'a dyn AnyManager>;
    fn admit<'a>(
        &'a self,
        rule: &'a Rule,
        req: &'a HttpRequest,
    ) -> LocalBoxFuture<'a, Result<(), HttpResponse>>;
}

impl<U: UserMixin> ErasedUsers for Of<U> {
    fn user_type(&self) -> UserType {
        UserType::of::<U>()
    }

    fn manager<'a>(&self, req: &'a HttpRequest) -> Option<&'a dyn AnyManager> {
        let SharedManager(manager) = req.app_data::<SharedManager<U>>()?;
        let manager = manager.as_ref().ok()?;
        Some(manager)
    }

    fn admit<'a>(
        &'a self,
        rule: &'a Rule,
        req: &'a HttpRequest,
    ) -> LocalBoxFuture<'a, Result<(), HttpResponse>> {
        Box::pin(Target::admit(self, rule, req))
    }
}

/// A [`Check`] with its type erased.
trait ErasedCheck: Send + Sync {
    fn user_type(&self) -> UserType;
    fn pass(self: Arc<Self>, req: &HttpRequest) -> LocalBoxFuture<'_, Result<(), HttpResponse>>;
}

struct ScopeCheck<U, C, M> {
    check: C,
    types: PhantomData<fn() -> (U, M)>,
}

impl<U, C, M> ErasedCheck for ScopeCheck<U, C, M>
where
    U: UserMixin,
    C: Check<U, M> + Send + Sync + 'static,
    M: 'static,
{
    fn user_type(&self) -> UserType {
        UserType::of::<U>()
    }

    fn pass(self: Arc<Self>, req: &HttpRequest) -> LocalBoxFuture<'_, Result<(), HttpResponse>> {
        Box::pin(async move {
            pass_check::<U, C, M>(&self.check, req).await?;
            let context = LoginManager::<U>::of(req).and_then(|manager| manager.context(req));
            if let Some(watched) = &context.map_err(fail)?.watched {
                watched.add_check(self);
            }
            Ok(())
        })
    }
}

impl<U, C, M> CheckUser<U> for ScopeCheck<U, C, M>
where
    U: UserMixin,
    C: Check<U, M>,
{
    fn admits<'a>(&'a self, user: &'a U) -> LocalBoxFuture<'a, bool> {
        Box::pin(self.check.check(user))
    }
}
