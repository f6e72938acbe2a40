//! Views that depend on the request, and a site below a path that a proxy strips.

use actix_login::{LoginManagerBuilder, LoginScope, NextUrl, anonymous_required, login_url};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, ServiceConfig},
};

use super::{
    app, fresh, guarded, guarded_pages, location, page, sent_to, sent_to_refresh, stale_login,
};
use crate::{
    serve,
    support::{
        Log, TestApp, cookie_session,
        pages::{User, builder, pages},
    },
};

fn language(req: &HttpRequest) -> &str {
    req.match_info().get("lang").unwrap_or("en")
}

fn localized(log: &Log) -> TestApp {
    let manager = builder::<User>()
        .login_view_with(|req| format!("/{}/login", language(req)))
        .refresh_view_with(|req| format!("/{}/reauth", language(req)))
        .build()
        .unwrap();
    fn configure(config: &mut ServiceConfig) {
        config
            .route("/stale-login", web::post().to(stale_login))
            .route("/{lang}/login", web::get().to(page))
            .route("/{lang}/reauth", web::get().to(fresh))
            .route("/{lang}/fresh", web::get().to(fresh))
            .route("/{lang}/{page}", web::get().to(guarded));
    }
    let log = log.clone();
    serve!(
        {
            log.capture();
            configure
        },
        manager.clone(),
        cookie_session()
    )
}

#[test]
fn a_view_may_be_a_function_of_the_request() {
    let log = Log::default();
    let app = localized(&log);
    assert_eq!(sent_to(&app, "/de/a"), "/de/login?next=%2Fde%2Fa");
    assert_eq!(sent_to(&app, "/fr/a?x"), "/fr/login?next=%2Ffr%2Fa%3Fx");
    assert_eq!(
        sent_to(&app, "/%C3%BC/a"),
        "/%C3%BC/login?next=%2F%25C3%25BC%2Fa"
    );
    let mut browser = app.browser();
    browser.post("/stale-login", "");
    let sent = location(&browser.get("/de/fresh"));
    assert_eq!(sent, "/de/reauth?next=%2Fde%2Ffresh");
    // Its own guard refuses a stale login.
    assert_eq!(browser.get(&sent).status, 500);
    assert!(log.says("but it is guarded"), "{}", log.text());
}

#[test]
fn a_view_that_a_stranger_breaks_leads_nowhere() {
    let log = Log::default();
    let app = localized(&log);
    for target in [
        "/%2Fevil.example/a",
        "/%5Cevil.example/a",
        "/%2F%2Fevil.example/a",
    ] {
        let refused = app.browser().get(target);
        let leads_off = refused
            .location()
            .is_some_and(|location| location.starts_with("//") || location.starts_with("/\\"));
        assert!(!leads_off, "{target}: {refused:?}");
    }
}

#[test]
fn a_function_that_returns_no_view_is_an_empty_500_and_logged() {
    for view in ["", "not a view", "//evil.example", "javascript:x"] {
        let log = Log::default();
        let captured = log.clone();
        let builder = builder::<User>().login_view_with(|_| view.to_owned());
        let manager = builder.build().unwrap();
        let app = serve!(
            {
                captured.capture();
                guarded_pages
            },
            manager.clone(),
            cookie_session()
        );
        let response = app.browser().get("/a");
        assert_eq!((response.status, &*response.body), (500, ""), "{view:?}");
        assert!(log.says("no resource without path parameters"), "{view:?}");
    }
}

#[test]
fn a_scope_may_have_its_own_function() {
    let manager = builder::<User>().build().unwrap();
    fn configure(config: &mut ServiceConfig) {
        let scope = LoginScope::new()
            .login_required()
            .login_view_with(|req| format!("/enter?from={}", req.path().len()));
        config.service(
            web::scope("/in")
                .wrap(scope)
                .route("/a", web::get().to(page)),
        );
    }
    let app = serve!(configure, manager.clone(), cookie_session());
    assert_eq!(sent_to(&app, "/in/a"), "/enter?from=5&next=%2Fin%2Fa");
}

