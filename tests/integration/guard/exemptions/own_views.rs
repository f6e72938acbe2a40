//! The login and refresh views of a guard pass it by themselves.

use super::*;
use actix_login::{LoginOptions, login_user_with};
use actix_web::Result;

fn get(app: &TestApp, target: &str, host: &str) -> Response {
    let mut browser = app.browser();
    browser.request("GET", target).header("Host", host).send()
}

fn app(change: impl FnOnce(LoginManagerBuilder<User>) -> LoginManagerBuilder<User>) -> TestApp {
    guarded_app(guard(), login_manager(change)).0
}

#[test]
fn the_managers_views_pass_an_app_wide_guard() {
    let app = app(|builder| builder.login_view("/login").refresh_view("/reauth#form"));
    let mut browser = app.browser();
    assert_eq!(
        browser.get("/admin").location(),
        Some("/login?next=%2Fadmin")
    );
    for target in ["/login?next=%2Fadmin", "/%6Cogin", "/reauth"] {
        assert_eq!(browser.get(target).status, 200, "{target}");
    }
    assert_eq!(browser.post("/login", "password=x").body, "the page /login");
    for target in [
        "/login/",
        "//login",
        "/x/../login",
        "/login/1",
        "/LOGIN",
        "/reauth%2F",
    ] {
        let response = browser.get(target);
        assert!(
            !response.body.contains("the page"),
            "{target}: {response:?}"
        );
    }
}

#[test]
fn a_guard_of_fresh_logins_lets_its_refresh_view_pass() {
    async fn stale(req: HttpRequest) -> Result<&'static str> {
        login_user_with(&req, &User::from(1), LoginOptions::new().fresh(false)).await?;
        Ok("logged in")
    }
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/login", web::post().to(stale))
            .configure(routes);
    };
    let app = serve!(
        configure,
        LoginScope::new().fresh_login_required(),
        login_manager(|builder| builder.refresh_view("/reauth")),
        cookie_session()
    );
    let mut browser = app.browser();
    browser.post("/login", "");
    assert_eq!(
        browser.get("/admin").location(),
        Some("/reauth?next=%2Fadmin")
    );
    assert_eq!(browser.get("/reauth").body, "the page /reauth");
}

#[test]
fn a_scopes_own_view_takes_the_place_of_the_managers() {
    let scope = guard().login_view("/sign-in");
    let (app, _) = guarded_app(scope, login_manager(|builder| builder));
    assert_eq!(app.browser().get("/sign-in").status, 200);
    assert_refused(&app.browser().get("/login"), "/login");
    let (app, _) = guarded_app(guard().no_login_view(), login_manager(|builder| builder));
    assert_eq!(app.browser().get("/login").status, 401);
}

#[test]
fn the_view_of_the_named_users_manager_passes() {
    let scope = guard().user_type::<User>();
    let (app, _) = guarded_app(scope, login_manager(|builder| builder.login_view("/enter")));
    assert_eq!(app.browser().get("/enter").status, 200);
    assert_eq!(app.browser().get("/admin").status, 302);
}

#[test]
fn a_named_resource_passes_by_its_path() {
    let page = app(|builder| builder.login_view("login_page"));
    for host in ["shop.example", "evil.example", "a b"] {
        assert_eq!(get(&page, "/named/login", host).status, 200, "{host}");
    }
    assert_eq!(get(&page, "/login", "shop.example").status, 302);
    let street = app(|builder| builder.login_view("street"));
    let target = "/named/stra%C3%9Fe";
    assert_eq!(get(&street, target, "shop.example").status, 200);
}

#[test]
fn the_host_of_a_request_admits_no_request() {
    // Each host is that of the view, whose path is a guarded page here.
    let hosts = ["accounts.example", "other.example", "actix-login.invalid"];
    for view in [
        "http://accounts.example/admin",
        "https://accounts.example/admin",
        "http://actix-login.invalid/admin",
        "sso",
    ] {
        let app = app(|builder| builder.login_view(view));
        for host in hosts {
            let body = get(&app, "/admin", host).body;
            assert_eq!(body, "", "{view} {host}");
            let response = get(&app, "/admin?next=%2Fx", host);
            assert_ne!(response.status, 200, "{view} {host}");
        }
    }
}

#[test]
fn an_absolute_view_passes_on_the_servers_origin_alone() {
    let on = |origin: &'static str, view: &'static str| {
        let app = app(|builder| builder.server_origin(origin).login_view(view));
        ["/enter", "/shop/enter", "/"].map(|target| get(&app, target, "x.example").status == 200)
    };
    let view = "https://shop.example/enter";
    assert_eq!(on("https://shop.example", view), [true, false, false]);
    assert_eq!(on("https://shop.example:443", view), [true, false, false]);
    assert_eq!(on("http://shop.example", view), [false; 3]);
    assert_eq!(on("https://shop.example:8443", view), [false; 3]);
    // A proxy strips the start of the path.
    let base = "https://shop.example/shop";
    assert_eq!(
        on(base, "https://shop.example/shop/enter"),
        [true, false, false]
    );
    assert_eq!(on(base, view), [false; 3]);
    assert_eq!(on(base, "https://shop.example/shopenter"), [false; 3]);
    assert_eq!(on(base, "/enter"), [true, false, false]);
}

#[test]
fn a_view_by_the_request_does_not_pass_and_is_found_out() {
    let manager = login_manager(|builder| builder.login_view_with(|req| req.path().to_owned()));
    let (app, log) = guarded_app(guard(), manager);
    let response = app.browser().get("/admin");
    assert_eq!((response.status, response.body.as_str()), (500, ""));
    assert!(
        log.says("name it in the scope's `except`"),
        "{}",
        log.text()
    );
}

#[test]
fn a_view_with_a_query_does_not_pass_an_app_wide_guard() {
    let app = app(|builder| builder.login_view("/?page=login"));
    for target in [
        "/",
        "/?page=admin",
        "/?page=login&page=admin",
        "/?page=login",
    ] {
        let response = app.browser().get(target);
        assert!(!response.body.contains("the page"), "{target}");
    }
    assert_eq!(app.browser().get("/?page=login").status, 500);
}

#[test]
fn a_guard_for_anonymous_visitors_redirects_users_from_the_login_view() {
    let scope = LoginScope::new().anonymous_required("/home");
    let configure = move |config: &mut ServiceConfig| {
        let scoped = web::scope("/in").route("/login", web::get().to(path));
        config.service(scoped.wrap(scope.clone())).configure(routes);
    };
    let app = serve!(
        configure.clone(),
        login_manager(|builder| builder.login_view("/in/login")),
        cookie_session()
    );
    let mut browser = app.browser();
    assert_eq!(browser.get("/in/login").status, 200);
    browser.post("/login/1", "");
    assert_eq!(browser.get("/in/login").location(), Some("/home"));
}

#[test]
fn the_first_request_can_not_change_which_views_pass() {
    let app = app(|builder| builder.login_view("sso"));
    assert_eq!(get(&app, "/admin", "accounts.example").body, "");
    assert_eq!(get(&app, "/admin", "shop.example").body, "");
    let mut browser: Browser = app.browser();
    let forged = browser
        .request("GET", "/admin")
        .header("X-Forwarded-Host", "accounts.example")
        .header("Forwarded", "host=accounts.example");
    assert_eq!(forged.send().body, "");
}
