//! `#[login_required]` and the other guard attributes on handlers, and the extractors that refuse.

use std::{
    convert::Infallible,
    future::{Ready, ready},
};

use actix_login::{
    AuthenticatedUser, CurrentUser, FlashedMessages, LoginEvent, LoginManagerBuilder, LoginOptions,
    SessionProtection, anonymous_required, fresh_login_required, login_required, login_user,
    login_user_with, unauthorized,
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder, Result,
    dev::Payload,
    post,
    web::{self, Data, Json, ServiceConfig},
};
use serde::Deserialize;

use crate::{
    serve,
    support::{
        Browser, Count, REMEMBER, Response, SESSION, TestApp, cookie_session,
        pages::{INACTIVE, User, builder, login, pages},
    },
};

/// An argument that counts how often it is extracted.
struct Counted;

impl FromRequest for Counted {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        req.app_data::<Data<Seen>>().unwrap().extracted.add();
        ready(Ok(Self))
    }
}

/// What has happened in the app.
#[derive(Clone, Default)]
struct Seen {
    extracted: Count,
    handled: Count,
    refused: Count,
    accessed: Count,
}

#[derive(Deserialize)]
struct Order {
    item: String,
}

#[post("/orders")]
#[login_required]
async fn order(_: Counted, order: Json<Order>, seen: Data<Seen>) -> impl Responder {
    seen.handled.add();
    format!("ordered {}", order.item)
}

/// Responds to every method, as handlers given to `.to(…)` do.
#[login_required]
async fn any_method(_: Counted, seen: Data<Seen>) -> impl Responder {
    seen.handled.add();
    "any method"
}

fn is_first(user: &User) -> bool {
    user.id == 1
}

async fn is_odd(user: &User) -> bool {
    actix_web::rt::task::yield_now().await;
    user.id % 2 == 1
}

#[login_required(check = is_first)]
async fn for_the_first() -> impl Responder {
    "for the first"
}

#[login_required(User, check = is_odd, check = |user: &User| user.id > 1)]
async fn for_the_odd() -> impl Responder {
    "for the odd"
}

#[login_required(check = is_first)]
#[login_required]
async fn stacked(user: AuthenticatedUser<User>) -> impl Responder {
    format!("stacked {}", user.id)
}

#[anonymous_required("/home")]
async fn sign_up(_: Counted) -> impl Responder {
    "sign up"
}

#[anonymous_required]
async fn sign_up_or_root() -> impl Responder {
    "sign up"
}

async fn without_attribute(user: AuthenticatedUser<User>, seen: Data<Seen>) -> impl Responder {
    seen.handled.add();
    format!("user {}", user.id)
}

async fn maybe(user: CurrentUser<User>) -> impl Responder {
    format!("{:?} {}", user.get_id(), user.is_authenticated())
}

async fn asks_twice(req: HttpRequest) -> Result<impl Responder> {
    let known = CurrentUser::<User>::extract(&req).await?;
    let user = AuthenticatedUser::<User>::extract(&req).await?;
    Ok(format!("{:?} {}", known.get_id(), user.id))
}

async fn refuses_by_itself(req: HttpRequest) -> HttpResponse {
    unauthorized(&req).await
}

async fn flashes(flashes: FlashedMessages) -> impl Responder {
    let texts: Vec<&str> = flashes.iter().map(|it| it.message.as_str()).collect();
    texts.join("|")
}

fn guarded(config: &mut ServiceConfig) {
    pages::<User>(config);
    config
        .service(order)
        .service(web::resource("/any-method").to(any_method))
        .route("/first", web::get().to(for_the_first))
        .route("/odd", web::get().to(for_the_odd))
        .route("/stacked", web::get().to(stacked))
        .service(web::resource("/sign-up").to(sign_up))
        .route("/sign-up-or-root", web::get().to(sign_up_or_root))
        .service(web::resource("/without-attribute").to(without_attribute))
        .route("/maybe", web::get().to(maybe))
        .route("/asks-twice", web::get().to(asks_twice))
        .route("/refuses", web::get().to(refuses_by_itself))
        .route("/flashes", web::get().to(flashes));
}

fn app() -> (TestApp, Seen) {
    app_with(|builder| builder)
}

fn app_with(
    change: impl FnOnce(LoginManagerBuilder<User>) -> LoginManagerBuilder<User>,
) -> (TestApp, Seen) {
    let seen = Seen::default();
    let (refused, accessed) = (seen.refused.clone(), seen.accessed.clone());
    let manager = change(builder())
        .on_event(move |_, event, _| match event {
            LoginEvent::UserUnauthorized => drop(refused.add()),
            LoginEvent::UserAccessed => drop(accessed.add()),
            _ => {}
        })
        .build()
        .unwrap();
    let data = Data::new(seen.clone());
    let configure = move |config: &mut ServiceConfig| {
        config.app_data(data.clone()).configure(guarded);
    };
    let app = serve!(configure.clone(), manager.clone(), cookie_session());
    (app, seen)
}

