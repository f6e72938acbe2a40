//! Users who come with the request: the request loader and the header loader.

use actix_web::HttpRequest;

use crate::support::{
    Count, REMEMBER,
    api_site::{api, app, ask, builder, by_bearer, by_password, send},
    pages::{User, load},
};

#[test]
fn a_request_user_is_logged_in_for_that_request_only() {
    let app = app(api());
    let mut client = app.browser();
    let response = send(&mut client, "GET", "/source", "Bearer key-7");
    assert_eq!(response.body, "request Some(7) fresh: false");
    assert!(response.set_cookies().is_empty());
    assert_eq!(client.get("/source").body, "nobody None fresh: false");
}

#[test]
fn login_source_tells_how_the_user_was_found() {
    let app = app(api());
    let mut browser = app.browser();
    assert_eq!(browser.get("/source").body, "nobody None fresh: false");
    browser.post("/remember", "");
    assert_eq!(browser.get("/source").body, "session Some(1) fresh: true");
    browser.restart();
    assert_eq!(
        browser.get("/source").body,
        "remember cookie Some(1) fresh: false"
    );
    assert_eq!(browser.get("/source").body, "session Some(1) fresh: false");
}

#[test]
fn a_request_user_is_never_fresh_and_cannot_be_confirmed() {
    let app = app(api());
    let mut client = app.browser();
    let fresh = send(&mut client, "GET", "/fresh", "Bearer key-7");
    assert_eq!(fresh.location(), Some("/refresh?next=%2Ffresh"));
    let confirmed = send(&mut client, "POST", "/confirm", "Bearer key-7");
    assert_eq!((confirmed.status, confirmed.body.as_str()), (401, ""));
    let fresh = send(&mut client, "GET", "/fresh", "Bearer key-7");
    assert_eq!(fresh.status, 302);
}

#[test]
fn request_loaders_run_only_if_session_and_cookie_have_no_user() {
    let (by_request, by_header) = (Count::default(), Count::default());
    let (requests, headers) = (by_request.clone(), by_header.clone());
    let app = app(builder()
        .request_loader(async move |_: &HttpRequest| {
            requests.add();
            None::<User>
        })
        .header_loader(async move |value: &str| {
            headers.add();
            by_bearer(value)
        }));
    let counts = || (by_request.get(), by_header.get());
    let mut browser = app.browser();
    browser.post("/remember", "");
    assert_eq!(ask(&mut browser, "/who", "Bearer key-7"), "1");
    browser.restart();
    assert_eq!(ask(&mut browser, "/who", "Bearer key-7"), "1");
    assert_eq!(counts(), (0, 0));
    browser.cookies.clear();
    assert_eq!(ask(&mut browser, "/who", "Bearer key-7"), "7");
    assert_eq!(counts(), (1, 1));
    // Without the header its loader is not called.
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(counts(), (2, 1));
}

#[test]
fn the_request_loader_runs_after_an_invalid_remember_cookie() {
    let app = app(api());
    let mut client = app.browser();
    client.cookies.insert(REMEMBER.into(), "forged".into());
    let response = send(&mut client, "GET", "/who", "Bearer key-7");
    assert_eq!(response.body, "7");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
}

#[test]
fn the_request_loader_runs_before_the_header_loader() {
    let app = app(builder()
        .request_loader(async |req: &HttpRequest| {
            let id = req.query_string().strip_prefix("api_key=")?;
            load::<User>(id.parse().ok()?)
        })
        .header_loader(async |value: &str| by_bearer(value)));
    let mut client = app.browser();
    assert_eq!(ask(&mut client, "/who?api_key=3", "Bearer key-7"), "3");
    assert_eq!(ask(&mut client, "/who?api_key=none", "Bearer key-7"), "7");
    assert_eq!(client.get("/who?api_key=3").body, "3");
    assert_eq!(client.get("/who").body, "nobody");
}

#[test]
fn a_header_loader_reads_basic_and_bearer_credentials() {
    let app = app(builder().header_loader(by_password));
    let mut client = app.browser();
    for (value, who) in [
        ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "7"),
        ("basic  QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "7"),
        ("Bearer lamp", "8"),
        ("BEARER lamp", "8"),
        ("Basic QWxhZGRpbjpvcGVuIHNlc2Ft", "nobody"),
        ("Basic QWxhZGRpbg==", "nobody"),
        ("Basic not base64!", "nobody"),
        ("Basic", "nobody"),
        ("QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "nobody"),
        ("Bearer", "nobody"),
        ("Bearer lamp oil", "nobody"),
        ("Digest lamp", "nobody"),
        ("", "nobody"),
    ] {
        assert_eq!(ask(&mut client, "/who", value), who, "{value:?}");
    }
    let unreadable = client
        .request("GET", "/who")
        .header("Authorization", b"Bearer lamp\xff")
        .send();
    assert_eq!(unreadable.body, "nobody");
}

#[test]
fn the_header_loaders_header_name_is_configurable() {
    let app = app(builder()
        .header_loader(by_password)
        .auth_header_name("X-Api-Key"));
    let mut client = app.browser();
    assert_eq!(ask(&mut client, "/who", "Bearer lamp"), "nobody");
    let request = client.request("GET", "/who");
    assert_eq!(request.header("x-api-key", "Bearer lamp").send().body, "8");
}
