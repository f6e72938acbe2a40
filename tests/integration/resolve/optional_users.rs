//! Pages that ask for a user and do not need one: by an `Option`, a `Result`, or the request alone.

use std::sync::{Arc, Mutex};

use actix_login::{
    AuthenticatedUser, CurrentUser, FlashedMessages, LoginError, LoginManager, LoginManagerBuilder,
    RememberCookie, current_user, flash, forbidden, unauthorized,
};
use actix_web::{
    Either, Error, HttpRequest, HttpResponse, Responder, Result,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Count, Response, SECRET, SESSION, TestApp, cookie_session,
        pages::{User, load, pages},
    },
};

async fn optional(user: Option<AuthenticatedUser<User>>) -> String {
    format!("{:?}", user.map(|user| user.id))
}

async fn result(user: Result<AuthenticatedUser<User>, Error>) -> String {
    format!("{:?}", user.ok().map(|user| user.id))
}

async fn either(user: Either<AuthenticatedUser<User>, CurrentUser<User>>) -> String {
    match user {
        Either::Left(user) => format!("{:?}", Some(user.id)),
        Either::Right(user) => format!("{:?}", user.get_id()),
    }
}

async fn optional_current(user: Option<CurrentUser<User>>) -> String {
    format!("{:?}", user.and_then(|user| user.get_id()))
}

async fn required(_: AuthenticatedUser<User>) -> impl Responder {
    "for users"
}

/// Turns the error into the response itself.
async fn returned(user: Result<AuthenticatedUser<User>, Error>) -> Result<String> {
    Ok(format!("{:?}", Some(user?.id)))
}

/// A helper has only the request.
async fn by_request(req: HttpRequest) -> Result<String> {
    let user = current_user::<User>(&req).await?;
    Ok(format!("{:?} {}", user.get_id(), user.is_fresh()))
}

async fn expecting_failures(req: HttpRequest) -> String {
    match current_user::<User>(&req).await {
        Ok(user) => format!("{:?}", user.get_id()),
        Err(LoginError::LoaderFailed) => "try later".to_owned(),
        Err(error) => error.to_string(),
    }
}

async fn forbidden_to_all(req: HttpRequest) -> HttpResponse {
    forbidden(&req).await
}

async fn flashes(flashes: FlashedMessages) -> String {
    let texts: Vec<_> = flashes.iter().map(|it| it.message.clone()).collect();
    texts.join(",")
}

async fn next(next: actix_login::NextUrl) -> String {
    next.unwrap_or("none")
}

const PUBLIC: [&str; 4] = ["/optional", "/result", "/either", "/optional-current"];

fn all_pages(config: &mut ServiceConfig) {
    pages::<User>(config);
    config
        .route("/optional", web::get().to(optional))
        .route("/result", web::get().to(result))
        .route("/either", web::get().to(either))
        .route("/optional-current", web::get().to(optional_current))
        .route("/required", web::route().to(required))
        .route("/returned", web::get().to(returned))
        .route("/by-request", web::get().to(by_request))
        .route("/expecting-failures", web::get().to(expecting_failures))
        .route("/forbidden", web::get().to(forbidden_to_all))
        .route("/login", web::get().to(optional))
        .route("/flashes", web::get().to(flashes))
        .route("/next", web::get().to(next));
}

type Builder = LoginManagerBuilder<User>;

/// An app whose database a test can break, and the events except those that name the user.
struct Fixture {
    app: TestApp,
    fails: Arc<Mutex<bool>>,
    events: Arc<Mutex<Vec<&'static str>>>,
}

impl Fixture {
    fn new(settings: impl FnOnce(Builder) -> Builder) -> Self {
        let fails = Arc::new(Mutex::new(false));
        let events = Arc::<Mutex<Vec<&'static str>>>::default();
        let (fails_now, seen) = (Arc::clone(&fails), Arc::clone(&events));
        let builder = LoginManager::<User>::builder(SECRET)
            .user_loader(async move |id: u64| match *fails_now.lock().unwrap() {
                true => Err("the database is down"),
                false => Ok(load::<User>(id)),
            })
            .remember_cookie(RememberCookie::new().secure(false))
            .login_view("/login")
            .on_event(move |_, event, _| match event.name() {
                "user_accessed" => {}
                name => seen.lock().unwrap().push(name),
            });
        let manager = settings(builder).build().unwrap();
        let app = serve!(all_pages, manager.clone(), cookie_session());
        Self { app, fails, events }
    }

    fn events(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.events.lock().unwrap())
    }
}

#[track_caller]
fn assert_traceless(response: &Response) {
    assert_eq!((response.status, response.body.as_str()), (200, "None"));
    assert_eq!(response.set_cookies(), []);
}

#[test]
fn an_optional_user_of_a_stranger_leaves_no_trace() {
    for session_next in [false, true] {
        let fixture = Fixture::new(|builder| builder.use_session_for_next(session_next));
        let mut browser = fixture.app.browser();
        for page in PUBLIC.iter().chain(&["/login"]) {
            assert_traceless(&browser.get(page));
        }
        assert_eq!(fixture.events(), [""; 0]);
        assert_eq!(browser.get("/flashes").body, "");
        assert_eq!(browser.get("/next").body, "none");
    }
}

#[test]
fn an_optional_user_of_a_stranger_keeps_the_page_that_was_refused() {
    let fixture = Fixture::new(|builder| builder.use_session_for_next(true));
    let mut browser = fixture.app.browser();
    browser.get("/required");
    for page in PUBLIC {
        assert_traceless(&browser.get(page));
    }
    assert_eq!(browser.get("/next").body, "/required");
}

