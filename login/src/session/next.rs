//! The page to return to after a login, as the session keeps it.

use actix_session::{Session, SessionInsertError};
use actix_web::{HttpMessage, HttpRequest};

use crate::{
    config::{NEXT_LIFETIME, SESSION_KEY_NEXT, SESSION_KEY_NEXT_AT},
    timestamp::Timestamp,
};

/// The `next` that this request has taken out of the session.
struct TakenNext(String);

/// Stores a `next` with the time, in place of an earlier one.
pub(crate) fn store_next(
    session: &Session,
    next: String,
    now: Timestamp,
) -> Result<(), SessionInsertError> {
    session.insert(SESSION_KEY_NEXT, next)?;
    session.insert(SESSION_KEY_NEXT_AT, now)
}

/// Removes the `next`, if there is one: removing a missing key would write to the session.
pub(crate) fn remove_next(session: &Session) {
    for key in [SESSION_KEY_NEXT, SESSION_KEY_NEXT_AT] {
        if session.contains_key(key) {
            session.remove(key);
        }
    }
}

/// Takes the `next` out of the session, unless it has expired. Later calls in the same request return
/// it again.
pub(crate) fn take_next(req: &HttpRequest, session: &Session, now: Timestamp) -> Option<String> {
    if session.contains_key(SESSION_KEY_NEXT) {
        let next = session.get::<String>(SESSION_KEY_NEXT).ok().flatten();
        let stored_at = session.get::<Timestamp>(SESSION_KEY_NEXT_AT).ok().flatten();
        remove_next(session);
        let is_current = stored_at.is_some_and(|at| now.since(at) < NEXT_LIFETIME);
        if let Some(next) = next.filter(|_| is_current) {
            req.extensions_mut().insert(TakenNext(next));
        }
    }
    let extensions = req.extensions();
    extensions.get::<TakenNext>().map(|taken| taken.0.clone())
}
