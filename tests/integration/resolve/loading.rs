//! Finding out who is logged in: when it happens, how often, and what happens when it fails.

use std::{
    io::Write,
    net::TcpStream,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Wake, Waker},
    time::{Duration, Instant},
};

use actix_login::{
    AuthenticatedUser, CurrentUser, LoginError, LoginManager, LoginManagerBuilder, LoginOptions,
    RememberCookie, loader::UserLoader, login_fresh, login_required, login_source, login_user,
    login_user_with,
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
        Browser, Count, Log, SECRET, SESSION, TestApp, cookie_session,
        pages::{User, builder, load, pages},
    },
};

/// What the database does.
#[derive(Clone, Copy)]
enum Database {
    Answers,
    /// Answers only after the others had their turn.
    AnswersLate,
    Fails,
    Panics,
    /// Answers from the second time on.
    HangsOnce,
}

/// An app whose database can be told what to do.
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
        let database = Arc::new(Mutex::new(Database::Answers));
        let loads = Count::default();
        let (shared, counted) = (Arc::clone(&database), loads.clone());
        let builder = LoginManager::<User>::builder(SECRET)
            .user_loader(async move |id: u64| {
                let count = counted.add();
                let database = *shared.lock().unwrap();
                match database {
                    Database::Answers => {}
                    Database::AnswersLate => sleep(Duration::from_millis(20)).await,
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
    /// Two ask, and the second is polled many times before the loader answers. How often it is
    /// woken.
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
    pages::<User>(config);
    config
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
fn a_page_that_uses_no_user_costs_nothing() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();

    let answer = browser.get("/public");

    assert_eq!((answer.status, answer.body.as_str()), (200, "public"));
    assert_eq!(fixture.loads.get(), 0);
    assert_eq!(answer.header("set-cookie"), None);
    assert_eq!(answer.header("vary"), None);
    assert_eq!(answer.header("cache-control"), None);
}

#[test]
fn two_who_ask_at_once_and_a_third_share_one_load() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::AnswersLate);
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
fn the_request_of_a_login_loads_nobody() {
    let fixture = Fixture::new();
    fixture.logged_in();
    assert_eq!(fixture.loads.get(), 0);
}

#[test]
fn a_stranger_causes_no_load() {
    let fixture = Fixture::new();
    assert_eq!(fixture.app.browser().get("/who").body, "nobody");
    assert_eq!(fixture.loads.get(), 0);
}

#[test]
fn a_failing_loader_is_an_empty_500_and_logs_nobody_out() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Fails);

    for page in ["/who", "/protected", "/three", "/guarded"] {
        let answer = browser.get(page);
        assert_eq!((answer.status, answer.body.as_str()), (500, ""), "{page}");
        assert!(answer.set_cookies().is_empty(), "{page}");
        assert_eq!(answer.location(), None, "{page}");
    }

    fixture.set(Database::Answers);
    assert_eq!(browser.get("/protected").body, "user 1");
}

#[test]
fn a_failing_loader_uses_up_no_remember_cookie() {
    let fixture = Fixture::new();
    let mut browser = fixture.app.browser();
    browser.post("/remember", "");
    browser.restart();
    fixture.set(Database::Fails);

    let answer = browser.get("/protected");

    assert_eq!((answer.status, answer.body.as_str()), (500, ""));
    assert!(answer.set_cookies().is_empty());
    fixture.set(Database::Answers);
    assert_eq!(browser.get("/protected").body, "user 1");
}

#[test]
fn a_failing_request_loader_is_an_empty_500_for_strangers_alone() {
    let fixture = Fixture::with(|builder| {
        builder.request_loader(async |_: &HttpRequest| Err::<Option<User>, _>("down"))
    });
    let answer = fixture.app.browser().get("/who");
    assert_eq!((answer.status, answer.body.as_str()), (500, ""));
    assert_eq!(fixture.logged_in().get("/who").body, "1");
}

