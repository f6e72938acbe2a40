//! The events: Flask-Login's signals, reported to observers and to the log.

mod log;
mod protected_sessions;
mod reasons;
mod warnings;

use std::{
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_login::{
    CookieRejectReason, LoginEndReason,
    LoginEvent::{
        self, LoginEnded, RememberCookieRejected, SessionProtected, UserAccessed,
        UserLoadedFromCookie, UserLoadedFromRequest, UserLoggedIn, UserLoggedOut,
        UserLoginConfirmed, UserNeedsRefresh, UserUnauthorized,
    },
    LoginManagerBuilder, LoginOptions, RememberCookie, SessionProtection, confirm_login,
    fresh_login_required, login_required, login_user_with,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, Path, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Browser, Clock, REMEMBER, SECRET, TestApp, cookie_session,
        pages::{User, load, logout, pages},
    },
};

/// An id that appears in no text by chance.
const ID: u64 = 86_753_098_675_309;

const API_KEY: &str = "key-of-the-api-4711";

/// What was seen: the event, the path of the request and the id of the user.
type Seen = (LoginEvent, String, Option<u64>);

#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<Seen>>>);

impl Events {
    fn note(&self, event: LoginEvent, req: &HttpRequest, user: Option<&User>) {
        let seen = (event, req.path().to_owned(), user.map(|user| user.id));
        self.0.lock().unwrap().push(seen);
    }

    /// The events since the last call.
    fn take(&self) -> Vec<Seen> {
        mem::take(&mut *self.0.lock().unwrap())
    }

    /// The events since the last call, all of one request to this path.
    #[track_caller]
    fn of(&self, path: &str) -> Vec<(LoginEvent, Option<u64>)> {
        let seen = self.take();
        assert!(seen.iter().all(|(_, of, _)| of == path), "{seen:?}");
        seen.into_iter().map(|(event, _, id)| (event, id)).collect()
    }
}

#[login_required]
async fn guarded() -> impl Responder {
    "guarded"
}

#[fresh_login_required]
async fn fresh() -> impl Responder {
    "fresh"
}

async fn public() -> impl Responder {
    "public"
}

async fn remember(req: HttpRequest, id: Path<u64>) -> Result<impl Responder> {
    let options = LoginOptions::new().remember(true);
    login_user_with(&req, &User::from(*id), options).await?;
    Ok("logged in")
}

async fn confirm(req: HttpRequest) -> Result<impl Responder> {
    confirm_login(&req).await?;
    Ok("confirmed")
}

fn telling(config: &mut ServiceConfig) {
    config
        .configure(pages::<User>)
        .route("/public", web::get().to(public))
        .route("/guarded", web::get().to(guarded))
        .route("/fresh", web::get().to(fresh))
        .route("/remember/{id}", web::post().to(remember))
        .route("/confirm", web::post().to(confirm))
        .route("/bye", web::post().to(logout));
}

type Builder = LoginManagerBuilder<User>;

/// A manager with all loaders, and a clock.
fn builder(clock: &Clock) -> Builder {
    actix_login::LoginManager::builder(SECRET)
        .user_loader(async |id: u64| load::<User>(id))
        .request_loader(async |req: &HttpRequest| {
            let key = req.headers().get("X-Api-Key")?;
            (key == API_KEY).then(|| User::from(ID))
        })
        .remember_cookie(RememberCookie::new().secure(false))
        .login_deadline(Duration::from_secs(1000))
        .clock(clock.reader())
}

fn app_with(change: impl FnOnce(Builder) -> Builder) -> (TestApp, Events, Clock) {
    let (events, clock) = (Events::default(), Clock::new());
    let sink = events.clone();
    let builder = builder(&clock).on_event(move |req, event, user| sink.note(event, req, user));
    let manager = change(builder).build().unwrap();
    let app = serve!(telling, manager.clone(), cookie_session());
    (app, events, clock)
}

fn app() -> (TestApp, Events, Clock) {
    app_with(|builder| builder)
}

fn remembered(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.post(&format!("/remember/{ID}"), "").status, 200);
    browser
}

#[test]
fn a_login_is_reported_with_its_user() {
    let (app, events, _) = app();
    app.browser().post(&format!("/login/{ID}"), "");
    assert_eq!(
        events.of(&format!("/login/{ID}")),
        [(UserLoggedIn, Some(ID))]
    );
}

#[test]
fn only_a_request_that_asks_for_its_user_is_reported_and_once() {
    let (app, events, _) = app();
    let mut browser = remembered(&app);
    events.take();
    browser.get("/public");
    assert_eq!(events.take(), []);
    browser.get("/protected");
    assert_eq!(events.of("/protected"), [(UserAccessed, Some(ID))]);
    app.browser().get("/who");
    assert_eq!(events.of("/who"), [(UserAccessed, None)]);
}

