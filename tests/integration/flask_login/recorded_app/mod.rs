//! The app that was recorded on Flask-Login, rebuilt on this crate: its routes, users and settings.

mod routes;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, RwLock},
    time::Duration,
};

use actix_login::{LoginEvent, LoginManager, RememberCookie, SessionProtection, UserMixin};
use actix_session::{
    SessionMiddleware,
    config::{BrowserSession, PersistentSession, SessionLifecycle},
    storage::CookieSessionStore,
};
use actix_web::{
    HttpRequest, Responder,
    cookie::{Key, SameSite},
    http::StatusCode,
    web::Query,
};
use serde::Deserialize;

use crate::{
    serve,
    support::{REMEMBER, SECRET, TestApp},
};

/// A case's settings. Absent ones mean the default.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Config {
    protection: Option<Protection>,
    user_loader: Option<bool>,
    request_loader: bool,
    login_view: Option<String>,
    refresh_view: Option<String>,
    login_message: Option<String>,
    login_message_category: Option<String>,
    refresh_message: Option<String>,
    refresh_message_category: Option<String>,
    localize: bool,
    session_for_next: bool,
    force_host: Option<String>,
    unauthorized_handler: bool,
    needs_refresh_handler: bool,
    anonymous_name: Option<String>,
    scope_login_views: HashMap<String, String>,
    permanent: bool,
    remember: Remember,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Protection {
    None,
    Basic,
    Strong,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Remember {
    name: Option<String>,
    /// In seconds.
    duration: Option<u64>,
    domain: Option<String>,
    path: Option<String>,
    secure: bool,
    httponly: Option<bool>,
    samesite: Option<String>,
    refresh: bool,
}

impl Config {
    /// The name of the remember cookie.
    pub(super) fn remember_name(&self) -> &str {
        self.remember.name.as_deref().unwrap_or(REMEMBER)
    }

    /// Starts the app with a fresh user list.
    pub(super) fn serve(&self) -> TestApp {
        let users = Users::default();
        let signals = Signals::default();
        let manager = self.manager(&users, &signals);
        let config = self.clone();
        serve!(
            config.pages(&users, &signals),
            manager.clone(),
            config.session()
        )
    }

    fn session(&self) -> SessionMiddleware<CookieSessionStore> {
        let lifecycle: SessionLifecycle = if self.permanent {
            PersistentSession::default().into()
        } else {
            BrowserSession::default().into()
        };
        SessionMiddleware::builder(CookieSessionStore::default(), Key::from(&SECRET))
            .cookie_secure(false)
            .session_lifecycle(lifecycle)
            .build()
    }

    fn manager(&self, users: &Users, signals: &Signals) -> LoginManager<User> {
        let signals = signals.clone();
        let mut manager = LoginManager::<User>::builder(SECRET)
            .use_session_for_next(self.session_for_next)
            .next_for_unsafe_methods(true)
            .permanent_session(self.permanent)
            .remember_cookie(self.remember_cookie())
            .on_event(move |_, event, _| signals.note(event));
        if self.user_loader.unwrap_or(true) {
            let users = users.clone();
            manager = manager.user_loader(async move |id: String| users.get(&id));
        }
        if self.request_loader {
            let users = users.clone();
            manager = manager.request_loader(async move |req: &HttpRequest| by_query(req, &users));
        }
        if let Some(protection) = self.protection {
            manager = manager.session_protection(match protection {
                Protection::None => SessionProtection::Off,
                Protection::Basic => SessionProtection::Basic,
                Protection::Strong => SessionProtection::Strong,
            });
        }
        if let Some(view) = &self.login_view {
            manager = manager.login_view(view);
        }
        if let Some(view) = &self.refresh_view {
            manager = manager.refresh_view(view);
        }
        if let Some(message) = &self.login_message {
            manager = manager.login_message(message);
        }
        if let Some(category) = &self.login_message_category {
            manager = manager.login_message_category(category);
        }
        if let Some(message) = &self.refresh_message {
            manager = manager.needs_refresh_message(message);
        }
        if let Some(category) = &self.refresh_message_category {
            manager = manager.needs_refresh_message_category(category);
        }
        if self.localize {
            manager = manager.localize(|_, message| format!("<{message}>"));
        }
        if let Some(host) = &self.force_host {
            manager = manager.force_host(host);
        }
        if self.unauthorized_handler {
            manager =
                manager.unauthorized_handler(async |_: &HttpRequest| teapot("custom unauthorized"));
        }
        if self.needs_refresh_handler {
            manager =
                manager.needs_refresh_handler(async |_: &HttpRequest| teapot("custom refresh"));
        }
        if let Some(name) = self.anonymous_name.clone() {
            manager = manager.anonymous_user(move || User::new("guest", &name, true));
        }
        manager.build().unwrap()
    }

    fn remember_cookie(&self) -> RememberCookie {
        let settings = &self.remember;
        let mut cookie = RememberCookie::new()
            .secure(settings.secure)
            .refresh_each_request(settings.refresh);
        if let Some(name) = &settings.name {
            cookie = cookie.name(name);
        }
        if let Some(seconds) = settings.duration {
            cookie = cookie.duration(Duration::from_secs(seconds));
        }
        if let Some(domain) = &settings.domain {
            cookie = cookie.domain(domain);
        }
        if let Some(path) = &settings.path {
            cookie = cookie.path(path);
        }
        if let Some(http_only) = settings.httponly {
            cookie = cookie.http_only(http_only);
        }
        if let Some(same_site) = &settings.samesite {
            cookie = cookie.same_site(match same_site.as_str() {
                "Strict" => SameSite::Strict,
                "Lax" => SameSite::Lax,
                "None" => SameSite::None,
                other => panic!("{other:?} is no SameSite"),
            });
        }
        cookie
    }
}

fn teapot(body: &'static str) -> impl Responder {
    (body, StatusCode::IM_A_TEAPOT)
}

#[derive(Clone, UserMixin)]
struct User {
    id: String,
    name: String,
    #[user(active)]
    active: bool,
}

impl User {
    fn new(id: &str, name: &str, active: bool) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            active,
        }
    }
}

