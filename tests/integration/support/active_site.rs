//! The app of the tests of active logins: its users, its pages, and its store.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_login::{
    ActiveLogins, CurrentUser, LoginEndReason, LoginEvent, LoginId, LoginManager,
    LoginManagerBuilder, LoginOptions, RememberCookie, UserMixin, active_logins, confirm_login,
    end_login, end_other_logins, login_fresh, login_remembered, login_user_with, logout_user,
    refresh_session_auth, store::MemoryLoginStore,
};
use actix_session::Session;
use actix_web::{
    FromRequest, HttpRequest, Responder, Result,
    web::{Data, Form, Json, Path, ServiceConfig, get, post},
};
use serde::Deserialize;

use super::{
    browser::Browser,
    clock::Clock,
    response::Response,
    server::TestApp,
    settings::{SECRET, cookie_session},
    streams::event_pages,
    test_login_store::TestLoginStore,
};
use crate::serve;

pub const MINUTE: Duration = Duration::from_secs(60);
/// How long a superseded login is still accepted.
pub const TEN_SECONDS: Duration = Duration::from_secs(10);

#[derive(Clone, UserMixin)]
pub struct User {
    pub id: u64,
    #[user(session_auth_hash)]
    password: String,
    pub is_admin: bool,
}

/// The users by their ids. All are administrators until a test demotes them.
#[derive(Clone)]
pub struct Users(Arc<Mutex<BTreeMap<u64, User>>>);

impl Users {
    pub fn new() -> Self {
        let users = (1..=3).map(|id| (id, Self::new_user(id, "first password")));
        Self(Arc::new(Mutex::new(users.collect())))
    }

    fn new_user(id: u64, password: &str) -> User {
        User {
            id,
            password: password.to_owned(),
            is_admin: true,
        }
    }

    pub fn get(&self, id: u64) -> Option<User> {
        self.0.lock().unwrap().get(&id).cloned()
    }

    pub fn demote(&self, id: u64) {
        self.0.lock().unwrap().get_mut(&id).unwrap().is_admin = false;
    }

    /// Changes the password, and the id if `new_id` differs.
    pub fn change(&self, id: u64, new_id: u64, password: &str) -> User {
        let mut users = self.0.lock().unwrap();
        users.remove(&id);
        let user = Self::new_user(new_id, password);
        users.insert(new_id, user.clone());
        user
    }
}

/// The names of the events so far.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<Vec<LoginEvent>>>);

impl Events {
    /// For the manager's builder: `.on_event(events.observer())`.
    pub fn observer(
        &self,
    ) -> impl Fn(&HttpRequest, LoginEvent, Option<&User>) + Send + Sync + 'static {
        let events = Arc::clone(&self.0);
        move |_, event, _| events.lock().unwrap().push(event)
    }

    pub fn count(&self, event: LoginEvent) -> usize {
        let events = self.0.lock().unwrap();
        events.iter().filter(|other| **other == event).count()
    }

    /// How many logins ended for this reason.
    pub fn count_ended(&self, reason: LoginEndReason) -> usize {
        self.ended(reason).len()
    }

    /// The logins that ended for this reason.
    pub fn ended(&self, reason: LoginEndReason) -> Vec<Option<LoginId>> {
        let events = self.0.lock().unwrap();
        let ended = events.iter().filter_map(|event| match event {
            LoginEvent::LoginEnded { reason: of, login } if *of == reason => Some(*login),
            _ => None,
        });
        ended.collect()
    }

    /// The same for an event of this name, whatever its reason.
    pub fn count_named(&self, name: &str) -> usize {
        let events = self.0.lock().unwrap();
        events.iter().filter(|event| event.name() == name).count()
    }
}

/// The app on a server, and everything that a test can access directly.
pub struct Site {
    pub app: TestApp,
    pub manager: LoginManager<User>,
    pub store: TestLoginStore,
    pub clock: Clock,
    pub events: Events,
    pub users: Users,
}

impl Site {
    pub fn new() -> Self {
        Self::with(|active| active)
    }

