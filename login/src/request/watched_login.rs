//! What a request with a body keeps of its login, so that it can be checked again.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use crate::{
    error::LoginError, future::LocalBoxFuture, session::record::LoginRecord, store::entry::LoginId,
};

/// A login without its request: what a new request with the same cookies would bring.
pub(crate) struct LoginSnapshot {
    pub(crate) record: LoginRecord,
    pub(crate) login: Option<LoginId>,
}

/// What a user was found by.
pub(crate) enum FoundBy {
    Login(LoginSnapshot),
    /// The value of the header loader's header.
    Header(String),
}

/// A check of the user by the guard of a scope.
pub(crate) trait CheckUser<U> {
    fn admits<'a>(&'a self, user: &'a U) -> LocalBoxFuture<'a, bool>;
}

/// Why the rest of a body is not read.
pub(crate) enum LateRefusal {
    /// The login has ended.
    Ended,
    /// A guard no longer admits the user.
    Forbidden,
    /// It is not known whether the login holds.
    Failed(LoginError),
}

/// What a request with a body keeps of its login.
pub(crate) struct WatchedLogin<U> {
    found_by: RefCell<Option<Rc<FoundBy>>>,
    checks: RefCell<Vec<Arc<dyn CheckUser<U>>>>,
    refusal: Cell<Option<LateRefusal>>,
}

impl<U> Default for WatchedLogin<U> {
    fn default() -> Self {
        Self {
            found_by: RefCell::default(),
            checks: RefCell::default(),
            refusal: Cell::default(),
        }
    }
}

impl<U> WatchedLogin<U> {
    pub(crate) fn set_found_by(&self, found_by: FoundBy) {
        self.found_by.replace(Some(Rc::new(found_by)));
    }

    /// Forgets the login that another one has replaced in this request.
    pub(crate) fn forget(&self) {
        self.found_by.take();
    }

    pub(crate) fn found_by(&self) -> Option<Rc<FoundBy>> {
        self.found_by.borrow().clone()
    }

    /// Whether the user was found by this very login or header.
    pub(crate) fn is_found_by(&self, found_by: &Rc<FoundBy>) -> bool {
        let current = self.found_by.borrow();
        current
            .as_ref()
            .is_some_and(|current| Rc::ptr_eq(current, found_by))
    }

    pub(crate) fn add_check(&self, check: Arc<dyn CheckUser<U>>) {
        self.checks.borrow_mut().push(check);
    }

    pub(crate) fn checks(&self) -> Vec<Arc<dyn CheckUser<U>>> {
        self.checks.borrow().clone()
    }

    pub(crate) fn refuse(&self, refusal: LateRefusal) {
        self.refusal.set(Some(refusal));
    }

    pub(crate) fn take_refusal(&self) -> Option<LateRefusal> {
        self.refusal.take()
    }
}
