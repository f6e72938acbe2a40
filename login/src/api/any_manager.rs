//! The functions of a manager for callers that do not know its user type.

use std::any::type_name;

use actix_web::HttpRequest;

use crate::{
    error::LoginError,
    events::LoginEvent,
    manager::{LoginManager, settings::Settings},
    request::{
        login::LoginState,
        nearest::{AnyManager, ManagerFuture},
        visit::Visit,
    },
    store::entry::{ActiveLogin, LoginId},
    user::UserMixin,
};

impl<U: UserMixin> AnyManager for LoginManager<U> {
    fn settings(&self) -> &Settings {
        LoginManager::settings(self)
    }

    fn user_type(&self) -> &'static str {
        type_name::<U>()
    }

    fn loaded(&self, req: &HttpRequest) -> Option<Result<LoginState, LoginError>> {
        self.existing_context(req)?.progress.loaded_state()
    }

    fn load<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, LoginState> {
        Box::pin(self.login_state(req))
    }

    fn note_asked(&self, req: &HttpRequest) {
        // An error in the app's set-up is logged.
        if let Ok(context) = self.context(req) {
            context.read_session.set(true);
        }
        self.note_session(req);
    }

    fn note_session(&self, req: &HttpRequest) {
        if self.settings().active.is_some()
            && let Ok(context) = self.context(req)
            && let Ok(visit) = Visit::open(&context, req)
            && context.initial_login.get().is_none()
        {
            context.initial_login.set(visit.login_in_session());
        }
    }

    fn note_untyped_guard(&self, req: &HttpRequest) {
        if let Some(context) = self.existing_context(req) {
            context.guarded_untyped.set(true);
        }
    }

    fn has_untyped_guard(&self, req: &HttpRequest) -> bool {
        self.existing_context(req)
            .is_some_and(|context| context.guarded_untyped.get())
    }

    fn emit_for_current_user(&self, req: &HttpRequest, event: LoginEvent) {
        let login = self
            .existing_context(req)
            .and_then(|context| context.progress.loaded())
            .and_then(Result::ok)
            .flatten();
        self.emit(req, event, login.as_ref().map(|login| &*login.user));
    }

    fn logout_user<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, ()> {
        Box::pin(self.logout_user(req))
    }

    fn confirm_login<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, ()> {
        Box::pin(self.confirm_login(req))
    }

    fn complete_login<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, ()> {
        Box::pin(self.complete_login(req))
    }

    fn pending_failed<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, ()> {
        Box::pin(self.pending_failed(req))
    }

    fn login_remembered<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, bool> {
        Box::pin(self.login_remembered(req))
    }

    fn active_logins<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, Vec<ActiveLogin>> {
        Box::pin(self.active_logins(req))
    }

    fn end_login<'a>(&'a self, req: &'a HttpRequest, id: LoginId) -> ManagerFuture<'a, ()> {
        Box::pin(self.end_login(req, id))
    }

    fn end_other_logins<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, ()> {
        Box::pin(self.end_other_logins(req))
    }
}
