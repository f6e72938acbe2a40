//! A redirect that would lead to the same request again is a 500, and the log says why.

use actix_login::{LoginManagerBuilder, anonymous_required, login_required};
use actix_web::{
    Responder,
    middleware::NormalizePath,
    web::{self, ServiceConfig},
};

use super::{fresh, guarded_pages, location, stale_login};
use crate::{
    serve,
    support::{
        Browser, Log, TestApp, cookie_session,
        pages::{User, builder, pages},
    },
};

#[anonymous_required]
async fn landing() -> impl Responder {
    "landing"
}

#[anonymous_required("/sign-up/")]
async fn sign_up() -> impl Responder {
    "sign up"
}

#[anonymous_required("/home")]
async fn for_strangers() -> impl Responder {
    "for strangers"
}

#[login_required]
async fn guarded() -> impl Responder {
    "guarded"
}

fn circling(config: &mut ServiceConfig) {
    config
        .configure(pages::<User>)
        .route("/", web::get().to(landing))
        .route("/sign-up", web::get().to(sign_up))
        .route("/reauth", web::get().to(for_strangers))
        .route("/welcome", web::get().to(for_strangers))
        .route("/fresh", web::get().to(fresh))
        .route("/stale-login", web::post().to(stale_login))
        .default_service(web::to(guarded));
}

fn app(
    log: &Log,
    change: impl FnOnce(LoginManagerBuilder<User>) -> LoginManagerBuilder<User>,
) -> TestApp {
    let manager = change(builder()).build().unwrap();
    let log = log.clone();
    serve!(
        {
            log.capture();
            circling
        },
        manager.clone(),
        cookie_session(),
        NormalizePath::trim()
    )
}

fn assert_found_out(
    browser: &mut Browser,
    target: &str,
    host: Option<&str>,
    log: &Log,
    text: &str,
) {
    let request = browser.request("GET", target);
    let request = match host {
        Some(host) => request.header("Host", host),
        None => request,
    };
    let response = request.send();
    assert_eq!(
        (response.status, response.body.as_str()),
        (500, ""),
        "{target}"
    );
    assert!(log.says(text), "{target}: {}", log.text());
}

#[test]
fn a_page_for_strangers_that_redirects_to_itself_is_found_out() {
    let log = Log::default();
    let app = app(&log, |builder| builder);
    let mut browser = app.browser();
    assert_eq!(browser.get("/").body, "landing");
    browser.post("/login/1", "");
    assert_found_out(&mut browser, "/", None, &log, "`/` is for anonymous users");
    assert_found_out(
        &mut browser,
        "/?next=/",
        None,
        &log,
        "`/` is for anonymous users",
    );
    let text = "`/sign-up` is for anonymous users";
    assert_found_out(&mut browser, "/sign-up", None, &log, text);
    assert_eq!(location(&browser.get("/?next=/protected")), "/protected");
    assert_eq!(location(&browser.get("/welcome?next=/welcome")), "/home");
}

#[test]
fn a_refresh_view_for_strangers_is_found_out() {
    let log = Log::default();
    let app = app(&log, |builder| builder.refresh_view("/reauth"));
    let mut browser = app.browser();
    browser.post("/stale-login", "");
    let refresh = location(&browser.get("/fresh"));
    let text = "`/reauth` is for anonymous users";
    assert_found_out(&mut browser, &refresh, None, &log, text);
}

#[test]
fn a_guarded_view_is_found_out_whatever_its_slashes() {
    for view in [
        "/login/",
        "/login",
        "/a/../login",
        "/login//?lang=en",
        "/login/#form",
    ] {
        let log = Log::default();
        let app = app(&log, |builder| builder.login_view(view));
        let mut browser = app.browser();
        let target = location(&browser.get("/a"));
        assert_found_out(&mut browser, &target, None, &log, "but it is guarded");
    }
}

#[test]
fn a_guarded_view_on_the_own_host_is_found_out() {
    let log = Log::default();
    let view = "https://shop.example/login";
    let claimed = app(&log, |builder| builder.login_view(view));
    let (mut browser, host) = (claimed.browser(), Some("shop.example"));
    assert_found_out(
        &mut browser,
        "/login?next=/a",
        host,
        &log,
        "but it is guarded",
    );
    let request = browser
        .request("GET", "/login")
        .header("Host", "other.example");
    assert!(location(&request.send()).starts_with(view));

    let log = Log::default();
    let set = app(&log, |builder| {
        let builder = builder.login_view(view);
        builder.server_origin("https://shop.example")
    });
    assert_found_out(
        &mut set.browser(),
        "/login",
        None,
        &log,
        "but it is guarded",
    );
    let mut browser = set.browser();
    assert!(location(&browser.get("/other")).starts_with(view));
}

#[test]
fn another_query_of_the_views_path_is_another_page() {
    let manager = builder::<User>()
        .login_view("/?page=login")
        .build()
        .unwrap();
    let app = serve!(guarded_pages, manager.clone(), cookie_session());
    let mut browser = app.browser();
    assert_eq!(location(&browser.get("/")), "/?page=login&next=%2F");
    assert_eq!(browser.get("/?page=login").status, 500);
}

#[test]
fn a_view_whose_slash_is_changed_is_found_out_by_the_sessions_next() {
    let log = Log::default();
    let app = app(&log, |builder| {
        builder.login_view("/login/").use_session_for_next(true)
    });
    let mut browser = app.browser();
    assert_eq!(location(&browser.get("/a")), "/login/");
    assert_eq!(location(&browser.get("/login/")), "/login/");
    assert_found_out(&mut browser, "/login/", None, &log, "but it is guarded");
}