#[test]
fn all_who_ask_share_a_failed_load() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Fails);
    assert_eq!(browser.get("/three").status, 500);
    assert_eq!(fixture.loads.get(), 1);
}

#[test]
fn a_user_logs_out_while_the_loader_fails() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Fails);
    assert_eq!(browser.post("/logout", "").status, 200);
    fixture.set(Database::Answers);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_panicking_loader_harms_no_later_request() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Panics);
    assert!(browser.request("GET", "/who").try_send().is_none());
    assert!(browser.request("GET", "/guarded").try_send().is_none());

    fixture.set(Database::Answers);

    assert_eq!(browser.get("/who").body, "1");
    assert_eq!(fixture.app.browser().get("/who").body, "nobody");
}

#[test]
fn a_slow_load_dropped_by_a_closed_connection_harms_no_later_request() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::HangsOnce);
    let mut stream = TcpStream::connect(fixture.app.address()).unwrap();
    let cookie = browser.cookie(SESSION).unwrap();
    write!(
        stream,
        "GET /who HTTP/1.1\r\nHost: a\r\nCookie: {SESSION}={cookie}\r\n\r\n"
    )
    .unwrap();
    wait_until(|| fixture.loads.get() == 1);

    drop(stream);

    assert_eq!(browser.get("/who").body, "1");
    assert_eq!(fixture.loads.get(), 2);
}

#[test]
fn when_one_who_asks_gives_up_the_other_still_gets_an_answer() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::HangsOnce);
    assert_eq!(browser.get("/give-up").body, "false Some(1)");
    assert_eq!(fixture.loads.get(), 2);
}

#[test]
fn who_is_polled_again_while_waiting_is_woken_once() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::AnswersLate);
    assert_eq!(browser.get("/impatient").body, "Some(1) 1");
}

#[test]
fn a_login_during_a_load_is_not_undone_by_what_the_load_writes() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::AnswersLate);
    // Another computer: the record of the first user is to be written anew.
    browser.user_agent = None;
    let answer = browser.post("/ask-while-logging-in", "");
    assert_eq!(answer.body, "Some(1)");
    assert_eq!(browser.get("/who").body, "2");
}