#[test]
fn a_handler_leaves_no_trace_of_an_optional_user_if_it_asks_for_the_default() {
    let fixture = Fixture::new(|builder| {
        builder
            .use_session_for_next(true)
            .unauthorized_handler(async |req: &HttpRequest| {
                // A real one looks something up.
                actix_web::rt::task::yield_now().await;
                unauthorized(req).await
            })
    });
    let mut browser = fixture.app.browser();
    for page in PUBLIC {
        assert_traceless(&browser.get(page));
    }
    assert_eq!(fixture.events(), [""; 0]);
    let refused = browser.get("/required");
    assert_eq!((refused.status, refused.location()), (302, Some("/login")));
    assert_eq!(fixture.events(), ["user_unauthorized"]);
    assert!(browser.get("/flashes").body.starts_with("Please log in"));
    assert_eq!(browser.get("/next").body, "/required");
}

#[test]
fn a_refused_argument_flashes_sets_next_and_emits_once() {
    for page in ["/required", "/returned"] {
        let fixture = Fixture::new(|builder| builder.use_session_for_next(true));
        let mut browser = fixture.app.browser();
        let refused = browser.get(page);
        assert_eq!((refused.status, refused.location()), (302, Some("/login")));
        assert!(browser.cookie(SESSION).is_some());
        assert_eq!(fixture.events(), ["user_unauthorized"]);
        assert!(browser.get("/flashes").body.starts_with("Please log in"));
        assert_eq!(browser.get("/next").body, page);
    }
}

#[test]
fn a_preflight_of_a_page_with_a_required_user_gets_a_204() {
    let fixture = Fixture::new(|builder| builder);
    let mut browser = fixture.app.browser();
    assert_eq!(browser.request("OPTIONS", "/required").send().status, 204);
    assert_eq!(fixture.events(), [""; 0]);
}

#[test]
fn the_handler_of_a_refused_argument_may_wait_and_set_flashes() {
    let runs = Count::default();
    let counted = runs.clone();
    let fixture = Fixture::new(|builder| {
        builder.unauthorized_handler(async move |req: &HttpRequest| {
            counted.add();
            actix_web::rt::task::yield_now().await;
            flash(req, "info", "from the handler");
            HttpResponse::ImATeapot().body("wait")
        })
    });
    let mut browser = fixture.app.browser();
    let refused = browser.get("/required");
    assert_eq!((refused.status, refused.body.as_str()), (418, "wait"));
    assert_eq!(runs.get(), 1);
    assert_eq!(fixture.events(), ["user_unauthorized"]);
    assert_eq!(browser.get("/flashes").body, "from the handler");
}

#[test]
fn an_optional_user_is_the_user_who_is_logged_in() {
    let fixture = Fixture::new(|builder| builder);
    let mut browser = fixture.app.browser();
    browser.post("/login/1", "");
    for page in PUBLIC.iter().chain(&["/login", "/returned"]) {
        assert_eq!(browser.get(page).body, "Some(1)", "{page}");
    }
}

#[test]
fn a_failed_load_stays_a_500_if_an_extractor_drops_its_error() {
    let fixture = Fixture::new(|builder| builder);
    let mut browser = fixture.app.browser();
    browser.post("/login/1", "");
    *fixture.fails.lock().unwrap() = true;
    for page in PUBLIC.iter().chain(&["/required", "/returned"]) {
        let response = browser.get(page);
        let seen = (response.status, response.body.as_str());
        assert_eq!(seen, (500, ""), "{page}");
        assert_eq!(response.set_cookies(), [], "{page}");
    }
    *fixture.fails.lock().unwrap() = false;
    assert_eq!(browser.get("/optional").body, "Some(1)");
}

#[test]
fn current_user_returns_the_user_of_a_request() {
    let fixture = Fixture::new(|builder| builder);
    let mut browser = fixture.app.browser();
    assert_eq!(browser.get("/by-request").body, "None false");
    assert_eq!(fixture.events(), [""; 0]);
    browser.post("/login/1", "");
    assert_eq!(browser.get("/by-request").body, "Some(1) true");
}

#[test]
fn a_handler_may_treat_a_failed_load_that_current_user_returns() {
    let fixture = Fixture::new(|builder| builder);
    let mut browser = fixture.app.browser();
    browser.post("/login/1", "");
    *fixture.fails.lock().unwrap() = true;
    let response = browser.get("/expecting-failures");
    assert_eq!(
        (response.status, response.body.as_str()),
        (200, "try later")
    );
    let response = browser.get("/by-request");
    assert_eq!((response.status, response.body.as_str()), (500, ""));
}

#[test]
fn forbidden_is_the_response_of_the_handler_or_an_empty_403() {
    let fixture = Fixture::new(|builder| builder);
    let response = fixture.app.browser().get("/forbidden");
    assert_eq!((response.status, response.body.as_str()), (403, ""));

    let fixture = Fixture::new(|builder| {
        builder.forbidden_handler(async |req: &HttpRequest| {
            let user = current_user::<User>(req).await.unwrap();
            let default = forbidden(req).await.status().as_u16();
            let text = format!("{:?} is not {default}", user.get_id());
            HttpResponse::Forbidden().body(text)
        })
    });
    let mut browser = fixture.app.browser();
    browser.post("/login/1", "");
    let response = browser.get("/forbidden");
    assert_eq!(response.body, "Some(1) is not 403");
    assert_eq!(response.status, 403);
}