    pub fn with(active: impl FnOnce(ActiveLogins) -> ActiveLogins) -> Self {
        Self::built(active, |manager| manager)
    }

    pub fn built(
        active: impl FnOnce(ActiveLogins) -> ActiveLogins,
        settings: impl FnOnce(LoginManagerBuilder<User>) -> LoginManagerBuilder<User>,
    ) -> Self {
        Self::on_store(
            TestLoginStore::new(MemoryLoginStore::new()),
            |manager, store| settings(manager.active_logins(active(ActiveLogins::in_store(store)))),
        )
    }

    /// Without a store.
    pub fn stateless() -> Self {
        Self::on_store(
            TestLoginStore::new(MemoryLoginStore::new()),
            |manager, _| manager,
        )
    }

    pub fn on_store(
        store: TestLoginStore,
        settings: impl FnOnce(LoginManagerBuilder<User>, TestLoginStore) -> LoginManagerBuilder<User>,
    ) -> Self {
        let (clock, users, events) = (Clock::new(), Users::new(), Events::default());
        let manager = settings(builder(&users), store.clone())
            .clock(clock.reader())
            .on_event(events.observer())
            .build()
            .unwrap();
        let (served, users_served) = (manager.clone(), users.clone());
        Self {
            app: serve!(pages(&users_served), served.clone(), cookie_session()),
            manager,
            store,
            clock,
            events,
            users,
        }
    }

    pub fn browser(&self) -> Browser {
        self.app.browser()
    }

    /// A browser in which this user has logged in.
    pub fn logged_in(&self, id: u64) -> Browser {
        let mut browser = self.browser();
        assert_eq!(log_in(&mut browser, id).status, 200);
        browser
    }

    /// The same with a remember cookie.
    pub fn remembered(&self, id: u64) -> Browser {
        let mut browser = self.browser();
        assert_eq!(log_in_remembered(&mut browser, id).status, 200);
        browser
    }
}

/// A manager's builder with these users; the remember cookie is sent over plain HTTP.
pub fn builder(users: &Users) -> LoginManagerBuilder<User> {
    let users = users.clone();
    LoginManager::<User>::builder(SECRET)
        .user_loader(async move |id: u64| users.get(id))
        .remember_cookie(RememberCookie::new().secure(false))
}

pub fn log_in(browser: &mut Browser, id: u64) -> Response {
    browser.post("/login", &format!("id={id}"))
}

pub fn log_in_remembered(browser: &mut Browser, id: u64) -> Response {
    browser.post("/login", &format!("id={id}&remember=1"))
}

/// The browser's user, as the app sees it.
pub fn who(browser: &mut Browser) -> String {
    browser.get("/who").body
}

/// An active login as it serializes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub id: String,
    pub started_at: u64,
    pub last_seen_at: u64,
    pub expires_at: Option<u64>,
    pub user_agent: String,
    pub address: String,
    pub remembered: bool,
    pub is_current: bool,
}

/// "Where you're logged in".
pub fn logins(browser: &mut Browser) -> Vec<Line> {
    let response = browser.get("/logins");
    assert_eq!(response.status, 200);
    serde_json::from_str(&response.body).unwrap()
}

