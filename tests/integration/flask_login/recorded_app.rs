//! The app that was recorded on Flask-Login, on this crate: its routes, its users, its settings.

use std::{
    collections::{BTreeMap, HashMap},
    mem,
    sync::{Arc, Mutex, RwLock},
    time::Duration,
};

use actix_login::{
    CurrentUser, FlashedMessages, LoginError, LoginEvent, LoginManager, LoginOptions, LoginScope,
    NextUrl, RememberCookie, SessionProtection, UserMixin, confirm_login, fresh_login_required,
    login_fresh, login_remembered, login_required, login_user_with, logout_user, needs_refresh,
    unauthorized,
};
use actix_session::{
    Session, SessionMiddleware,
    config::{BrowserSession, PersistentSession, SessionLifecycle},
    storage::CookieSessionStore,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    cookie::{Key, SameSite},
    get,
    http::StatusCode,
    route,
    web::{Data, Json, Query, ServiceConfig, scope},
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

    fn pages(&self, users: &Users, signals: &Signals) -> impl FnOnce(&mut ServiceConfig) {
        let users = Data::new(users.clone());
        let signals = Data::new(signals.clone());
        let [first, second] = ["first", "second"].map(|name| {
            let scope = LoginScope::new();
            match self.scope_login_views.get(name) {
                Some(view) => scope.login_view(view),
                None => scope,
            }
        });
        move |app| {
            app.app_data(users)
                .app_data(signals)
                .service(plain)
                .service(username)
                .service(who)
                .service(is_fresh)
                .service(is_remembered)
                .service(login_as)
                .service(logout)
                .service(confirm)
                .service(secret)
                .service(needs_refresh_page)
                .service(protected)
                .service(very_protected)
                .service(scope("/first").wrap(first).service(protected))
                .service(scope("/second").wrap(second).service(protected))
                .service(flashes)
                .service(next)
                .service(set)
                .service(get_value)
                .service(take_signals)
                .service(delete)
                .service(deactivate)
                .service(reset)
                .service(login_page)
                .service(reauth_page);
        }
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

/// The names of the events since the last look.
#[derive(Clone, Default)]
struct Signals(Arc<Mutex<Vec<&'static str>>>);

impl Signals {
    /// Flask-Login has no signal for two of the events, and one is not recorded.
    fn note(&self, event: LoginEvent) {
        let is_recorded = !matches!(
            event,
            LoginEvent::UserAccessed | LoginEvent::RememberCookieRejected | LoginEvent::LoginEnded
        );
        if is_recorded {
            self.0.lock().unwrap().push(event.name());
        }
    }
}

/// As Python prints it.
fn python(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

#[get("/plain")]
async fn plain() -> impl Responder {
    "plain"
}

#[get("/username")]
async fn username(user: CurrentUser<User>) -> impl Responder {
    user.user_or_guest()
        .map_or_else(|| "Anonymous".to_owned(), |user| user.name.clone())
}

#[get("/who")]
async fn who(user: CurrentUser<User>) -> impl Responder {
    Json((
        user.is_authenticated(),
        user.is_active(),
        user.is_anonymous(),
        user.get_id(),
    ))
}

#[get("/is-fresh")]
async fn is_fresh(req: HttpRequest, _: CurrentUser<User>) -> Result<impl Responder> {
    Ok(python(login_fresh(&req).await?))
}

#[get("/is-remembered")]
async fn is_remembered(req: HttpRequest, _: CurrentUser<User>) -> Result<impl Responder> {
    Ok(python(login_remembered(&req).await?))
}

#[derive(Deserialize)]
struct LoginAs {
    id: String,
    remember: Option<String>,
    /// In seconds.
    duration: Option<u64>,
    force: Option<String>,
    stale: Option<String>,
}

#[get("/login-as")]
async fn login_as(
    req: HttpRequest,
    query: Query<LoginAs>,
    users: Data<Users>,
) -> Result<impl Responder> {
    let Some(user) = users.get(&query.id) else {
        return Ok("no such user");
    };
    let mut options = LoginOptions::new()
        .remember(query.remember.is_some())
        .force(query.force.is_some())
        .fresh(query.stale.is_none());
    if let Some(seconds) = query.duration {
        options = options.duration(Duration::from_secs(seconds));
    }
    match login_user_with(&req, &user, options).await {
        Err(LoginError::Inactive) => Ok(python(false)),
        logged_in => Ok(logged_in.map(|()| python(true))?),
    }
}

#[get("/logout")]
async fn logout(req: HttpRequest) -> Result<impl Responder> {
    logout_user(&req).await?;
    Ok(python(true))
}

#[get("/confirm-login")]
async fn confirm(req: HttpRequest) -> Result<impl Responder> {
    confirm_login(&req).await?;
    Ok("confirmed")
}

#[route("/secret", method = "GET", method = "POST")]
async fn secret(req: HttpRequest) -> HttpResponse {
    unauthorized(&req).await
}

#[get("/needs-refresh")]
async fn needs_refresh_page(req: HttpRequest) -> HttpResponse {
    needs_refresh(&req).await
}

#[route("/protected", method = "GET", method = "POST", method = "OPTIONS")]
#[login_required]
async fn protected() -> impl Responder {
    "Access Granted"
}

#[route("/very-protected", method = "GET", method = "POST", method = "OPTIONS")]
#[fresh_login_required]
async fn very_protected() -> impl Responder {
    "Access Granted"
}

#[get("/flashes")]
async fn flashes(flashes: FlashedMessages) -> impl Responder {
    let pairs = flashes
        .into_iter()
        .map(|flash| (flash.category, flash.message));
    Json(pairs.collect::<Vec<_>>())
}

#[get("/next")]
async fn next(next: NextUrl) -> impl Responder {
    next.or("")
}

/// The app's own session key.
const APP_KEY: &str = "v";

#[derive(Deserialize)]
struct Value {
    v: String,
}

#[get("/set")]
async fn set(query: Query<Value>, session: Session) -> Result<impl Responder> {
    session.insert(APP_KEY, &query.v)?;
    Ok("set")
}

#[get("/get")]
async fn get_value(_: CurrentUser<User>, session: Session) -> Result<impl Responder> {
    let value = session.get::<String>(APP_KEY)?;
    Ok(value.unwrap_or_else(|| "-".to_owned()))
}

#[get("/signals")]
async fn take_signals(signals: Data<Signals>) -> impl Responder {
    Json(mem::take(&mut *signals.0.lock().unwrap()))
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[get("/users/delete")]
async fn delete(query: Query<Id>, users: Data<Users>) -> impl Responder {
    users.0.write().unwrap().remove(&query.id);
    "ok"
}

#[get("/users/deactivate")]
async fn deactivate(query: Query<Id>, users: Data<Users>) -> impl Responder {
    if let Some(user) = users.0.write().unwrap().get_mut(&query.id) {
        user.active = false;
    }
    "ok"
}

#[get("/reset")]
async fn reset(users: Data<Users>) -> impl Responder {
    *users.0.write().unwrap() = all_users();
    "ok"
}

#[get("/login", name = "login_page")]
async fn login_page() -> impl Responder {
    "login page"
}

#[get("/reauth")]
async fn reauth_page() -> impl Responder {
    "reauth page"
}