#[test]
fn a_logout_is_reported_with_the_user_who_was_logged_in() {
    let (app, events, _) = app();
    let mut browser = remembered(&app);
    events.take();
    browser.post("/bye", "");
    assert_eq!(
        events.of("/bye"),
        [(UserAccessed, Some(ID)), (UserLoggedOut, Some(ID))]
    );
}

#[test]
fn restoring_refusing_and_confirming_a_stale_login_are_reported() {
    let (app, events, _) = app();
    let mut browser = remembered(&app);
    browser.restart();
    events.take();
    browser.get("/fresh");
    let user = Some(ID);
    assert_eq!(
        events.of("/fresh"),
        [
            (UserLoadedFromCookie, user),
            (UserAccessed, user),
            (UserNeedsRefresh, user)
        ]
    );
    browser.post("/confirm", "");
    assert_eq!(
        events.of("/confirm"),
        [(UserAccessed, user), (UserLoginConfirmed, user)]
    );
    browser.get("/fresh");
    assert_eq!(events.of("/fresh"), [(UserAccessed, user)]);
}

#[test]
fn a_user_from_the_request_loader_is_reported() {
    let (app, events, _) = app();
    let mut browser = app.browser();
    let request = browser.request("GET", "/guarded");
    assert_eq!(request.header("X-Api-Key", API_KEY).send().body, "guarded");
    assert_eq!(
        events.of("/guarded"),
        [(UserLoadedFromRequest, Some(ID)), (UserAccessed, Some(ID))]
    );
}

#[test]
fn a_refused_anonymous_visitor_is_reported() {
    let (app, events, _) = app();
    assert_eq!(app.browser().get("/guarded").status, 401);
    assert_eq!(
        events.of("/guarded"),
        [(UserAccessed, None), (UserUnauthorized, None)]
    );
}

#[test]
fn basic_session_protection_is_reported_each_time_with_the_user() {
    let (app, events, _) = app();
    let mut browser = remembered(&app);
    browser.user_agent = Some("Thief/1.0".to_owned());
    events.take();
    for _ in 0..2 {
        browser.get("/who");
        let expected = [(SessionProtected, Some(ID)), (UserAccessed, Some(ID))];
        assert_eq!(events.of("/who"), expected);
    }
}

#[test]
fn strong_session_protection_is_reported_once() {
    let (app, events, _) =
        app_with(|builder| builder.session_protection(SessionProtection::Strong));
    let mut browser = remembered(&app);
    browser.user_agent = Some("Thief/1.0".to_owned());
    events.take();
    browser.get("/who");
    assert_eq!(
        events.of("/who"),
        [(SessionProtected, None), (UserAccessed, None)]
    );
    browser.get("/who");
    assert_eq!(events.of("/who"), [(UserAccessed, None)]);
}

#[test]
fn a_rejected_remember_cookie_is_reported() {
    let (app, events, _) = app();
    let mut browser = app.browser();
    browser.cookies.insert(REMEMBER.into(), "forged".into());
    browser.get("/who");
    assert_eq!(
        events.of("/who"),
        [
            (
                RememberCookieRejected {
                    reason: CookieRejectReason::Forged
                },
                None
            ),
            (UserAccessed, None)
        ]
    );
}

#[test]
fn an_expired_login_is_reported() {
    let (app, events, clock) = app();
    let mut browser = app.browser();
    browser.post(&format!("/login/{ID}"), "");
    clock.advance(Duration::from_secs(1000));
    events.take();
    browser.get("/who");
    assert_eq!(
        events.of("/who"),
        [
            (
                LoginEnded {
                    reason: LoginEndReason::Expired,
                    login: None
                },
                None
            ),
            (UserAccessed, None)
        ]
    );
}

#[test]
fn observers_are_called_in_the_order_of_registration() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let observer = |name: &'static str| {
        let order = Arc::clone(&order);
        move |_: &HttpRequest, event: LoginEvent, _: Option<&User>| {
            order.lock().unwrap().push((name, event));
        }
    };
    let (app, _, _) = app_with(|builder| {
        let builder = builder.on_event(observer("first"));
        builder
            .on_event(observer("second"))
            .on_event(observer("third"))
    });
    app.browser().post("/login/1", "");
    assert_eq!(
        *order.lock().unwrap(),
        ["first", "second", "third"].map(|name| (name, UserLoggedIn))
    );
}

#[test]
fn an_observer_may_access_the_requests_session_and_extensions() {
    use actix_session::SessionExt;
    use actix_web::HttpMessage;
    let (app, _, _) = app_with(|builder| {
        builder.on_event(|req, event, _| {
            req.extensions_mut().insert(event);
            if event == UserLoggedIn {
                req.get_session().insert("cart", "gift").unwrap();
            }
        })
    });
    let mut browser = app.browser();
    browser.post("/login/1", "");
    assert_eq!(browser.get("/cart").body, "gift");
}

#[test]
fn an_event_prints_its_name() {
    assert_eq!(UserLoggedIn.to_string(), UserLoggedIn.name());
}