type Builder = LoginManagerBuilder<User>;

fn behind_proxy(change: impl FnOnce(Builder) -> Builder) -> TestApp {
    app(|builder| change(builder.server_origin("https://shop.example/shop/")))
}

#[test]
fn behind_a_proxy_that_strips_a_prefix_views_and_next_have_it() {
    let app = behind_proxy(|builder| builder);
    assert_eq!(sent_to(&app, "/a?x"), "/shop/login?next=%2Fshop%2Fa%3Fx");
    let named = behind_proxy(|builder| builder.login_view("users.login"));
    let view = "/shop/accounts/sign-in?next=%2Fshop%2Fa";
    assert_eq!(sent_to(&named, "/a"), view);
    let absolute = behind_proxy(|builder| builder.login_view("https://accounts.example/login"));
    assert_eq!(
        sent_to(&absolute, "/a"),
        "https://accounts.example/login?next=https%3A%2F%2Fshop.example%2Fshop%2Fa"
    );
    let external = behind_proxy(|builder| builder.login_view("sso").force_host("good.com"));
    assert!(sent_to(&external, "/a").starts_with("https://good.com/login?next=https%3A%2F%2Fshop"));
    let refresh = behind_proxy(|builder| builder.refresh_view("/reauth"));
    assert_eq!(
        sent_to_refresh(&refresh),
        "/shop/reauth?next=%2Fshop%2Ffresh%3Fx%3D1"
    );
    let longest = format!("/{}", "x".repeat(1023));
    assert_eq!(sent_to(&app, &longest), "/shop/login");
}

#[test]
fn behind_a_proxy_circles_and_forms_are_told_by_the_full_path() {
    let app = behind_proxy(|builder| builder.login_view("https://shop.example/shop/sign-in"));
    assert_eq!(app.browser().get("/sign-in").status, 500);
    assert_eq!(app.browser().get("/shop/sign-in").status, 302);
    let relative = behind_proxy(|builder| builder.login_view("/sign-in"));
    assert_eq!(relative.browser().get("/sign-in").status, 500);
    let mut browser = app.browser();
    let request = browser
        .request("POST", "/save")
        .header("Referer", "https://shop.example/shop/form");
    let sent = location(&request.send());
    assert_eq!(
        sent,
        "https://shop.example/shop/sign-in?next=%2Fshop%2Fform"
    );
}

#[test]
fn behind_a_proxy_login_url_and_anonymous_required_have_the_prefix() {
    #[anonymous_required("/home")]
    async fn sign_up() -> impl Responder {
        "sign up"
    }
    async fn url(req: HttpRequest, next: NextUrl) -> Result<impl Responder> {
        Ok(login_url(&req, "/login", next.get())?)
    }
    fn configure(config: &mut ServiceConfig) {
        config
            .configure(pages::<User>)
            .route("/sign-up", web::get().to(sign_up))
            .route("/url", web::get().to(url));
    }
    let builder = builder::<User>().server_origin("https://shop.example/shop");
    let manager = builder.build().unwrap();
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    assert_eq!(
        browser.get("/url?next=/shop/a").body,
        "/shop/login?next=%2Fshop%2Fa"
    );
    browser.post("/login/1", "");
    assert_eq!(browser.get("/sign-up").location(), Some("/shop/home"));
    let next = browser.get("/sign-up?next=/shop/a");
    assert_eq!(next.location(), Some("/shop/a"));
}

#[test]
fn a_malformed_server_origin_is_refused_at_build() {
    for origin in [
        "https://shop.example/a?b",
        "https://shop.example/a#b",
        "https://user@shop.example/a",
        "https://shop.example//a",
        "https://shop.example/a/../b",
        "https://shop.example/a b",
        "https:shop.example",
        "/shop",
    ] {
        let built = builder::<User>().server_origin(origin).build();
        assert!(built.is_err(), "{origin}");
    }
}
