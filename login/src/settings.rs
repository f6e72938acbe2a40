//! All of a manager's settings that do not depend on the user type.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::{HttpRequest, HttpResponse, Responder};

use crate::{
    active::ActiveLogins,
    identifier::{IdentifierSource, SessionProtection},
    keys::Keyring,
    loader::LocalBoxFuture,
    remember_cookie::CookieJar,
    session::SessionKeys,
    view::View,
};

/// Answers a refused request, whatever the app's handler answers, erased.
pub(crate) type RefusalHandler =
    Arc<dyn for<'a> Fn(&'a HttpRequest) -> LocalBoxFuture<'a, HttpResponse> + Send + Sync>;

pub(crate) type Localize = Box<dyn Fn(&HttpRequest, &str) -> String + Send + Sync>;
pub(crate) type FlashHandler = Box<dyn Fn(&HttpRequest, &str, &str) + Send + Sync>;
pub(crate) type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// A handler's async function, erased.
pub(crate) fn refusal_handler<F, R>(handler: F) -> RefusalHandler
where
    F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
    R: Responder + 'static,
{
    let handler = Arc::new(handler);
    Arc::new(move |req| {
        let handler = Arc::clone(&handler);
        Box::pin(async move {
            let answer = handler(req).await;
            answer.respond_to(req).map_into_boxed_body()
        })
    })
}

/// What is said, and where the request is sent, when one of the guards refuses.
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) category: String,
}

pub(crate) struct Settings {
    pub(crate) name: String,
    pub(crate) keys: Keyring,
    pub(crate) session_keys: SessionKeys,

    pub(crate) login_view: Option<View>,
    pub(crate) refresh_view: Option<View>,
    pub(crate) login_message: Message,
    pub(crate) needs_refresh_message: Message,
    pub(crate) localize: Option<Localize>,
    pub(crate) flash_handler: Option<FlashHandler>,
    pub(crate) unauthorized_handler: Option<RefusalHandler>,
    pub(crate) needs_refresh_handler: Option<RefusalHandler>,
    pub(crate) forbidden_handler: Option<RefusalHandler>,

    pub(crate) use_session_for_next: bool,
    pub(crate) force_host: Option<String>,
    pub(crate) server_origin: Option<String>,
    pub(crate) allowed_redirect_hosts: Vec<String>,

    pub(crate) auth_header_name: Option<String>,
    pub(crate) remember: CookieJar,
    pub(crate) flask_cookies: Option<FlaskCookies>,
    pub(crate) protection: SessionProtection,
    pub(crate) identifier: IdentifierSource,
    pub(crate) permanent_session: bool,
    pub(crate) keep_session: bool,
    pub(crate) session_for_request_logins: bool,
    pub(crate) login_deadline: Option<Duration>,
    pub(crate) visit_deadline: Option<Duration>,
    pub(crate) active: Option<ActiveLogins>,
    pub(crate) clock: Option<Clock>,
}

/// Cookies of a Flask app that this one takes over from.
pub(crate) struct FlaskCookies {
    pub(crate) secret: Vec<u8>,
    /// The second from which on they are refused, in seconds since 1970.
    pub(crate) until: u64,
    /// Whether they are taken for users who have a `session_auth_hash`, which they know not of.
    pub(crate) despite_auth_hash: bool,
}

impl Settings {
    /// The time in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        let now = self
            .clock
            .as_ref()
            .map_or_else(SystemTime::now, |clock| clock());
        seconds_since_1970(now)
    }

    /// Whether session protection looks at the request at all.
    pub(crate) fn is_protected(&self) -> bool {
        self.protection != SessionProtection::Off
    }

    /// Whether a mismatch removes the login.
    pub(crate) fn is_strong(&self) -> bool {
        self.protection == SessionProtection::Strong && !self.permanent_session
    }
}

pub(crate) fn seconds_since_1970(time: SystemTime) -> u64 {
    // A clock before 1970 is broken; with 0 nothing ends, and nothing else does.
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |duration| duration.as_secs())
}