#[test]
fn a_login_by_the_request_loader_itself_stands() {
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

#[test]
fn a_loader_that_asks_for_the_current_user_of_its_request_gets_an_error_at_once() {
    let fixture = Fixture::with(|builder| {
        builder.request_loader(async |req: &HttpRequest| -> Result<Option<User>> {
            Ok(CurrentUser::<User>::extract(req).await?.user().cloned())
        })
    });
    let start = Instant::now();

    let answer = fixture.app.browser().get("/who");

    assert_eq!((answer.status, answer.body.as_str()), (500, ""));
    assert!(answer.set_cookies().is_empty());
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(fixture.app.browser().get("/three").status, 500);
    assert_eq!(fixture.app.browser().get("/public").status, 200);
    assert_eq!(fixture.logged_in().get("/who").body, "1");
}

#[test]
fn the_log_says_what_a_loader_that_asks_for_itself_did_wrong() {
    let log = Log::default();
    let worker = log.clone();
    let manager = LoginManager::<User>::builder(SECRET)
        .request_loader(async |req: &HttpRequest| {
            let _ = login_fresh(req).await;
            None::<User>
        })
        .build()
        .unwrap();
    let configure = move |config: &mut ServiceConfig| {
        worker.capture();
        pages::<User>(config);
    };
    let app = serve!(configure.clone(), manager.clone());
    assert_eq!(app.browser().get("/who").body, "nobody");
    assert!(log.says("asked for the current user of the request that it is loading"));
}

#[test]
fn the_log_has_the_cause_of_a_failed_load() {
    let log = Log::default();
    let worker = log.clone();
    let manager = LoginManager::<User>::builder(SECRET)
        .user_loader(async |_: u64| Err::<Option<User>, _>("the cable is unplugged"))
        .build()
        .unwrap();
    let configure = move |config: &mut ServiceConfig| {
        worker.capture();
        pages::<User>(config);
    };
    let app = serve!(configure.clone(), manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    assert_eq!(browser.get("/who").body, "");
    assert!(log.says("the cable is unplugged"), "{}", log.text());
    assert!(log.says("user_loader"), "{}", log.text());
}

#[test]
fn a_loader_may_be_an_async_function() {
    async fn user_of(id: u64) -> Option<User> {
        load(id)
    }
    works_with(LoginManager::<User>::builder(SECRET).user_loader(user_of));
}

#[test]
fn a_loader_may_be_an_async_function_that_can_fail() {
    async fn user_of(id: u64) -> std::io::Result<Option<User>> {
        Ok(load(id))
    }
    works_with(LoginManager::<User>::builder(SECRET).user_loader(user_of));
}

#[test]
fn a_loader_may_fail_with_a_boxed_error() {
    type Failure = Box<dyn std::error::Error>;
    works_with(
        LoginManager::<User>::builder(SECRET)
            .user_loader(async |id: u64| Ok::<_, Failure>(load::<User>(id))),
    );
}

#[test]
fn a_loader_may_be_a_type_of_the_apps() {
    struct Table(Vec<u64>);
    impl UserLoader<User> for Table {
        type Answer = Result<Option<User>, String>;

        async fn load(&self, id: u64) -> Self::Answer {
            Ok(self.0.iter().find(|it| **it == id).copied().map(User::from))
        }
    }
    works_with(LoginManager::<User>::builder(SECRET).user_loader(Table(vec![1, 2])));
}

#[test]
fn it_works_with_the_manager_inside_of_the_session() {
    let (manager, log) = counting_manager();
    let app = serve!(asking_pages, manager.clone(), cookie_session());
    everything_works(&app, &log);
}

#[test]
fn it_works_alike_with_the_manager_around_the_session() {
    let (manager, log) = counting_manager();
    let app = serve!(asking_pages, cookie_session(), manager.clone());
    everything_works(&app, &log);
}

fn counting_manager() -> (LoginManager<User>, Count) {
    let loads = Count::default();
    let counted = loads.clone();
    let manager = LoginManager::<User>::builder(SECRET)
        .user_loader(async move |id: u64| {
            counted.add();
            load::<User>(id)
        })
        .login_view("/login")
        .build()
        .unwrap();
    (manager, loads)
}

/// From the first visit to the logout.
fn everything_works(app: &TestApp, loads: &Count) {
    let mut browser = app.browser();
    let refused = browser.get("/protected?x=1");
    assert_eq!(refused.status, 302);
    assert_eq!(refused.location(), Some("/login?next=%2Fprotected%3Fx%3D1"));
    assert!(refused.set_cookie(SESSION).is_some(), "the flash is stored");
    assert!(refused.varies_by("Cookie"));
    assert_eq!(
        browser.get("/public").headers.len(),
        app.browser().get("/public").headers.len()
    );
    assert_eq!(loads.get(), 0);

    assert_eq!(browser.post("/login/1", "").body, "logged in");
    assert_eq!(browser.get("/three").body, "Some(1) 1 true");
    assert_eq!(loads.get(), 1);
    let answer = browser.get("/guarded");
    assert_eq!(answer.body, "Some(1) 1");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(answer.header("cache-control"), Some("private"));

    browser.post("/cart/melon", "");
    browser.post("/login/2", "");
    assert_eq!(browser.get("/who").body, "2");
    assert_eq!(browser.get("/cart").body, "empty");
    browser.post("/login/0", "");
    assert_eq!(browser.get("/who").body, "nobody");
    browser.post("/login/1", "");
    browser.post("/logout", "");
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(browser.get("/protected").status, 302);
}

fn works_with(builder: LoginManagerBuilder<User>) {
    let manager = builder.build().unwrap();
    let app = serve!(pages::<User>, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    assert_eq!(browser.get("/who").body, "1");
    browser.post("/login/0", "");
    assert_eq!(browser.get("/who").body, "nobody");
}

fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "it never happened"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}