/// The entry of the browser that asks.
pub fn current(browser: &mut Browser) -> Line {
    let mut lines = logins(browser);
    lines.retain(|line| line.is_current);
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

#[derive(Deserialize)]
struct LogIn {
    id: u64,
    remember: Option<u8>,
}

#[derive(Deserialize)]
struct Ended {
    id: LoginId,
}

#[derive(Deserialize)]
struct NewPassword {
    id: u64,
    password: String,
}

pub fn pages(users: &Users) -> impl FnOnce(&mut ServiceConfig) + use<> {
    let users = Data::new(users.clone());
    move |config| {
        config
            .app_data(users)
            .route("/public", get().to(async || "public"))
            .route("/who", get().to(who_page))
            .route("/login", post().to(login_page))
            .route("/ask-and-login", post().to(ask_and_login))
            .route("/logout", post().to(logout_page))
            .route("/purge-and-logout", post().to(purge_and_logout))
            .route("/logins", get().to(logins_page))
            .route("/end", post().to(end_page))
            .route("/end/{id}", post().to(end_by_path))
            .route("/users/{user}/end/{id}", post().to(end_by_administrator))
            .route("/end-others", post().to(end_others_page))
            .route("/confirm", post().to(confirm_page))
            .route("/fresh", get().to(fresh_page))
            .route("/remembered", get().to(remembered_page))
            .route("/password", post().to(password_page))
            .route("/login-and-id", post().to(login_and_id))
            .route("/login-id", get().to(login_id_page))
            .route("/record", get().to(record_page))
            .configure(event_pages::<User>);
    }
}

async fn who_page(user: CurrentUser<User>) -> impl Responder {
    format!("{:?}", user.get_id())
}

async fn login_page(
    req: HttpRequest,
    form: Form<LogIn>,
    users: Data<Users>,
) -> Result<impl Responder> {
    let user = users.get(form.id).unwrap();
    let options = LoginOptions::new().remember(form.remember.is_some());
    login_user_with(&req, &user, options).await?;
    Ok("logged in")
}

/// A login page that also asks for the current user.
async fn ask_and_login(
    req: HttpRequest,
    form: Form<LogIn>,
    users: Data<Users>,
    _: CurrentUser<User>,
) -> Result<impl Responder> {
    login_page(req, form, users).await
}

async fn logout_page(req: HttpRequest) -> Result<impl Responder> {
    logout_user(&req).await?;
    Ok("logged out")
}

async fn purge_and_logout(
    req: HttpRequest,
    session: Session,
    _: CurrentUser<User>,
) -> Result<impl Responder> {
    session.purge();
    logout_page(req).await
}

async fn logins_page(req: HttpRequest) -> Result<impl Responder> {
    Ok(Json(active_logins(&req).await?))
}

async fn end_page(req: HttpRequest, form: Form<Ended>) -> Result<impl Responder> {
    end_login(&req, form.id).await?;
    Ok("ended")
}

async fn end_by_path(req: HttpRequest, id: Path<LoginId>) -> Result<impl Responder> {
    end_login(&req, *id).await?;
    Ok("ended")
}

async fn end_by_administrator(
    req: HttpRequest,
    path: Path<(u64, LoginId)>,
) -> Result<impl Responder> {
    let (user, id) = path.into_inner();
    let manager = LoginManager::<User>::of(&req)?;
    manager.end_login_of(&user, id).await?;
    Ok("ended")
}

async fn end_others_page(req: HttpRequest) -> Result<impl Responder> {
    end_other_logins(&req).await?;
    Ok("ended")
}

async fn confirm_page(req: HttpRequest) -> Result<impl Responder> {
    confirm_login(&req).await?;
    Ok("confirmed")
}

async fn fresh_page(req: HttpRequest) -> Result<impl Responder> {
    Ok(login_fresh(&req).await?.to_string())
}

async fn remembered_page(req: HttpRequest) -> Result<impl Responder> {
    Ok(login_remembered(&req).await?.to_string())
}

async fn password_page(
    req: HttpRequest,
    user: CurrentUser<User>,
    form: Form<NewPassword>,
    users: Data<Users>,
) -> Result<impl Responder> {
    let changed = users.change(user.get_id().unwrap(), form.id, &form.password);
    refresh_session_auth(&req, &changed).await?;
    Ok("changed")
}

/// Logs in, and asks for the id in the same request.
async fn login_and_id(
    req: HttpRequest,
    form: Form<LogIn>,
    users: Data<Users>,
) -> Result<impl Responder> {
    login_page(req.clone(), form, users).await?;
    let user = CurrentUser::<User>::extract(&req).await?;
    Ok(login_id_page(user).await)
}

async fn login_id_page(user: CurrentUser<User>) -> impl Responder {
    user.login_id().map(|id| id.to_string()).unwrap_or_default()
}

/// What the session holds of the login.
async fn record_page(session: Session) -> Result<impl Responder> {
    Ok(session.get::<String>("_login")?.unwrap_or_default())
}
