//! `is_safe_redirect` and `NextUrl`: the targets that an app may redirect a user to after the
//! login.

use actix_login::{NextUrl, anonymous_required, is_safe_redirect, login_required};
use actix_web::{
    HttpRequest, Responder,
    web::{self, Form, Redirect, ServiceConfig},
};
use serde::Deserialize;

use crate::{
    serve,
    support::{
        Response, TestApp, cookie_session,
        pages::{User, builder, pages},
    },
};

async fn is_safe(req: HttpRequest, target: String) -> String {
    is_safe_redirect(&req, &target).to_string()
}

async fn next_of_query(next: NextUrl) -> impl Responder {
    Redirect::to(next.unwrap_or("/default")).see_other()
}

#[derive(Deserialize)]
struct LoginForm {
    #[serde(default)]
    next: NextUrl,
}

async fn next_of_form(form: Form<LoginForm>) -> impl Responder {
    Redirect::to(form.into_inner().next.unwrap_or("/default")).see_other()
}

/// Like a login page that accepts either source.
async fn next_of_both(form: Form<LoginForm>, query: NextUrl) -> impl Responder {
    let next = form.into_inner().next.or(query);
    Redirect::to(next.unwrap_or("/default")).see_other()
}

#[login_required]
async fn guarded() -> impl Responder {
    "guarded"
}

#[anonymous_required("/home")]
async fn login_page() -> impl Responder {
    "login page"
}

fn redirecting(config: &mut ServiceConfig) {
    config
        .configure(pages::<User>)
        .route("/is-safe", web::post().to(is_safe))
        .route("/query", web::get().to(next_of_query))
        .route("/form", web::post().to(next_of_form))
        .route("/both", web::post().to(next_of_both))
        .route("/login-page", web::get().to(login_page))
        .default_service(web::to(guarded));
}

fn app() -> TestApp {
    let manager = builder::<User>().build().unwrap();
    serve!(redirecting, manager.clone(), cookie_session())
}

fn app_with_hosts() -> TestApp {
    let manager = builder::<User>()
        .allowed_redirect_hosts(["accounts.example"])
        .allowed_redirect_hosts(["dev.example:8080", "localhost"])
        .build()
        .unwrap();
    serve!(redirecting, manager.clone(), cookie_session())
}

fn app_with_session() -> TestApp {
    let manager = builder::<User>()
        .use_session_for_next(true)
        .build()
        .unwrap();
    serve!(redirecting, manager.clone(), cookie_session())
}

