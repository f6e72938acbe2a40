//! What `docs/flask-login.md` says of differences, unless another module covers it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_login::{
    AuthenticatedUser, FlashedMessages, LoginManager, LoginManagerBuilder, LoginOptions, flash,
    forbidden, login_user_with, logout_user,
};
use actix_session::Session;
use actix_web::{
    Error, HttpRequest, HttpResponse, Responder, Result,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::{ErrorImATeapot, ErrorServiceUnavailable},
    middleware::{Next, from_fn},
    web::{self, Path, ServiceConfig},
};

use crate::{
    serve,
    support::{
        REMEMBER, TestApp, cookie_session,
        pages::{User, builder, load, pages},
    },
};

/// The name of an event, and the id of its user.
type Event = (&'static str, Option<u64>);

#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<Event>>>);

impl Events {
    /// Those since the last call, without `UserAccessed`.
    fn take(&self) -> Vec<Event> {
        let mut events = std::mem::take(&mut *self.0.lock().unwrap());
        events.retain(|(name, _)| *name != "user_accessed");
        events
    }
}

async fn log_in_for(req: HttpRequest, path: Path<(bool, u64)>) -> Result<impl Responder> {
    let (remember, milliseconds) = path.into_inner();
    let options = LoginOptions::new()
        .remember(remember)
        .duration(Duration::from_millis(milliseconds));
    login_user_with(&req, &User::from(1), options).await?;
    Ok("logged in")
}

async fn flash_around_logout(req: HttpRequest) -> Result<impl Responder> {
    flash(&req, "message", "before");
    logout_user(&req).await?;
    flash(&req, "message", "after");
    Ok("logged out")
}

async fn flashed(flashes: FlashedMessages) -> impl Responder {
    let texts: Vec<_> = flashes.iter().map(|flash| flash.message.clone()).collect();
    texts.join(", ")
}

async fn keys(session: Session) -> impl Responder {
    let entries = session.entries();
    let mut keys: Vec<_> = entries.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys.join(" ")
}

async fn by_manager(req: HttpRequest) -> Result<HttpResponse> {
    Ok(LoginManager::<User>::of(&req)?.forbidden(&req).await)
}

fn all_pages(config: &mut ServiceConfig) {
    pages::<User>(config);
    config
        .route("/login-for/{remember}/{ms}", web::post().to(log_in_for))
        .route("/flash-around-logout", web::post().to(flash_around_logout))
        .route("/flashed", web::get().to(flashed))
        .route("/keys", web::get().to(keys))
        .route("/by-manager", web::get().to(by_manager))
        .route(
            "/forbidden",
            web::get().to(async |req: HttpRequest| forbidden(&req).await),
        )
        .route(
            "/user",
            web::get().to(async |_: AuthenticatedUser<User>| "in"),
        );
}

fn app(
    settings: impl FnOnce(LoginManagerBuilder<User>) -> LoginManagerBuilder<User>,
) -> (TestApp, Events) {
    let events = Events::default();
    let observed = events.clone();
    let manager = settings(builder::<User>())
        .on_event(move |_, event, user: Option<&User>| {
            let event = (event.name(), user.map(|user| user.id));
            observed.0.lock().unwrap().push(event);
        })
        .build()
        .unwrap();
    let app = serve!(all_pages, manager.clone(), cookie_session());
    (app, events)
}

#[test]
fn a_user_of_the_header_loader_is_reported() {
    let (app, events) =
        app(|manager| manager.header_loader(async |id: &str| load(id.parse().ok()?)));
    let mut client = app.browser();
    let response = client
        .request("GET", "/user")
        .header("Authorization", "7")
        .send();
    assert_eq!(response.body, "in");
    assert_eq!(events.take(), [("user_loaded_from_request", Some(7))]);
}

#[test]
fn a_logout_reports_the_user_if_one_was_logged_in() {
    let (app, events) = app(|manager| manager);
    let mut browser = app.browser();
    browser.post("/login/1", "");
    events.take();
    browser.post("/logout", "");
    assert!(events.take().contains(&("user_logged_out", Some(1))));
    app.browser().post("/logout", "");
    assert_eq!(events.take(), [("user_logged_out", None)]);
}

#[test]
fn a_logout_while_the_loader_fails_reports_no_user() {
    let (app, events) = app(|manager| {
        manager.user_loader(async |_: u64| Err::<Option<User>, _>("the database is gone"))
    });
    let mut browser = app.browser();
    browser.post("/login/1", "");
    events.take();
    assert_eq!(browser.post("/logout", "").status, 200);
    let reported = events.take();
    assert!(
        reported.contains(&("user_logged_out", None)),
        "{reported:?}"
    );
}

#[test]
fn forbidden_is_no_event_and_the_managers_own_is_the_same() {
    let (app, events) = app(|manager| {
        manager.forbidden_handler(async |_: &HttpRequest| {
            HttpResponse::Forbidden().body("not for you")
        })
    });
    for page in ["/forbidden", "/by-manager"] {
        let response = app.browser().get(page);
        assert_eq!((response.status, &*response.body), (403, "not for you"));
        assert_eq!(events.take(), [], "{page}");
    }
}

#[test]
fn the_duration_is_of_the_remember_cookie_alone_and_in_whole_seconds() {
    let (app, _) = app(|manager| manager);
    let without = app.browser().post("/login-for/false/5000", "");
    assert_eq!(
        without.set_cookie(REMEMBER).map(|cookie| cookie.value),
        None
    );
    let with = app.browser().post("/login-for/true/1500", "");
    assert_eq!(with.set_cookie(REMEMBER).unwrap().max_age(), Some(1));
}

#[test]
fn the_session_keys_are_those_of_the_constant() {
    for (name, ending) in [("User", ""), ("Admin", ":Admin")] {
        let (app, _) = app(|manager| manager.name(name));
        let mut browser = app.browser();
        browser.post("/login/1", "");
        let key = format!("{}{ending}", actix_login::SESSION_KEYS[0]);
        let keys = browser.get("/keys").body;
        assert!(keys.split(' ').any(|other| other == key), "{keys}");
    }
}

#[test]
fn a_logout_drops_the_messages_before_it() {
    let (app, _) = app(|manager| manager);
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.post("/flash-around-logout", "");
    assert_eq!(browser.get("/flashed").body, "after");
}

async fn fail(_: ServiceRequest, _: Next<impl MessageBody>) -> Result<ServiceResponse, Error> {
    Err(ErrorImATeapot("short and stout"))
}

/// Replaces the error of the middleware inside of the manager, if it is still that error.
async fn expect_error(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let result = next.call(req).await;
    result.map_err(|error| ErrorServiceUnavailable(format!("it was: {error}")))
}

#[test]
fn an_error_of_a_middleware_inside_the_manager_passes_it_unchanged() {
    let manager = builder::<User>().build().unwrap();
    let app = serve!(
        all_pages,
        from_fn(fail),
        manager.clone(),
        from_fn(expect_error),
        cookie_session(),
    );
    let response = app.browser().get("/who");
    assert_eq!(response.status, 503);
    assert_eq!(response.body, "it was: short and stout");
}
