//! Access to actix-session's session: whether a middleware stores it, and whether it is readable.

use std::{
    mem,
    sync::atomic::{AtomicBool, Ordering},
};

use actix_session::{Session, SessionExt, SessionStatus};
use actix_web::{HttpMessage, HttpRequest, http::header};

use crate::error::LoginError;

/// A mark in a session that no middleware made.
const MISSING_MARK: &str = "_login_no_session_middleware";

/// Returns the session of a request to read from, or an error if no middleware will store it.
///
/// `seen` remembers for the manager that there is a middleware, since the check takes time. A request
/// without cookies is checked regardless.
pub(crate) fn find_session(req: &HttpRequest, seen: &AtomicBool) -> Result<Session, LoginError> {
    if !seen.load(Ordering::Relaxed) || !req.headers().contains_key(header::COOKIE) {
        require_middleware(req)?;
        seen.store(true, Ordering::Relaxed);
    }
    Ok(req.get_session())
}

/// For callers that write to the session, before anything of the request reads it: a request whose
/// session was read has one, stored or not.
///
/// # Errors
///
/// [`LoginError::NoSession`] if no middleware will store the session of this request.
pub(crate) fn require_middleware(req: &HttpRequest) -> Result<(), LoginError> {
    match has_middleware(req) {
        true => Ok(()),
        false => Err(LoginError::NoSession.logged()),
    }
}

/// Whether a middleware put a session into the request.
///
/// actix-session makes an empty session if there is none, and does not tell the two apart. So this
/// takes the request's extensions out, marks the session that is made then, and puts the extensions
/// back: a session of a middleware replaces the marked one.
fn has_middleware(req: &HttpRequest) -> bool {
    let extensions = mem::take(&mut *req.extensions_mut());
    // A boolean always serializes.
    let _ = req.get_session().insert(MISSING_MARK, true);
    req.extensions_mut().extend(extensions);
    let session = req.get_session();
    if !session.contains_key(MISSING_MARK) {
        return true;
    }
    // The middleware has stored a mark of before it saw that request.
    let is_stored = !is_changed(&session);
    if is_stored {
        session.remove(MISSING_MARK);
    }
    is_stored
}

/// Whether actix-session can read the cookies of a request. One byte that is not UTF-8 hides all of
/// them, and a session written then would replace the existing one.
pub(crate) fn is_readable(req: &HttpRequest) -> bool {
    req.cookies().is_ok()
}

/// How many bytes a text takes in a stored session, which is JSON within JSON: characters that JSON
/// escapes are escaped twice.
pub(crate) fn stored_bytes(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '"' | '\\' => 4,
            '\u{8}' | '\t' | '\n' | '\u{c}' | '\r' => 3,
            '\0'..='\u{1f}' => 7,
            _ => c.len_utf8(),
        })
        .sum()
}

/// Whether the session has been changed, cleared or purged in this request.
pub(crate) fn is_changed(session: &Session) -> bool {
    session.status() != SessionStatus::Unchanged
}

/// Whether the app purged the session, so that nothing written to it is stored.
pub(crate) fn is_purged(session: &Session) -> bool {
    session.status() == SessionStatus::Purged
}

/// Suppresses a new session cookie, whatever the handler writes: actix-session stores nothing in a
/// purged session, and has nothing to delete if there was none. An existing session is left alone.
pub(crate) fn suppress_new_session(req: &HttpRequest) {
    let session = req.get_session();
    if session.entries().is_empty() {
        session.purge();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_session_without_middleware_is_an_error_each_time() {
        let req = TestRequest::default().to_http_request();
        let seen = AtomicBool::new(false);
        assert!(find_session(&req, &seen).is_err());
        assert!(find_session(&req, &seen).is_err());
        assert!(!seen.load(Ordering::Relaxed));
    }
}