fn accepts(app: &TestApp, target: &str) -> bool {
    let response = app
        .browser()
        .request("POST", "/is-safe")
        .header("Content-Type", "text/plain; charset=utf-8")
        .body(target)
        .send();
    assert_eq!(response.status, 200, "{target:?}: {response:?}");
    response.body == "true"
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn location(response: &Response) -> &str {
    response.location().unwrap()
}

const SAFE: &[&str] = &[
    "/",
    "/x",
    "/x?y",
    "/x?y=//z",
    "/x?next=https://evil.example",
    "/x#y",
    "/a/../b",
    "/a//b",
    "/.//b",
    "/:80",
    "/@evil.example",
    "/x:y@z",
    "/%2F/evil.example",
    "/%09/evil.example",
    "/%5Cevil.example",
    "/x\\y",
    "/ü",
    "/佐藤?名=前",
    "/x y",
    "/\u{ff0f}evil.example",
];

const UNSAFE: &[&str] = &[
    "",
    "x",
    "?x",
    "#x",
    ".",
    "../x",
    " /x",
    "\u{a0}/x",
    "\u{feff}/x",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\\evil.example",
    "/x\0",
    "/x\r\nSet-Cookie: a=b",
    "/x\u{7f}",
    "/x\u{85}",
    "http:evil.example",
    "https:/evil.example",
    "https://evil.example/",
    "HTTPS://EVIL.EXAMPLE",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "mailto:x@evil.example",
    "evil.example",
    "evil.example:80",
];

#[test]
fn a_path_on_this_site_is_a_safe_redirect() {
    let app = app();
    for target in SAFE {
        assert!(accepts(&app, target), "{target:?}");
    }
}

#[test]
fn a_target_that_leads_elsewhere_is_no_safe_redirect() {
    let (app, app_with_hosts) = (app(), app_with_hosts());
    for target in UNSAFE {
        assert!(!accepts(&app, target), "{target:?}");
        assert!(!accepts(&app_with_hosts, target), "{target:?}");
    }
}

#[test]
fn a_target_of_more_than_1_024_bytes_is_no_safe_redirect() {
    let app = app();
    assert!(accepts(&app, &format!("/{}", "x".repeat(1023))));
    assert!(!accepts(&app, &format!("/{}", "x".repeat(1024))));
    assert!(!accepts(&app, &format!("/{}", "ü".repeat(512))));
}

#[test]
fn the_requests_own_host_is_not_trusted() {
    let app = app();
    let own = format!("http://{}/x", app.address());
    assert!(!accepts(&app, &own));
    let claimed = app
        .browser()
        .request("POST", "/is-safe")
        .header("Host", "evil.example")
        .header("Content-Type", "text/plain")
        .body("http://evil.example/x")
        .send();
    assert_eq!(claimed.body, "false");
}

#[test]
fn an_allowed_host_may_name_its_schemes_default_port() {
    let manager = builder::<User>()
        .allowed_redirect_hosts(["secure.example:443", "plain.example:80"])
        .build()
        .unwrap();
    let app = serve!(redirecting, manager.clone(), cookie_session());
    for target in [
        "https://secure.example/x",
        "https://secure.example:443/x",
        "http://secure.example:443/x",
        "http://plain.example/x",
        "https://plain.example:80/x",
    ] {
        assert!(accepts(&app, target), "{target:?}");
    }
    for target in [
        "http://secure.example/x",
        "https://secure.example:444/x",
        "https://plain.example/x",
        "https://plain.example:443/x",
    ] {
        assert!(!accepts(&app, target), "{target:?}");
    }
}

#[test]
fn hosts_are_allowed_by_exact_name_and_port() {
    let app = app_with_hosts();
    for target in [
        "https://accounts.example",
        "https://accounts.example/x?y#z",
        "http://accounts.example:80/",
        "https://accounts.example:443/",
        "HTTPS://ACCOUNTS.EXAMPLE/",
        "http://dev.example:8080/x",
        "http://localhost/x",
    ] {
        assert!(accepts(&app, target), "{target:?}");
    }
    for target in [
        "https://accounts.example:444/",
        "http://dev.example/",
        "http://dev.example:80800/",
        "http://localhost:8080/",
        "https://accounts.example.evil.example/",
        "https://evil.accounts.example/",
        "https://evilaccounts.example/",
        "https://accounts.example@evil.example/",
        "https://accounts.example:443@evil.example/",
        "https://user@accounts.example/",
        "https://accounts.example\\@evil.example/",
        "https://evil.example\\.accounts.example/",
        "https://evil.example#.accounts.example/",
        "https://evil.example?.accounts.example/",
        "https:accounts.example",
        "https:/accounts.example",
        "https:///accounts.example",
        "https:\\\\accounts.example",
        "//accounts.example/",
        "/\\accounts.example/",
        "accounts.example",
        "ftp://accounts.example/",
        "javascript://accounts.example/%0aalert(1)",
        " https://accounts.example/",
        "https://accounts.example/ x",
        "https://accounts.example/\n",
        "https://accounts\t.example/",
    ] {
        assert!(!accepts(&app, target), "{target:?}");
    }
}

#[test]
fn a_querys_next_is_used_if_it_is_safe() {
    let app = app();
    let mut browser = app.browser();
    let mut go = |next: &str| {
        let response = browser.get(&format!("/query?a=b&next={}", encoded(next)));
        location(&response).to_owned()
    };
    assert_eq!(go("/a?b=c&d=%20"), "/a?b=c&d=%20");
    assert_eq!(go("/佐藤 x"), "/%E4%BD%90%E8%97%A4%20x");
    for target in UNSAFE {
        assert_eq!(go(target), "/default", "{target:?}");
    }
    assert_eq!(location(&browser.get("/query")), "/default");
    assert_eq!(location(&browser.get("/query?next")), "/default");
    assert_eq!(location(&browser.get("/query?next=%FF")), "/default");
}

#[test]
fn the_first_of_two_nexts_in_a_query_counts() {
    let app = app();
    let mut browser = app.browser();
    let response = browser.get("/query?next=/a&next=//evil.example");
    assert_eq!(location(&response), "/a");
    let response = browser.get("/query?next=//evil.example&next=/a");
    assert_eq!(location(&response), "/default");
}

#[test]
fn a_querys_next_may_lead_to_an_allowed_host() {
    let app = app_with_hosts();
    let response = app
        .browser()
        .get("/query?next=https%3A%2F%2Faccounts.example%2Fx");
    assert_eq!(location(&response), "https://accounts.example/x");
}

#[test]
fn a_forms_next_is_used_if_it_is_a_path_on_this_site() {
    let (app, app_with_hosts) = (app(), app_with_hosts());
    let go = |app: &TestApp, next: &str| {
        let form = format!("next={}", encoded(next));
        location(&app.browser().post("/form", &form)).to_owned()
    };
    assert_eq!(go(&app, "/a?b=c"), "/a?b=c");
    for target in UNSAFE {
        assert_eq!(go(&app, target), "/default", "{target:?}");
    }
    assert_eq!(go(&app_with_hosts, "https://accounts.example/"), "/default");
    let without = app.browser().post("/form", "a=b");
    assert_eq!(location(&without), "/default");
}

#[test]
fn a_querys_next_is_used_if_the_forms_next_is_unsafe() {
    let app = app();
    let go = |form| {
        let response = app.browser().post("/both?next=/query", form);
        location(&response).to_owned()
    };
    assert_eq!(go("next=/form"), "/form");
    assert_eq!(go("next=//evil.example"), "/query");
    assert_eq!(go("a=b"), "/query");
}

#[test]
fn the_sessions_next_is_used_once() {
    let app = app_with_session();
    let mut browser = app.browser();
    browser.get("/a?b=%20c");
    assert_eq!(location(&browser.get("/query")), "/a?b=%20c");
    assert_eq!(location(&browser.get("/query")), "/default");
}

#[test]
fn the_querys_next_takes_precedence_over_the_sessions() {
    let app = app_with_session();
    let mut browser = app.browser();
    browser.get("/a");
    assert_eq!(location(&browser.get("/query?next=/b")), "/b");
    // It is newer, so the session's is dropped.
    assert_eq!(location(&browser.get("/query")), "/default");
    browser.get("/a");
    assert_eq!(location(&browser.get("/query?next=//evil.example")), "/a");
    assert_eq!(
        location(&browser.get("/query?next=//evil.example")),
        "/default"
    );
}

#[test]
fn without_the_setting_the_sessions_next_key_belongs_to_the_app() {
    let app = app();
    let mut browser = app.browser();
    browser.get("/a");
    assert_eq!(location(&browser.get("/query")), "/default");
}

#[test]
fn a_login_page_redirects_only_to_a_safe_next() {
    let app = app_with_hosts();
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let mut go = |next: &str| {
        let response = browser.get(&format!("/login-page?next={}", encoded(next)));
        location(&response).to_owned()
    };
    assert_eq!(go("/ü"), "/%C3%BC");
    assert_eq!(go("https://accounts.example/"), "https://accounts.example/");
    for target in UNSAFE {
        assert_eq!(go(target), "/home", "{target:?}");
    }
}