fn logged_in(app: &TestApp, id: u64) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.post(&format!("/login/{id}"), "").status, 200);
    browser
}

fn post_json(browser: &mut Browser, body: &str) -> Response {
    browser
        .request("POST", "/orders")
        .header("Content-Type", "application/json")
        .body(body)
        .send()
}

#[test]
fn anonymous_broken_json_is_refused_before_extraction() {
    let (app, seen) = app();
    let response = post_json(&mut app.browser(), "{broken");
    assert_eq!(response.status, 302);
    assert_eq!(response.location(), Some("/login"));
    assert_eq!((seen.extracted.get(), seen.handled.get()), (0, 0));
}

#[test]
fn anonymous_json_of_3_mb_is_refused_before_extraction() {
    let (app, seen) = app();
    let body = format!("{{\"item\": \"{}\"}}", "x".repeat(3_000_000));
    let response = post_json(&mut app.browser(), &body);
    assert_eq!(response.status, 302);
    assert_eq!((seen.extracted.get(), seen.handled.get()), (0, 0));
}

#[test]
fn an_anonymous_preflight_passes_and_runs_no_protected_code() {
    let (app, seen) = app();
    let response = app.browser().request("OPTIONS", "/any-method").send();
    assert_eq!((response.status, response.body.as_str()), (204, ""));
    assert!(response.set_cookies().is_empty(), "no flash is stored");
    assert_eq!(seen.refused.get(), 0);
    assert_eq!((seen.extracted.get(), seen.handled.get()), (0, 0));
}

#[test]
fn a_logged_in_users_preflight_reaches_the_handler() {
    let (app, seen) = app();
    let mut browser = logged_in(&app, 1);
    let response = browser.request("OPTIONS", "/any-method").send();
    assert_eq!(response.body, "any method");
    assert_eq!(seen.handled.get(), 1);
}

#[test]
fn a_preflight_ends_a_stolen_session_and_clears_a_dead_cookie() {
    let (app, _) = app_with(|builder| builder.session_protection(SessionProtection::Strong));
    let mut browser = logged_in(&app, 1);
    browser.user_agent = Some("AnotherBrowser/1.0".to_owned());
    assert_eq!(browser.request("OPTIONS", "/any-method").send().status, 204);
    browser.user_agent = app.browser().user_agent;
    assert_eq!(browser.get("/who").body, "nobody");

    let mut browser = app.browser();
    browser
        .cookies
        .insert(REMEMBER.to_owned(), "dead".to_owned());
    let response = browser.request("OPTIONS", "/any-method").send();
    assert_eq!(response.status, 204);
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
}

#[test]
fn an_anonymous_preflight_also_passes_a_refusing_extractor() {
    let (app, seen) = app();
    let response = app
        .browser()
        .request("OPTIONS", "/without-attribute")
        .send();
    assert_eq!((response.status, response.body.as_str()), (204, ""));
    assert_eq!((seen.refused.get(), seen.handled.get()), (0, 0));
}

#[test]
fn a_check_admits_users_who_pass_it_and_forbids_the_rest() {
    let (app, seen) = app();
    assert_eq!(logged_in(&app, 1).get("/first").body, "for the first");
    let forbidden = logged_in(&app, 2).get("/first");
    assert_eq!((forbidden.status, forbidden.body.as_str()), (403, ""));
    assert!(forbidden.set_cookies().is_empty());
    assert_eq!(seen.refused.get(), 0);
    assert_eq!(app.browser().get("/first").status, 302);
}

#[test]
fn all_checks_must_pass_including_async_ones() {
    let (app, _) = app();
    assert_eq!(logged_in(&app, 3).get("/odd").body, "for the odd");
    assert_eq!(logged_in(&app, 1).get("/odd").status, 403);
    assert_eq!(logged_in(&app, 2).get("/odd").status, 403);
    assert_eq!(app.browser().get("/odd").status, 302);
}

#[test]
fn the_forbidden_handler_responds_to_a_failed_check() {
    let manager = builder::<User>()
        .forbidden_handler(async |req: &HttpRequest| {
            HttpResponse::Forbidden().body(format!("{} is not for you", req.path()))
        })
        .build()
        .unwrap();
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/login/{id}", web::post().to(login::<User>))
            .route("/first", web::get().to(for_the_first));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let response = logged_in(&app, 2).get("/first");
    assert_eq!(
        (response.status, response.body.as_str()),
        (403, "/first is not for you")
    );
}

#[test]
fn guards_may_be_stacked() {
    let (app, _) = app();
    assert_eq!(logged_in(&app, 1).get("/stacked").body, "stacked 1");
    assert_eq!(logged_in(&app, 2).get("/stacked").status, 403);
    assert_eq!(app.browser().get("/stacked").status, 302);
}

