//! The settings of a manager that do not depend on the user type, in groups.

use std::{sync::Arc, time::SystemTime};

use actix_web::{HttpRequest, HttpResponse, Responder, http::header::HeaderValue};

use super::view::{View, ViewFn};
use crate::{
    config::{LOGIN_MESSAGE, MESSAGE_CATEGORY, NEEDS_REFRESH_MESSAGE},
    crypto::keyring::Keyring,
    error::ConfigError,
    future::LocalBoxFuture,
    http::{origin::Origin, path_patterns::PathPatterns},
    remember::settings::RememberSettings,
    session::{keys::SessionKeys, settings::SessionSettings},
    store::settings::ActiveLogins,
    timestamp::Timestamp,
};

pub(crate) type Localize = Box<dyn Fn(&HttpRequest, &str) -> String + Send + Sync>;
pub(crate) type FlashHandler = Box<dyn Fn(&HttpRequest, &str, &str) + Send + Sync>;
pub(crate) type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// The settings of a manager.
pub(crate) struct Settings {
    pub(crate) name: String,
    pub(crate) keys: Keyring,
    pub(crate) session_keys: SessionKeys,
    pub(crate) session: SessionSettings,
    pub(crate) remember: RememberSettings,
    pub(crate) refusals: Refusals,
    pub(crate) flashes: FlashSettings,
    pub(crate) redirects: RedirectSettings,
    pub(crate) cross_site: CrossSiteSettings,
    pub(crate) active: Option<ActiveLogins>,
    /// The header of the header loader; `None` without one.
    pub(crate) auth_header_name: Option<String>,
    /// The `WWW-Authenticate` of each 401.
    pub(crate) www_authenticate: Option<HeaderValue>,
    /// The `Cache-Control` of responses that depend on the user.
    pub(crate) cache_control: HeaderValue,
    pub(crate) clock: Option<Clock>,
}

impl Settings {
    /// The current time.
    pub(crate) fn now(&self) -> Timestamp {
        let clock = self.clock.as_ref();
        clock.map_or_else(SystemTime::now, |clock| clock()).into()
    }
}

/// A handler of refused requests with its type erased.
pub(crate) type RefusalHandler =
    Arc<dyn for<'a> Fn(&'a HttpRequest) -> LocalBoxFuture<'a, HttpResponse> + Send + Sync>;

/// Erases the type of a handler's async function.
pub(crate) fn refusal_handler<F, R>(handler: F) -> RefusalHandler
where
    F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
    R: Responder + 'static,
{
    let handler = Arc::new(handler);
    Arc::new(move |req| {
        let handler = Arc::clone(&handler);
        Box::pin(async move { handler(req).await.respond_to(req).map_into_boxed_body() })
    })
}

/// What happens to refused requests, in a manager or in a scope.
#[derive(Clone, Default)]
pub(crate) struct Refusals {
    pub(crate) unauthorized: Refusal,
    pub(crate) needs_refresh: Refusal,
    pub(crate) forbidden_handler: Option<RefusalHandler>,
    /// The first malformed view.
    invalid: Option<ConfigError>,
}

/// What happens to one kind of refused request. A handler takes precedence over a view.
#[derive(Clone, Default)]
pub(crate) struct Refusal {
    pub(crate) handler: Option<RefusalHandler>,
    pub(crate) view: ViewSetting,
}

/// Where a refused request is redirected to.
#[derive(Clone, Default)]
pub(crate) enum ViewSetting {
    /// The setting of the enclosing scope, or of the manager. In the manager: an empty 401.
    #[default]
    Inherited,
    View(View),
    /// An empty 401.
    None,
}

impl Refusal {
    /// Whether neither a handler nor a view is set here.
    pub(crate) fn is_inherited(&self) -> bool {
        self.handler.is_none() && matches!(self.view, ViewSetting::Inherited)
    }
}

impl Refusals {
    pub(crate) fn set_login_view(&mut self, view: String) {
        self.unauthorized.view = self.parse("login_view", view);
    }

    pub(crate) fn set_refresh_view(&mut self, view: String) {
        self.needs_refresh.view = self.parse("refresh_view", view);
    }

    pub(crate) fn set_login_view_with(&mut self, view: ViewFn) {
        self.unauthorized.view = ViewSetting::View(View::ByRequest(view));
    }

    pub(crate) fn set_refresh_view_with(&mut self, view: ViewFn) {
        self.needs_refresh.view = ViewSetting::View(View::ByRequest(view));
    }

    fn parse(&mut self, setting: &'static str, view: String) -> ViewSetting {
        match View::parse(setting, view) {
            Ok(view) => ViewSetting::View(view),
            Err(error) => {
                self.invalid.get_or_insert(error);
                ViewSetting::None
            }
        }
    }

    /// Returns the error of the first malformed view.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.invalid.clone().map_or(Ok(()), Err)
    }
}

/// The messages that are flashed, and how.
pub(crate) struct FlashSettings {
    pub(crate) login_message: Message,
    pub(crate) needs_refresh_message: Message,
    pub(crate) localize: Option<Localize>,
    pub(crate) handler: Option<FlashHandler>,
}

/// A message that is flashed when a request is redirected to a view.
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) category: String,
}

impl Default for FlashSettings {
    fn default() -> Self {
        let message = |text: &str| Message {
            text: text.to_owned(),
            category: MESSAGE_CATEGORY.to_owned(),
        };
        Self {
            login_message: message(LOGIN_MESSAGE),
            needs_refresh_message: message(NEEDS_REFRESH_MESSAGE),
            localize: None,
            handler: None,
        }
    }
}

/// How redirects to a view and back are made.
#[derive(Default)]
pub(crate) struct RedirectSettings {
    pub(crate) use_session_for_next: bool,
    pub(crate) next_for_unsafe_methods: bool,
    pub(crate) redirect_navigations_only: bool,
    pub(crate) force_host: Option<String>,
    /// Scheme and host.
    pub(crate) server_origin: Option<String>,
    /// The path of the server's origin, which a proxy strips: empty, or without a slash at the end.
    pub(crate) base_path: String,
    pub(crate) allowed_hosts: Vec<String>,
}

/// Which requests of other origins are accepted, and what the others get.
#[derive(Default)]
pub(crate) struct CrossSiteSettings {
    /// The one of `server_origin`.
    pub(crate) own: Option<Origin>,
    pub(crate) trusted: Vec<Origin>,
    pub(crate) allowed: PathPatterns,
    pub(crate) handler: Option<RefusalHandler>,
    /// The first malformed origin or pattern.
    invalid: Option<ConfigError>,
}

impl CrossSiteSettings {
    pub(crate) fn trust(&mut self, origin: &str) {
        match Origin::parse(origin) {
            Some(origin) => self.trusted.push(origin),
            None => {
                let reason = format!(
                    "{origin:?} must be a scheme, a host and a port if it has one, such as \
                     \"https://partner.example\""
                );
                self.invalid
                    .get_or_insert(ConfigError::setting("trusted_origins", reason));
            }
        }
    }

    pub(crate) fn allow<P: Into<String>>(&mut self, patterns: impl IntoIterator<Item = P>) {
        if let Err(error) = self.allowed.add("allow_cross_site", patterns) {
            self.invalid.get_or_insert(error);
        }
    }

    /// Returns the error of the first malformed origin or pattern.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.invalid.clone().map_or(Ok(()), Err)
    }
}
