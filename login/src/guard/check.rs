//! Checks of a logged-in user: `check = …` of the attributes.

use std::marker::PhantomData;

use actix_web::{HttpRequest, HttpResponse};

use super::{
    refusal::refuse_forbidden,
    rule::{Guard, Nearest, Of, Rule, Target, fail},
};
use crate::{error::LoginError, manager::LoginManager, user::UserMixin};

/// A check of a logged-in user: `fn(&U) -> bool`, or an `async fn` of the same shape.
///
/// The compiler infers `M`, which tells the two apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a check of a `{U}`",
    note = "a check takes `&{U}` and returns `bool`, async or not: `check = {U}::is_admin`"
)]
pub trait Check<U, M> {
    /// Whether the guard admits this user.
    fn check(&self, user: &U) -> impl Future<Output = bool>;
}

/// Marks a synchronous check.
#[doc(hidden)]
#[derive(Debug)]
pub struct SyncCheck;

/// Marks an async check.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsyncCheck;

impl<U, F: Fn(&U) -> bool> Check<U, SyncCheck> for F {
    async fn check(&self, user: &U) -> bool {
        self(user)
    }
}

impl<U, F: AsyncFn(&U) -> bool> Check<U, AsyncCheck> for F {
    async fn check(&self, user: &U) -> bool {
        self(user).await
    }
}

/// The users of a type who also pass a check.
#[doc(hidden)]
#[derive(Debug)]
pub struct Checked<U, C, M, T> {
    check: C,
    target: T,
    types: PhantomData<fn() -> (U, M)>,
}

impl<U, C, M, T> Checked<U, C, M, T> {
    fn new(check: C, target: T) -> Self {
        Self {
            check,
            target,
            types: PhantomData,
        }
    }
}

/// Adds a check to the users of a guard.
#[doc(hidden)]
pub trait AddCheck<U, C, M> {
    type Checked;

    fn add_check(self, check: C) -> Self::Checked;
}

impl<U: UserMixin, C: Check<U, M>, M> AddCheck<U, C, M> for Nearest {
    type Checked = Checked<U, C, M, Of<U>>;

    fn add_check(self, check: C) -> Self::Checked {
        Checked::new(check, Of::new())
    }
}

impl<U: UserMixin, C: Check<U, M>, M> AddCheck<U, C, M> for Of<U> {
    type Checked = Checked<U, C, M, Self>;

    fn add_check(self, check: C) -> Self::Checked {
        Checked::new(check, self)
    }
}

impl<U, C0, M0, T, C: Check<U, M>, M> AddCheck<U, C, M> for Checked<U, C0, M0, T> {
    type Checked = Checked<U, C, M, Self>;

    fn add_check(self, check: C) -> Self::Checked {
        Checked::new(check, self)
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

impl<U, C, M, T> Target for Checked<U, C, M, T>
where
    U: UserMixin,
    C: Check<U, M> + 'static,
    M: 'static,
    T: Target,
{
    async fn admit(&self, rule: &Rule, req: &HttpRequest) -> Result<(), HttpResponse> {
        self.target.admit(rule, req).await?;
        pass_check::<U, C, M>(&self.check, req).await
    }

    async fn check_again(&self, req: &HttpRequest) -> Result<(), HttpResponse> {
        self.target.check_again(req).await?;
        pass_check::<U, C, M>(&self.check, req).await
    }
}

/// Admits the current user of this type, if the user passes the check.
pub(super) async fn pass_check<U: UserMixin, C: Check<U, M>, M>(
    check: &C,
    req: &HttpRequest,
) -> Result<(), HttpResponse> {
    let load = async || -> Result<_, LoginError> {
        let manager = LoginManager::<U>::of(req)?;
        Ok((manager, manager.context(req)?.load(req).await?))
    };
    let (manager, login) = load().await.map_err(fail)?;
    match login {
        Some(login) if check.check(&login.user).await => Ok(()),
        _ => Err(refuse_forbidden(manager, req).await),
    }
}
