//! What the crate does with actix-session's session: find it, and end a login in it.

use std::{
    mem,
    sync::atomic::{AtomicBool, Ordering},
};

use actix_session::{Session, SessionExt, SessionStatus};
use actix_web::{HttpMessage, HttpRequest, http::header};

use crate::{
    config::{
        DEFAULT_MANAGER_NAME, SESSION_KEY_FLASHES, SESSION_KEY_LOGIN, SESSION_KEY_NEXT,
        SESSION_KEY_OWNER,
    },
    error::LoginError,
};

/// In a session that no middleware has made. It is never stored.
const MISSING_MARK: &str = "_login_no_session_middleware";

/// The session of a request, or an error where no middleware will ever store it.
///
/// `seen` is the manager's memory that there is a middleware, since asking is not free; a request
/// without cookies is asked nevertheless.
pub(crate) fn session(req: &HttpRequest, seen: &AtomicBool) -> Result<Session, LoginError> {
    if !seen.load(Ordering::Relaxed) || !req.headers().contains_key(header::COOKIE) {
        if !has_middleware(req) {
            return Err(LoginError::NoSession.logged());
        }
        seen.store(true, Ordering::Relaxed);
    }
    Ok(req.get_session())
}

/// actix-session makes an empty session for whoever asks, middleware or not, and does not tell
/// which it is. So the request's extensions are taken aside, a marked session is made among none,
/// and they are put back over it: where a middleware had put a session, the mark is gone.
fn has_middleware(req: &HttpRequest) -> bool {
    let aside = mem::take(&mut *req.extensions_mut());
    // Marking a session with a boolean can't fail.
    let _ = req.get_session().insert(MISSING_MARK, true);
    req.extensions_mut().extend(aside);
    !req.get_session().contains_key(MISSING_MARK)
}

/// Whether actix-session could read the request's cookies at all. One byte that is not UTF-8
/// makes it see no session; a session written then would replace the one that is there.
pub(crate) fn is_readable(req: &HttpRequest) -> bool {
    req.cookies().is_ok()
}

/// How many bytes a text takes in a stored session, where it is JSON within JSON: what that
/// escapes, it escapes twice.
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

/// Whether anything written to the session is stored.
pub(crate) fn is_purged(session: &Session) -> bool {
    session.status() == SessionStatus::Purged
}

/// Sees to it that an answer sets no new session cookie, whatever the handler writes: actix-session
/// stores nothing in a purged session, and has nothing to delete where there was none. A session
/// that the request already has is left alone.
pub(crate) fn keep_unset(req: &HttpRequest) {
    let session = req.get_session();
    if session.entries().is_empty() {
        session.purge();
    }
}

/// The session keys of one manager.
pub(crate) struct SessionKeys {
    pub(crate) login: String,
    pub(crate) owner: String,
}

impl SessionKeys {
    pub(crate) fn of_manager(name: &str) -> Self {
        let bound = |key: &str| {
            if name == DEFAULT_MANAGER_NAME {
                key.to_owned()
            } else {
                format!("{key}:{name}")
            }
        };
        Self {
            login: bound(SESSION_KEY_LOGIN),
            owner: bound(SESSION_KEY_OWNER),
        }
    }

    /// Whether another manager has written down whose the app's keys are.
    pub(crate) fn has_other_owner(&self, session: &Session) -> bool {
        let entries = session.entries();
        let mut keys = entries.keys();
        keys.any(|key| *key != self.owner && is_of(SESSION_KEY_OWNER, key))
    }

    /// Has the next login clear what is there: nobody knows whose it is.
    pub(crate) fn disown(&self, session: &Session) {
        if session.insert(self.owner.as_str(), "").is_err() {
            self.clear(session);
        }
    }

    /// Removes all but other managers' logins.
    pub(crate) fn clear(&self, session: &Session) {
        let keys: Vec<String> = session
            .entries()
            .keys()
            .filter(|key| **key == self.login || !is_of(SESSION_KEY_LOGIN, key))
            .cloned()
            .collect();
        for key in keys {
            session.remove(&key);
        }
    }

    /// Removes this manager's keys alone.
    pub(crate) fn remove_own(&self, session: &Session) {
        for key in [
            self.login.as_str(),
            self.owner.as_str(),
            SESSION_KEY_FLASHES,
            SESSION_KEY_NEXT,
        ] {
            if session.contains_key(key) {
                session.remove(key);
            }
        }
    }
}

/// Whether a key is this base, bound to any manager's name.
fn is_of(base: &str, key: &str) -> bool {
    key.strip_prefix(base)
        .is_some_and(|name| name.is_empty() || name.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn only_other_managers_logins_survive_a_clear() {
        let session = TestRequest::default().to_http_request().get_session();
        let keys = [
            "_login",
            "_login_owner",
            "_login:Admin",
            "_login_owner:Admin",
            "_login_things",
            "cart",
        ];
        let left_by = |name| {
            for key in keys {
                session.insert(key, 1).unwrap();
            }
            SessionKeys::of_manager(name).clear(&session);
            let mut left: Vec<String> = session.entries().keys().cloned().collect();
            left.sort();
            left
        };
        assert_eq!(left_by("User"), ["_login:Admin"]);
        assert_eq!(left_by("Admin"), ["_login"]);
    }

    #[test]
    fn a_session_that_no_middleware_made_is_found_out_each_time() {
        let req = TestRequest::default().to_http_request();
        let seen = AtomicBool::new(false);
        assert!(session(&req, &seen).is_err());
        assert!(session(&req, &seen).is_err());
        assert!(!seen.load(Ordering::Relaxed));
    }
}
