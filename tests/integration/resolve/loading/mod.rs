//! Finding out who is logged in: when it happens, how often, and what happens when it fails.

mod failures;
mod loader_types;
mod middleware_order;

use std::{
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Wake, Waker},
    time::Duration,
};

use actix_login::{
    AuthenticatedUser, CurrentUser, LoginError, LoginManager, LoginManagerBuilder, LoginOptions,
    RememberCookie, anonymous_required, fresh_login_required, login_fresh, login_required,
    login_source, login_user, login_user_with,
};
use actix_web::{
    FromRequest, HttpRequest, Responder, Result,
    rt::time::{sleep, timeout},
    web::{self, ServiceConfig},
};
use futures_util::{FutureExt, future::join};

use crate::{
    serve,
    support::{
        Browser, Count, SECRET, TestApp, cookie_session,
        pages::{User, builder, load, pages},
    },
};

/// What the database does.
#[derive(Clone, Copy)]
enum Database {
    Works,
    /// Returns only after the other callers have been polled.
    Delays,
    Fails,
    Panics,
    /// Returns from the second call on.
    HangsOnce,
}

/// An app whose database behaves as a test tells it.
struct Fixture {
    app: TestApp,
    database: Arc<Mutex<Database>>,
    loads: Count,
}

impl Fixture {
    fn new() -> Self {
        Self::with(|builder| builder)
    }

    fn with(change: impl FnOnce(LoginManagerBuilder<User>) -> LoginManagerBuilder<User>) -> Self {
        let database = Arc::new(Mutex::new(Database::Works));
        let loads = Count::default();
        let (shared, counted) = (Arc::clone(&database), loads.clone());
        let builder = LoginManager::<User>::builder(SECRET)
            .user_loader(async move |id: u64| {
                let count = counted.add();
                let database = *shared.lock().unwrap();
                match database {
                    Database::Works => {}
                    Database::Delays => sleep(Duration::from_millis(20)).await,
                    Database::Fails => return Err(format!("postgres://secret: no user {id}")),
                    Database::Panics => panic!("on purpose"),
                    Database::HangsOnce if count == 1 => std::future::pending().await,
                    Database::HangsOnce => {}
                }
                Ok(load::<User>(id))
            })
            .remember_cookie(RememberCookie::new().secure(false))
            .login_view("/login");
        let manager = change(builder).build().unwrap();
        let app = serve!(asking_pages, manager.clone(), cookie_session());
        Self {
            app,
            database,
            loads,
        }
    }

    fn logged_in(&self) -> Browser {
        let mut browser = self.app.browser();
        assert_eq!(browser.post("/login/1", "").status, 200);
        browser
    }

    fn set(&self, database: Database) {
        *self.database.lock().unwrap() = database;
    }
}

fn asking_pages(config: &mut ServiceConfig) {
    async fn public() -> impl Responder {
        "public"
    }
    async fn three_askers(
        first: CurrentUser<User>,
        second: AuthenticatedUser<User>,
        req: HttpRequest,
    ) -> Result<impl Responder> {
        let fresh = login_fresh(&req).await?;
        Ok(format!("{:?} {} {fresh}", first.get_id(), second.id))
    }
    #[login_required]
    async fn guarded_askers(
        first: CurrentUser<User>,
        second: AuthenticatedUser<User>,
    ) -> impl Responder {
        format!("{:?} {}", first.get_id(), second.id)
    }
    async fn one_gives_up(req: HttpRequest) -> Result<impl Responder> {
        let asking = || CurrentUser::<User>::extract(&req);
        let (first, second) = join(timeout(Duration::from_millis(50), asking()), asking()).await;
        Ok(format!("{} {:?}", first.is_ok(), second?.get_id()))
    }
    /// Two callers ask, and the second is polled many times before the loader returns. Responds
    /// with how often the second is woken.
    async fn impatient(req: HttpRequest) -> Result<impl Responder> {
        struct Woken(Count);
        impl Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.add();
            }
        }
        let woken = Count::default();
        let waker = Waker::from(Arc::new(Woken(woken.clone())));
        let mut first = pin!(CurrentUser::<User>::extract(&req));
        let mut second = pin!(CurrentUser::<User>::extract(&req));
        assert!((&mut first).now_or_never().is_none());
        for _ in 0..1000 {
            let polled = second.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
        }
        first.await?;
        Ok(format!("{:?} {}", second.await?.get_id(), woken.get()))
    }
    async fn ask_while_logging_in(req: HttpRequest) -> Result<impl Responder> {
        let (user, before) = (User::from(2), CurrentUser::<User>::extract(&req));
        let (before, login) = join(before, login_user(&req, &user)).await;
        login?;
        Ok(format!("{:?}", before?.get_id()))
    }
    async fn remember(req: HttpRequest) -> Result<impl Responder> {
        let options = LoginOptions::new().remember(true);
        login_user_with(&req, &User::from(1), options).await?;
        Ok("logged in")
    }
    #[anonymous_required("/")]
    async fn for_strangers() -> impl Responder {
        "for strangers"
    }
    #[fresh_login_required]
    async fn fresh() -> impl Responder {
        "fresh"
    }
    #[login_required(check = |_: &User| true)]
    async fn checked() -> impl Responder {
        "checked"
    }
    pages::<User>(config);
    config
        .route("/for-strangers", web::get().to(for_strangers))
        .route("/fresh", web::get().to(fresh))
        .route("/checked", web::get().to(checked))
        .route("/remember", web::post().to(remember))
        .route("/public", web::get().to(public))
        .route("/three", web::get().to(three_askers))
        .route("/guarded", web::get().to(guarded_askers))
        .route("/give-up", web::get().to(one_gives_up))
        .route("/impatient", web::get().to(impatient))
        .route(
            "/ask-while-logging-in",
            web::post().to(ask_while_logging_in),
        );
}

