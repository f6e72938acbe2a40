//! What the attributes expand to: the guard first, then the handler as actix-web calls it.

use std::{
    convert::Infallible,
    future::{Ready, ready},
};

use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Responder, dev::Payload};

use super::rule::{Guard, Target};
use crate::request::slow_body::SlowBody;

/// A request from which nothing has been extracted yet.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "no app names it")]
pub struct RawRequest {
    req: HttpRequest,
    payload: Payload,
}

impl FromRequest for RawRequest {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            req: req.clone(),
            payload: payload.take(),
        }))
    }
}

/// Runs the guard, then extracts the handler's arguments and calls the handler.
#[doc(hidden)]
pub async fn guarded<T, F, Args>(
    mut request: RawRequest,
    guard: Guard<T>,
    handler: F,
) -> HttpResponse
where
    T: Target,
    F: Handler<Args>,
    Args: FromRequest,
    F::Output: Responder,
{
    if let Err(refusal) = guard.admit(&request.req).await {
        return refusal;
    }
    let slow_body = SlowBody::of(&request.req);
    if let Some(body) = &slow_body {
        body.add_guard(guard);
    }
    let args = Args::from_request(&request.req, &mut request.payload).await;
    if let Some(body) = &slow_body {
        match body.checked() {
            None => {}
            Some(true) => {
                if let Err(refusal) = body.check_guards(&request.req).await {
                    return refusal;
                }
            }
            // The manager makes the response.
            Some(false) => return HttpResponse::Unauthorized().finish(),
        }
    }
    match args {
        Ok(args) => handler
            .call(args)
            .await
            .respond_to(&request.req)
            .map_into_boxed_body(),
        Err(error) => HttpResponse::from_error(error),
    }
}

/// A value of a handler's return type, for code that needs the type alone and never runs.
#[doc(hidden)]
pub fn unreached<T>() -> T {
    unreachable!()
}
