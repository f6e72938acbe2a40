//! An app whose login asks for a password and then for a code.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_login::{
    ActiveLogins, AuthenticatedUser, CurrentUser, FlashedMessages, LoginEvent, LoginManager,
    LoginManagerBuilder, LoginOptions, NextUrl, PendingUser, RememberCookie, active_logins,
    begin_login, complete_login, current_user, login_fresh, login_required, login_user,
    logout_user, pending_failed,
    store::{LoginStore, MemoryLoginStore, RedisLoginStore},
};
use actix_session::{SessionMiddleware, storage::SessionStore};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{Data, Form, Json, Path, ServiceConfig, get, post},
};
use serde::Deserialize;

use crate::{
    serve,
    support::{
        Browser, Clock, Response, SECRET, TestApp,
        active_site::{User, Users},
        cookie_session, on_runtime,
        redis_server::RedisServer,
    },
};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const RIGHT: &str = "123456";

pub type Builder = LoginManagerBuilder<User>;

/// The app on a server, and what a test can access directly.
pub struct Site {
    pub app: TestApp,
    pub manager: LoginManager<User>,
    pub clock: Clock,
    pub users: Users,
    pub events: Arc<Mutex<Vec<LoginEvent>>>,
    /// How many codes were looked at.
    pub checks: Arc<AtomicUsize>,
}

impl Site {
    pub fn new() -> Self {
        Self::on(MemoryLoginStore::new())
    }

    pub fn on(store: impl LoginStore) -> Self {
        Self::with(store, |active| active)
    }

    pub fn with(
        store: impl LoginStore,
        settings: impl FnOnce(ActiveLogins) -> ActiveLogins,
    ) -> Self {
        let active = settings(ActiveLogins::in_store(store));
        Self::built(|builder| builder.active_logins(active))
    }

    pub fn built(settings: impl FnOnce(Builder) -> Builder) -> Self {
        Self::in_session(settings, cookie_session)
    }

    pub fn in_session<S: SessionStore + 'static>(
        settings: impl FnOnce(Builder) -> Builder,
        session: impl Fn() -> SessionMiddleware<S> + Clone + Send + 'static,
    ) -> Self {
        Self::with_clock(settings, session, Clock::new())
    }

    pub fn with_clock<S: SessionStore + 'static>(
        settings: impl FnOnce(Builder) -> Builder,
        session: impl Fn() -> SessionMiddleware<S> + Clone + Send + 'static,
        clock: Clock,
    ) -> Self {
        let users = Users::new();
        let (events, checks) = (Arc::<Mutex<Vec<_>>>::default(), Arc::default());
        let (loaded, noted) = (users.clone(), Arc::clone(&events));
        let builder = LoginManager::<User>::builder(SECRET)
            .user_loader(async move |id: u64| loaded.get(id))
            .remember_cookie(RememberCookie::new().secure(false))
            .login_view("/login");
        let manager = settings(builder)
            .clock(clock.reader())
            .on_event(move |_, event, _| noted.lock().unwrap().push(event))
            .build()
            .unwrap();
        let (served, data) = (manager.clone(), (users.clone(), Arc::clone(&checks)));
        Self {
            app: serve!(pages(data.clone()), served.clone(), session()),
            manager,
            clock,
            users,
            events,
            checks,
        }
    }

    pub fn browser(&self) -> Browser {
        self.app.browser()
    }

    /// A browser in which this user has sent the right password.
    pub fn pending(&self, id: u64) -> Browser {
        let mut browser = self.browser();
        assert_eq!(begin(&mut browser, id).status, 200);
        browser
    }

    pub fn count(&self, event: LoginEvent) -> usize {
        let events = self.events.lock().unwrap();
        events.iter().filter(|other| **other == event).count()
    }

    pub fn checked(&self) -> usize {
        self.checks.load(Ordering::SeqCst)
    }
}

/// Runs a test on a site whose store is in memory, and on one whose store is Redis.
pub fn on_each_store(test: impl Fn(Site)) {
    with_each_store(|active| active, test);
}

pub fn with_each_store(settings: impl Fn(ActiveLogins) -> ActiveLogins, test: impl Fn(Site)) {
    test(Site::with(MemoryLoginStore::new(), &settings));
    let Some(redis) = RedisServer::start() else {
        return;
    };
    test(Site::with(redis_store(&redis), &settings));
}

pub fn redis_store(redis: &RedisServer) -> RedisLoginStore {
    let url = redis.url();
    on_runtime(async move || RedisLoginStore::new(url).await.unwrap())
}

pub fn begin(browser: &mut Browser, id: u64) -> Response {
    browser.post("/login", &format!("id={id}"))
}

pub fn begin_remembered(browser: &mut Browser, id: u64) -> Response {
    browser.post("/login", &format!("id={id}&remember=1"))
}

pub fn send_code(browser: &mut Browser, code: &str) -> Response {
    // In the path: a server waits for the rest of a body that it has not read.
    browser.post(&format!("/code/{code}"), "")
}

pub fn who(browser: &mut Browser) -> String {
    browser.get("/who").body
}

