//! Views: the pages where users log in or authenticate again.

use std::{borrow::Cow, sync::Arc};

use actix_web::{HttpRequest, error::UrlGenerationError};
use url::Url;

use crate::{
    error::{ConfigError, LoginError},
    http::url::{encode_for_header, is_path_on_this_site},
};

/// A function that finds a view for a request.
pub(crate) type ViewFn = Arc<dyn Fn(&HttpRequest) -> String + Send + Sync>;

/// A login or refresh view, as the app sets it.
#[derive(Clone)]
pub(crate) enum View {
    /// A path on this site, or an absolute URL.
    Location(String),
    /// The name of an actix-web resource.
    Resource(String),
    /// One of the above, by the request.
    ByRequest(ViewFn),
}

impl View {
    pub(crate) fn parse(setting: &'static str, value: String) -> Result<Self, ConfigError> {
        let is_url = || {
            Url::parse(&value)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && value.contains("://"))
        };
        let printable = value.bytes().all(|byte| byte.is_ascii_graphic());
        if printable && (is_path_on_this_site(&value) || is_url()) {
            return Ok(Self::Location(value));
        }
        let is_name =
            !value.is_empty() && printable && !value.contains(['/', '\\', '?', '#', ':', '%']);
        if is_name {
            return Ok(Self::Resource(value));
        }
        Err(ConfigError::View { setting, value })
    }

    /// The view for a request, which is no function any more.
    ///
    /// # Errors
    ///
    /// [`LoginError::UnknownView`] if the function returns what no view can be.
    pub(crate) fn resolved(&self, req: &HttpRequest) -> Result<Cow<'_, Self>, LoginError> {
        let Self::ByRequest(view) = self else {
            return Ok(Cow::Borrowed(self));
        };
        // It may hold a decoded segment of the request's path.
        let view = encode_for_header(&view(req));
        let unknown = LoginError::UnknownView { view: view.clone() };
        match Self::parse("view", view) {
            Ok(view) => Ok(Cow::Owned(view)),
            Err(_) => Err(unknown.logged()),
        }
    }

    /// The path or URL of this view, as the app knows it: a proxy may strip the start of the path. A
    /// named resource yields its path alone, since its host would come from headers that any client can
    /// send. An `external_resource` has its own host.
    pub(crate) fn location(&self, req: &HttpRequest) -> Result<String, LoginError> {
        let view = self.resolved(req)?;
        let name = match &*view {
            Self::Location(location) => return Ok(location.clone()),
            Self::Resource(name) => name,
            Self::ByRequest(_) => return Ok("/".to_owned()),
        };
        match req.url_for_static(name) {
            Ok(url) if is_external(&url, req) => Ok(url.into()),
            Ok(url) if url.path().starts_with('/') => Ok(url.path().to_owned()),
            // The name exists, but the client sent a malformed host or scheme. Such a client may get
            // any path.
            Ok(_) | Err(UrlGenerationError::ParseError(_)) => Ok("/".to_owned()),
            Err(_) => Err(LoginError::UnknownView { view: name.clone() }.logged()),
        }
    }
}

/// Whether the URL of a named resource is on another origin than the request. If the request's host
/// is forged, actix-web builds the URLs of the app's own resources on the same forged host.
fn is_external(url: &Url, req: &HttpRequest) -> bool {
    fn origin(url: &Url) -> (&str, Option<&str>, Option<u16>) {
        (url.scheme(), url.host_str(), url.port())
    }
    let connection = req.connection_info();
    let here = Url::parse(&format!("{}://{}", connection.scheme(), connection.host()));
    matches!(url.scheme(), "http" | "https") && !here.is_ok_and(|here| origin(&here) == origin(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_a_path_a_url_or_a_resource_name() {
        let parse = |value: &str| View::parse("login_view", value.to_owned());
        for location in [
            "/login",
            "/login?x=y",
            "https://a.example/login",
            "http://a.example",
        ] {
            assert!(matches!(parse(location), Ok(View::Location(it)) if it == location));
        }
        for name in ["login_page", "users.login", "login-page"] {
            assert!(matches!(parse(name), Ok(View::Resource(it)) if it == name));
        }
        for wrong in [
            "",
            "//a.example",
            "login page",
            "login/page",
            "ftp://a",
            "/a\nb",
            "a:b",
            "javascript:x",
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
