//! The URL to redirect to after a login.

use std::{
    convert::Infallible,
    future::{Ready, ready},
};

use actix_session::SessionExt;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::form_urlencoded;

use crate::{
    config::NEXT_FIELD,
    http::url::{encode_for_header, is_on_allowed_host, is_path_on_this_site},
    request::nearest::nearest,
    session::next::take_next,
};

/// Whether a redirect to `target` stays on this site: the `is_safe_url` that each Flask app has to
/// write by hand.
///
/// Safe is a path with or without a query (`/x?y`), as a browser reads it. Not safe: another scheme
/// or host (`//evil`, `/\evil`, `http:evil`), `javascript:`, control characters anywhere, white space
/// at the start, anything over 1,024 bytes, and a relative path. An absolute http(s) URL is safe only
/// if its host is one of the nearest manager's
/// [`allowed_redirect_hosts`](crate::LoginManagerBuilder::allowed_redirect_hosts); the request's own
/// `Host` is ignored.
///
/// ```
/// use actix_login::is_safe_redirect;
/// use actix_web::test::TestRequest;
///
/// let req = TestRequest::default().to_http_request();
/// assert!(is_safe_redirect(&req, "/profile?tab=2"));
/// assert!(!is_safe_redirect(&req, "//evil.example"));
/// assert!(!is_safe_redirect(&req, "https://evil.example/"));
/// ```
pub fn is_safe_redirect(req: &HttpRequest, target: &str) -> bool {
    is_path_on_this_site(target)
        || nearest(req).is_ok_and(|manager| {
            is_on_allowed_host(target, &manager.settings().redirects.allowed_hosts)
        })
}

/// The `next` of a request if it is safe: the URL to redirect to after a login.
///
/// As an argument of a handler it comes from the query. If there is none, and with
/// [`use_session_for_next`](crate::LoginManagerBuilder::use_session_for_next), it is taken out of the
/// session: later requests no longer find it there, and it expires after an hour. As a field of a form
/// it comes from that field; there only a path on this site counts, since a form has no request. A
/// `next` that is not [safe](is_safe_redirect) counts as missing.
///
/// It serializes as the URL or as nothing, for the state that an OAuth login keeps while the user is at
/// the provider. Read back, only a path on this site counts, as in a form: the state passes through the
/// browser.
///
/// ```
/// use actix_login::NextUrl;
/// use actix_web::{Responder, post, web::{Form, Redirect}};
///
/// #[derive(serde::Deserialize)]
/// struct Credentials {
///     email: String,
///     password: String,
///     #[serde(default)]
///     next: NextUrl,
/// }
///
/// #[post("/login")]
/// async fn login(form: Form<Credentials>, next: NextUrl) -> impl Responder {
///     // … check the password, log the user in, then redirect to the page that was refused:
///     let Credentials { next: field, .. } = form.into_inner();
///     Redirect::to(field.or(next).unwrap_or("/protected")).see_other()
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NextUrl(Option<String>);

impl NextUrl {
    /// Returns the URL, or `default` if there is no safe one.
    pub fn unwrap_or(self, default: impl Into<String>) -> String {
        self.0.unwrap_or_else(|| default.into())
    }

    /// Returns this one if it has a URL, and `other` otherwise.
    pub fn or(self, other: NextUrl) -> NextUrl {
        NextUrl(self.0.or(other.0))
    }

    /// Returns the URL if there is a safe one. A login page puts it into a hidden field of its form.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    fn if_safe(target: &str, is_safe: impl Fn(&str) -> bool) -> Self {
        Self(is_safe(target).then(|| encode_for_header(target)))
    }

    /// Reads the query alone.
    pub(crate) fn in_query(req: &HttpRequest) -> Self {
        let is_safe = |target: &str| is_safe_redirect(req, target);
        form_urlencoded::parse(req.query_string().as_bytes())
            .find_map(|(field, target)| (field == NEXT_FIELD).then_some(target))
            .map_or(Self(None), |target| Self::if_safe(&target, is_safe))
    }

    /// Reads the query, or else takes it from the session.
    pub(crate) fn of(req: &HttpRequest) -> Self {
        let is_safe = |target: &str| is_safe_redirect(req, target);
        let own = Self::in_query(req);
        let Ok(manager) = nearest(req) else {
            return own;
        };
        let settings = manager.settings();
        if !settings.redirects.use_session_for_next {
            return own;
        }
        manager.note_asked(req);
        // It is taken even if the request has its own, which belongs to a page visited later.
        let kept = take_next(req, &req.get_session(), settings.now());
        own.or(kept.map_or(Self(None), |target| Self::if_safe(&target, is_safe)))
    }
}

impl FromRequest for NextUrl {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(req)))
    }
}

impl Serialize for NextUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NextUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let target = Option::<String>::deserialize(deserializer)?;
        Ok(target.map_or(Self(None), |target| {
            Self::if_safe(&target, is_path_on_this_site)
        }))
    }
}