#[derive(Clone)]
struct Users(Arc<RwLock<BTreeMap<String, User>>>);

impl Default for Users {
    fn default() -> Self {
        Self(Arc::new(RwLock::new(all_users())))
    }
}

impl Users {
    fn get(&self, id: &str) -> Option<User> {
        self.0.read().unwrap().get(id).cloned()
    }
}

fn all_users() -> BTreeMap<String, User> {
    [
        User::new("1", "Notch", true),
        User::new("2", "Steve", true),
        User::new("3", "Creeper", false),
        User::new("佐藤", "Müller", true),
        User::new("a|b", "Pipe", true),
        User::new("with space;\"quote\"", "Odd", true),
    ]
    .map(|user| (user.id.clone(), user))
    .into()
}

/// The request loader: by `?user_id=`.
fn by_query(req: &HttpRequest, users: &Users) -> Option<User> {
    #[derive(Deserialize)]
    struct UserId {
        user_id: String,
    }
    let id = Query::<UserId>::from_query(req.query_string()).ok()?;
    users.get(&id.user_id)
}

/// The names of the events since the last call.
#[derive(Clone, Default)]
struct Signals(Arc<Mutex<Vec<&'static str>>>);

impl Signals {
    /// Flask-Login has no signal for two of these events; the third is not recorded.
    fn note(&self, event: LoginEvent) {
        let is_recorded = !matches!(
            event,
            LoginEvent::UserAccessed
                | LoginEvent::RememberCookieRejected { .. }
                | LoginEvent::LoginEnded { .. }
        );
        if is_recorded {
            self.0.lock().unwrap().push(event.name());
        }
    }
}
