//! Which page a login leads to: the one that the user wanted to open last.

use std::time::Duration;

use actix_login::{NextUrl, confirm_login, login_user};
use actix_web::{
    FromRequest, HttpRequest, Result,
    web::{self, ServiceConfig},
};

use super::{guarded_pages, location, origin};
use crate::{
    serve,
    support::{
        Browser, Clock, TestApp, cookie_session,
        pages::{User, builder},
    },
};

/// Pages of login and reauthentication that ask for the `next` once the user is in.
fn login_pages(config: &mut ServiceConfig) {
    async fn log_in(req: HttpRequest) -> Result<String> {
        login_user(&req, &User::from(1)).await?;
        Ok(NextUrl::extract(&req).await?.unwrap_or("none"))
    }
    async fn reauthenticate(req: HttpRequest) -> Result<String> {
        confirm_login(&req).await?;
        Ok(NextUrl::extract(&req).await?.unwrap_or("none"))
    }
    async fn log_in_twice_asked(req: HttpRequest, next: NextUrl) -> Result<String> {
        login_user(&req, &User::from(1)).await?;
        let again = NextUrl::extract(&req).await?;
        Ok(format!(
            "{} {}",
            next.unwrap_or("none"),
            again.unwrap_or("none")
        ))
    }
    async fn log_in_unasked(req: HttpRequest) -> Result<&'static str> {
        login_user(&req, &User::from(1)).await?;
        Ok("logged in")
    }
    async fn take(next: NextUrl) -> String {
        next.unwrap_or("none")
    }
    config
        .route("/login", web::post().to(log_in))
        .route("/reauthenticate", web::post().to(reauthenticate))
        .route("/login-asked-twice", web::post().to(log_in_twice_asked))
        .route("/login-unasked", web::post().to(log_in_unasked))
        .route("/take", web::get().to(take))
        .configure(guarded_pages);
}

fn keeping_app(clock: &Clock) -> TestApp {
    let manager = builder::<User>()
        .refresh_view("/reauthenticate")
        .use_session_for_next(true)
        .clock(clock.reader())
        .build()
        .unwrap();
    serve!(login_pages, manager.clone(), cookie_session())
}

fn refuse(browser: &mut Browser, method: &str, target: &str, headers: &[(&str, &str)]) {
    let request = browser.request(method, target);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    assert_eq!(request.send().status, 302, "{method} {target} {headers:?}");
}