/// The pending login of this browser gives nothing, and no user is logged in.
#[track_caller]
pub fn assert_worthless(browser: &mut Browser) {
    let [mut a, mut b, mut c, mut d] = [(); 4].map(|()| browser.clone());
    assert_eq!(a.get("/code").status, 302);
    assert_eq!(send_code(&mut b, RIGHT).status, 302);
    assert_eq!(c.post("/complete", "").status, 401);
    assert_eq!(d.post("/failed", "").status, 401);
    assert_eq!(who(browser), "None None");
}

#[derive(Deserialize)]
struct Password {
    id: u64,
    remember: Option<u8>,
}

type Shared = (Users, Arc<AtomicUsize>);

fn pages(data: Shared) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(data))
            .route("/login", post().to(login_page))
            .route("/login", get().to(async || "the login page"))
            .route("/login-and-ask", post().to(asking_login_page))
            .route("/login-cached", post().to(cached_login_page))
            .route("/code", get().to(code_page))
            .route("/optional-code", get().to(optional_code_page))
            .route("/code/{code}", post().to(check_page))
            .route("/failing-check", post().to(failing_check_page))
            .route("/complete", post().to(complete_page))
            .route("/failed", post().to(failed_page))
            .route("/login-at-once", post().to(at_once_page))
            .route("/logout", post().to(logout_page))
            .route("/who", get().to(who_page))
            .route("/protected", get().to(protected_page))
            .route("/fresh", get().to(fresh_page))
            .route(
                "/next",
                get().to(async |next: NextUrl| next.unwrap_or("none")),
            )
            .route("/flashes", get().to(flashes_page))
            .route("/logins", get().to(logins_page));
    }
}

async fn login_page(
    req: HttpRequest,
    form: Form<Password>,
    data: Data<Shared>,
) -> Result<impl Responder> {
    let user = data.0.get(form.id).unwrap();
    let options = LoginOptions::new()
        .remember(form.remember.is_some())
        .duration(30 * MINUTE);
    begin_login(&req, &user, options).await?;
    Ok("the code, please")
}

/// A login page whose lay-out shows the current user.
async fn asking_login_page(
    req: HttpRequest,
    form: Form<Password>,
    data: Data<Shared>,
) -> Result<impl Responder> {
    login_page(req.clone(), form, data).await?;
    let current = current_user::<User>(&req).await?;
    Ok(format!("{:?}", current.get_id()))
}

/// A login page whose app says that all may cache it.
async fn cached_login_page(
    req: HttpRequest,
    form: Form<Password>,
    data: Data<Shared>,
) -> Result<impl Responder> {
    login_page(req, form, data).await?;
    Ok("the code, please"
        .customize()
        .insert_header(("Cache-Control", "public, max-age=60")))
}

async fn code_page(user: PendingUser<User>) -> impl Responder {
    format!("user {} until {}", user.id, user.expires_at())
}

async fn optional_code_page(user: Option<PendingUser<User>>) -> impl Responder {
    format!("{:?}", user.map(|user| user.id))
}

async fn check_page(
    req: HttpRequest,
    user: PendingUser<User>,
    code: Path<String>,
    data: Data<Shared>,
) -> Result<impl Responder> {
    let checks = &data.1;
    let check = async |_: &User| {
        checks.fetch_add(1, Ordering::SeqCst);
        *code == RIGHT
    };
    let is_right = user.check_code(&req, check).await?;
    Ok(if is_right { "right" } else { "wrong" })
}

/// The database of the codes fails.
async fn failing_check_page(req: HttpRequest, user: PendingUser<User>) -> Result<impl Responder> {
    let check = async |_: &User| Err::<bool, _>("the database is down");
    user.check_code(&req, check).await?;
    Ok("never")
}

async fn complete_page(req: HttpRequest) -> Result<impl Responder> {
    complete_login(&req).await?;
    Ok("complete")
}

async fn failed_page(req: HttpRequest) -> Result<impl Responder> {
    pending_failed(&req).await?;
    Ok("counted")
}

async fn at_once_page(
    req: HttpRequest,
    form: Form<Password>,
    data: Data<Shared>,
) -> Result<impl Responder> {
    login_user(&req, &data.0.get(form.id).unwrap()).await?;
    Ok("logged in")
}

async fn logout_page(req: HttpRequest) -> Result<impl Responder> {
    logout_user(&req).await?;
    Ok("logged out")
}

async fn who_page(
    current: CurrentUser<User>,
    user: Option<AuthenticatedUser<User>>,
) -> impl Responder {
    format!("{:?} {:?}", current.get_id(), user.map(|user| user.id))
}

#[login_required(User)]
async fn protected_page() -> impl Responder {
    "protected"
}

async fn fresh_page(req: HttpRequest) -> Result<impl Responder> {
    Ok(login_fresh(&req).await?.to_string())
}

async fn flashes_page(flashes: FlashedMessages) -> String {
    flashes.iter().map(|flash| flash.message.as_str()).collect()
}

async fn logins_page(req: HttpRequest) -> Result<impl Responder> {
    Ok(Json(active_logins(&req).await?.len()))
}