#[test]
fn a_page_that_uses_no_user_loads_and_sets_nothing() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();

    let response = browser.get("/public");

    assert_eq!((response.status, response.body.as_str()), (200, "public"));
    assert_eq!(fixture.loads.get(), 0);
    assert_eq!(response.header("set-cookie"), None);
    assert_eq!(response.header("vary"), None);
    assert_eq!(response.header("cache-control"), None);
}

#[test]
fn concurrent_and_later_callers_share_one_load() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Delays);
    assert_eq!(browser.get("/three").body, "Some(1) 1 true");
    assert_eq!(fixture.loads.get(), 1);
}

#[test]
fn the_guard_and_the_arguments_share_one_load() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    assert_eq!(browser.get("/guarded").body, "Some(1) 1");
    assert_eq!(fixture.loads.get(), 1);
}

#[test]
fn the_request_of_a_login_loads_no_user() {
    let fixture = Fixture::new();
    fixture.logged_in();
    assert_eq!(fixture.loads.get(), 0);
}

#[test]
fn an_anonymous_visitor_causes_no_load() {
    let fixture = Fixture::new();
    assert_eq!(fixture.app.browser().get("/who").body, "nobody");
    assert_eq!(fixture.loads.get(), 0);
}

#[test]
fn a_caller_still_gets_the_user_if_another_gives_up() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::HangsOnce);
    assert_eq!(browser.get("/give-up").body, "false Some(1)");
    assert_eq!(fixture.loads.get(), 2);
}

#[test]
fn a_caller_polled_many_times_is_woken_once() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Delays);
    assert_eq!(browser.get("/impatient").body, "Some(1) 1");
}

#[test]
fn a_load_does_not_overwrite_a_concurrent_login() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Delays);
    // Another client: the record of the first user has to be rewritten.
    browser.user_agent = None;
    let response = browser.post("/ask-while-logging-in", "");
    assert_eq!(response.body, "Some(1)");
    assert_eq!(browser.get("/who").body, "2");
}

#[test]
fn a_login_made_by_the_request_loader_is_kept() {
    async fn log_in_by_token(req: &HttpRequest) -> Result<Option<User>, LoginError> {
        let is_known = req.headers().contains_key("X-Token");
        if is_known {
            login_user(req, &User::from(2)).await?;
        }
        Ok(is_known.then(|| User::from(2)))
    }
    async fn source(req: HttpRequest) -> Result<impl Responder> {
        Ok(format!("{:?}", login_source(&req).await?))
    }
    let manager = builder::<User>().request_loader(log_in_by_token);
    let manager = manager.build().unwrap();
    let configure = |config: &mut ServiceConfig| {
        config.route("/source", web::get().to(source));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    let request = browser.request("GET", "/source").header("X-Token", "yes");
    assert_eq!(request.send().body, "Some(Session)");
    assert_eq!(browser.get("/source").body, "Some(Session)");
}
