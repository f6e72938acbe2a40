//! The refusal of a handler's argument: an error that becomes the response only if it is not dropped.

use std::{cell::Cell, fmt, rc::Rc};

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, error::InternalError,
    http::StatusCode,
};

use super::{
    refusal::{
        FoundRefusal, emit_once, enclosing_scopes, find_refusal, preflight_response,
        redirect_or_401,
    },
    running_handlers::{self, KeptEffects},
};
use crate::{
    events::LoginEvent, manager::settings::ViewSetting, pages::login_url::KeepsNext,
    request::nearest::AnyManager,
};

/// Refuses an argument that needs a login. An `Option` drops the error: then there is no event, no
/// flash and no `next`.
///
/// A handler of the app may wait, and the response to an error may not, so the handler runs now.
pub(crate) async fn refuse_argument(
    manager: Rc<dyn AnyManager>,
    return_to: ReturnTo,
    flashes: bool,
    req: &HttpRequest,
) -> Error {
    if let Some(response) = preflight_response(req) {
        return InternalError::from_response("not logged in", response).into();
    }
    let scopes = enclosing_scopes(req);
    let kept_effects = Rc::default();
    let made_by = match find_refusal(&scopes, &*manager, req, |it| &it.unauthorized) {
        FoundRefusal::Handler(handler) => {
            return_to.mark(req);
            let response = running_handlers::run_apart(handler, &kept_effects, req).await;
            return_to.unmark(req);
            MadeBy::Handler(response, kept_effects)
        }
        FoundRefusal::View(view) => MadeBy::View(view.clone()),
    };
    let req = req.clone();
    RefusedArgument(Cell::new(Some(Refused {
        manager,
        req,
        made_by,
        return_to,
        flashes,
    })))
    .into()
}

/// Where the login leads that a refused argument asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReturnTo {
    /// To the refused page.
    Page,
    /// To the `next` of the refused page, which is a step of a login itself.
    NextOfPage,
}

impl ReturnTo {
    fn mark(self, req: &HttpRequest) {
        if self == Self::NextOfPage {
            req.extensions_mut().insert(KeepsNext);
        }
    }

    fn unmark(self, req: &HttpRequest) {
        if self == Self::NextOfPage {
            req.extensions_mut().remove::<KeepsNext>();
        }
    }
}

/// The error of an argument that needs a login.
struct RefusedArgument(Cell<Option<Refused>>);

struct Refused {
    manager: Rc<dyn AnyManager>,
    req: HttpRequest,
    made_by: MadeBy,
    return_to: ReturnTo,
    /// Whether the login view shows the message that asks for a login.
    flashes: bool,
}

/// What makes the response.
enum MadeBy {
    /// A handler of the app, which has run.
    Handler(HttpResponse, Rc<KeptEffects>),
    View(ViewSetting),
}

impl fmt::Debug for RefusedArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefusedArgument")
    }
}

impl fmt::Display for RefusedArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not logged in")
    }
}

impl ResponseError for RefusedArgument {
    fn status_code(&self) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }

    /// Makes the response, and applies what belongs to it. The first call counts.
    fn error_response(&self) -> HttpResponse {
        let Some(refused) = self.0.take() else {
            return HttpResponse::new(self.status_code());
        };
        let Refused {
            manager,
            req,
            made_by,
            return_to,
            flashes,
        } = refused;
        emit_once(&*manager, &req, LoginEvent::UserUnauthorized);
        match made_by {
            MadeBy::Handler(response, kept_effects) => match kept_effects.apply(&req) {
                Ok(()) => response,
                Err(error) => error.error_response(),
            },
            MadeBy::View(view) => {
                let message = &manager.settings().flashes.login_message;
                let message = flashes.then_some(message);
                return_to.mark(&req);
                let response = redirect_or_401(&*manager, &req, &view, message);
                return_to.unmark(&req);
                response
            }
        }
    }
}