#[test]
fn an_inactive_users_live_login_is_refused_everywhere() {
    let (app, _) = app();
    let mut browser = app.browser();
    browser.post(&format!("/force/{INACTIVE}"), "");
    assert_eq!(
        browser.get("/maybe").body,
        format!("Some({INACTIVE}) false")
    );
    assert_eq!(browser.get("/without-attribute").status, 302);
    assert_eq!(browser.get("/asks-twice").status, 302);
    assert_eq!(browser.get("/odd").status, 302);
    assert_eq!(logged_in(&app, 1).get("/asks-twice").body, "Some(1) 1");
    assert_eq!(browser.get("/sign-up").body, "sign up");
}

#[test]
fn anonymous_required_redirects_users_to_its_view() {
    let (app, seen) = app();
    assert_eq!(app.browser().get("/sign-up").body, "sign up");
    assert_eq!(seen.extracted.get(), 1);
    let mut browser = logged_in(&app, 1);
    let sent = browser.get("/sign-up");
    assert_eq!((sent.status, sent.location()), (302, Some("/home")));
    assert_eq!(browser.get("/sign-up-or-root").location(), Some("/"));
    assert_eq!(seen.extracted.get(), 1);
}

#[test]
fn anonymous_required_redirects_users_to_a_safe_next() {
    let (app, _) = app();
    let mut browser = logged_in(&app, 1);
    let location = |browser: &mut Browser, next: &str| {
        let response = browser.get(&format!("/sign-up?next={next}"));
        response.location().unwrap().to_owned()
    };
    assert_eq!(location(&mut browser, "%2Fcart%3Fx%3D1"), "/cart?x=1");
    assert_eq!(location(&mut browser, "//evil.example"), "/home");
    assert_eq!(location(&mut browser, "%2F%5Cevil.example"), "/home");
    assert_eq!(location(&mut browser, "https:evil.example"), "/home");
    assert_eq!(location(&mut browser, "%2F%09%2Fevil.example"), "/home");
}

#[test]
fn the_authenticated_user_extractor_refuses_without_the_attribute() {
    let (app, seen) = app();
    let mut browser = app.browser();
    let refused = browser.get("/without-attribute");
    assert_eq!(refused.location(), Some("/login?next=%2Fwithout-attribute"));
    assert_eq!((seen.refused.get(), seen.handled.get()), (1, 0));
    assert_eq!(
        browser.get("/flashes").body,
        "Please log in to access this page."
    );
    assert_eq!(browser.get("/flashes").body, "");
    assert_eq!(logged_in(&app, 1).get("/without-attribute").body, "user 1");
}

#[test]
fn asking_for_the_current_user_causes_no_flash_and_no_refusal() {
    let (app, seen) = app();
    let response = app.browser().get("/maybe");
    assert_eq!(
        (response.status, response.body.as_str()),
        (200, "None false")
    );
    assert!(response.set_cookie(SESSION).is_none());
    assert_eq!((seen.refused.get(), seen.accessed.get()), (0, 1));
}

#[test]
fn a_handler_may_refuse_on_its_own() {
    let (app, seen) = app();
    let response = app.browser().get("/refuses");
    assert_eq!(
        (response.status, response.location()),
        (302, Some("/login?next=%2Frefuses"))
    );
    assert_eq!(seen.refused.get(), 1);
}

#[test]
fn repeated_refusals_flash_the_message_once() {
    let (app, _) = app();
    let mut browser = app.browser();
    assert!(browser.get("/protected").set_cookie(SESSION).is_some());
    assert!(browser.get("/protected").set_cookie(SESSION).is_none());
    assert_eq!(
        browser.get("/flashes").body,
        "Please log in to access this page."
    );
}

#[test]
fn a_guard_does_not_recheck_a_login_made_by_its_handler() {
    #[anonymous_required("/home")]
    async fn log_in(req: HttpRequest) -> Result<impl Responder> {
        login_user(&req, &User::from(1)).await?;
        Ok("logged in")
    }
    let manager = crate::support::pages::manager::<User>();
    let configure = |config: &mut ServiceConfig| {
        config.route("/log-in", web::post().to(log_in));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    assert_eq!(browser.post("/log-in", "").body, "logged in");
    assert_eq!(browser.post("/log-in", "").location(), Some("/home"));
}

#[test]
fn anonymous_required_redirects_users_to_the_sessions_next() {
    async fn landing() -> impl Responder {
        "home"
    }
    let manager = builder::<User>()
        .refresh_view("/refresh")
        .use_session_for_next(true)
        .build()
        .unwrap();
    async fn stale_login(req: HttpRequest) -> Result<impl Responder> {
        login_user_with(&req, &User::from(1), LoginOptions::new().fresh(false)).await?;
        Ok("logged in")
    }
    #[fresh_login_required]
    async fn fresh() -> impl Responder {
        "fresh"
    }
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/stale-login", web::post().to(stale_login))
            .route("/fresh", web::get().to(fresh))
            .route("/sign-up", web::get().to(sign_up_or_root))
            .route("/", web::get().to(landing));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/stale-login", "");
    assert_eq!(browser.get("/fresh?x").location(), Some("/refresh"));

    assert_eq!(browser.get("/sign-up").location(), Some("/fresh?x"));
    assert_eq!(browser.get("/sign-up").location(), Some("/"));
}