#[test]
fn only_a_navigation_sets_the_page_after_login() {
    let app = keeping_app(&Clock::new());
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let background: &[(&str, &str, Headers)] = &[
        (
            "GET",
            "/favicon.ico",
            &[("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image")],
        ),
        (
            "GET",
            "/a.png",
            &[("Accept", "image/avif,image/webp,*/*;q=0.8")],
        ),
        (
            "GET",
            "/poll",
            &[("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")],
        ),
        ("GET", "/poll", &[("Accept", "application/json")]),
        ("GET", "/poll", &[("Accept", "*/*")]),
        (
            "GET",
            "/part",
            &[("HX-Request", "true"), ("Accept", "text/html")],
        ),
        ("GET", "/part", &[("X-Requested-With", "XMLHttpRequest")]),
        (
            "GET",
            "/frame",
            &[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")],
        ),
        (
            "GET",
            "/early",
            &[("Sec-Fetch-Mode", "navigate"), ("Sec-Purpose", "prefetch")],
        ),
        ("POST", "/save", &[("Sec-Fetch-Mode", "cors")]),
        ("PUT", "/save", &[]),
    ];
    for (method, target, headers) in background {
        let mut browser = app.browser();
        refuse(
            &mut browser,
            "GET",
            "/wanted?x=1",
            &[
                ("Sec-Fetch-Mode", "navigate"),
                ("Sec-Fetch-Dest", "document"),
            ],
        );
        refuse(&mut browser, method, target, headers);
        let page = browser.post("/login", "").body;
        assert_eq!(page, "/wanted?x=1", "{method} {target} {headers:?}");
    }
}

#[test]
fn the_page_wanted_last_replaces_an_earlier_one() {
    let app = keeping_app(&Clock::new());
    let mut browser = app.browser();
    browser.get("/first");
    browser.get("/second");
    assert_eq!(browser.post("/login", "").body, "/second");
}

#[test]
fn the_requests_own_next_beats_the_one_in_the_session() {
    let app = keeping_app(&Clock::new());
    let mut browser = app.browser();
    browser.get("/old");
    assert_eq!(browser.post("/login?next=/followed", "").body, "/followed");

    let mut browser = app.browser();
    browser.get("/old");
    assert_eq!(browser.get("/take?next=/followed").body, "/followed");
    assert_eq!(browser.get("/take").body, "none");

    let mut browser = app.browser();
    browser.get("/old");
    assert_eq!(browser.get("/take?next=//evil.example").body, "/old");
}

#[test]
fn a_login_uses_the_next_in_the_session_up() {
    let app = keeping_app(&Clock::new());
    let mut browser = app.browser();
    browser.get("/wanted");
    assert_eq!(browser.post("/login", "").body, "/wanted");
    assert_eq!(browser.get("/take").body, "none");

    let mut browser = app.browser();
    browser.get("/wanted");
    let both = browser.post("/login-asked-twice", "").body;
    assert_eq!(both, "/wanted /wanted");

    let mut browser = app.browser();
    browser.get("/wanted");
    assert_eq!(browser.post("/login-unasked", "").body, "logged in");
    assert_eq!(browser.get("/take").body, "none");
}

#[test]
fn a_confirmed_login_uses_the_next_in_the_session_up() {
    let app = keeping_app(&Clock::new());
    let mut browser = app.browser();
    browser.post("/stale-login", "");
    assert_eq!(browser.get("/fresh").status, 302);
    assert_eq!(browser.post("/reauthenticate", "").body, "/fresh");
    assert_eq!(browser.get("/take").body, "none");
}

#[test]
fn a_next_that_was_given_up_expires_after_an_hour() {
    for (seconds, page) in [(3599, "/wanted"), (3600, "none")] {
        let clock = Clock::new();
        let app = keeping_app(&clock);
        let mut browser = app.browser();
        browser.get("/wanted");
        clock.advance(Duration::from_secs(seconds));
        assert_eq!(browser.post("/login", "").body, page);
        assert_eq!(browser.get("/take").body, "none");
    }
}

fn refused(app: &TestApp, method: &str, headers: &[(&str, &str)]) -> String {
    let mut browser = app.browser();
    let request = browser.request(method, "/save?x=1");
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    location(&request.send())
}

#[test]
fn an_unsafe_method_leaves_no_next_of_its_own() {
    let app = super::app(|builder| builder);
    for method in ["POST", "PUT", "PATCH", "DELETE", "QUERY"] {
        assert_eq!(refused(&app, method, &[]), "/login", "{method}");
    }
    assert_eq!(refused(&app, "HEAD", &[]), "/login?next=%2Fsave%3Fx%3D1");
    let as_in_flask = super::app(|builder| builder.next_for_unsafe_methods(true));
    for method in ["POST", "PUT", "DELETE"] {
        let own = "/login?next=%2Fsave%3Fx%3D1";
        assert_eq!(refused(&as_in_flask, method, &[]), own);
    }
}

#[test]
fn a_refused_form_leads_back_to_its_page() {
    let app = super::app(|builder| builder);
    let origin = origin(&app);
    let next = |referer: &str| refused(&app, "POST", &[("Referer", referer)]);
    assert_eq!(
        next(&format!("{origin}/form?id=7#top")),
        "/login?next=%2Fform%3Fid%3D7"
    );
    assert_eq!(next("/form"), "/login?next=%2Fform");
    assert_eq!(next(&origin), "/login?next=%2F");
    // Behind a proxy that ends TLS.
    assert_eq!(
        refused(
            &app,
            "POST",
            &[
                ("Referer", "https://shop.example/form"),
                ("Host", "shop.example")
            ]
        ),
        "/login?next=%2Fform"
    );
    for foreign in [
        "https://evil.example/form",
        "//evil.example/form",
        "http:evil",
        "javascript://x/%0aalert(1)",
        "data:text/html,x",
        "form",
        "about:client",
        "",
        &format!("{origin}@evil.example/form"),
        &format!("{origin}.evil.example/form"),
        &format!("{origin}/{}", "x".repeat(1024)),
        // The login page's own form.
        &format!("{origin}/login?next=/a"),
    ] {
        assert_eq!(next(foreign), "/login", "{foreign}");
    }
    for path in ["//evil.example/x", "/\\evil.example/x"] {
        let back = next(&format!("{origin}{path}"));
        assert_eq!(back, "/login?next=%2Fevil.example%2Fx", "{path}");
    }
}

#[test]
fn a_form_of_the_server_origin_leads_back_to_its_page() {
    let with = |view: &'static str| {
        super::app(move |builder| {
            let builder = builder.login_view(view);
            builder.server_origin("https://shop.example")
        })
    };
    let app = with("/login");
    let next = |referer| {
        refused(
            &app,
            "POST",
            &[("Referer", referer), ("Host", "evil.example")],
        )
    };
    assert_eq!(next("https://shop.example/form"), "/login?next=%2Fform");
    for foreign in [
        "http://shop.example/form",
        "https://shop.example:8443/form",
        "https://evil.example/form",
    ] {
        assert_eq!(next(foreign), "/login", "{foreign}");
    }
    let app = with("https://accounts.example/login");
    assert_eq!(
        refused(&app, "POST", &[("Referer", "https://shop.example/form")]),
        "https://accounts.example/login?next=https%3A%2F%2Fshop.example%2Fform"
    );
}

#[test]
fn the_session_keeps_the_page_of_a_refused_form() {
    let app = keeping_app(&Clock::new());
    let mut browser = app.browser();
    browser.get("/old");
    refuse(&mut browser, "POST", "/save", &[("Referer", "/form")]);
    assert_eq!(browser.post("/login", "").body, "/form");
    let mut browser = app.browser();
    browser.get("/old");
    refuse(&mut browser, "POST", "/save", &[]);
    assert_eq!(browser.post("/login", "").body, "none");
}
