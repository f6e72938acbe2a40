//! `LoginScope::except`: patterns in actix-web's syntax, in the router's spelling of a path.

use super::*;
use crate::support::block_on;
use actix_login::UserMixin;
use actix_web::{
    Error, HttpResponse,
    dev::{ServiceRequest, Transform, fn_service},
};

#[derive(Clone, UserMixin)]
struct Admin {
    id: u64,
}

impl From<u64> for Admin {
    fn from(id: u64) -> Self {
        Self { id }
    }
}

fn app(patterns: &[&'static str]) -> TestApp {
    let scope = guard().except(patterns.iter().copied());
    guarded_app(scope, login_manager(|builder| builder)).0
}

/// Spellings of `/admin`, most of which are other paths to the router.
const SPELLINGS: [&str; 16] = [
    "/admin",
    "/%61dmin",
    "/%61%64%6D%69%6e",
    "/admin?about",
    "/admin?/about",
    "/admin%3Fabout",
    "/admin/",
    "//admin",
    "/./admin",
    "/about/../admin",
    "/static/../admin",
    "/static/%2e%2e/admin",
    "/x%2Fadmin",
    "/%2561dmin",
    "/admin%00",
    "http://127.0.0.1/admin",
];

#[test]
fn exempt_paths_pass_in_each_spelling_of_the_router() {
    let app = app(&["/static/{tail}*", "/about", r"/{id:\d+}"]);
    let mut browser = app.browser();
    for target in ["/about", "/%61bout", "/%61%62%6F%75%74", "/about?x=/admin"] {
        assert_eq!(browser.get(target).body, "about", "{target}");
    }
    for target in ["/static/a/b.css", "/%73tatic/x", "/static/", "/12"] {
        assert_eq!(browser.get(target).status, 200, "{target}");
    }
    for target in [
        "//about",
        "/x/../about",
        "/about/",
        "/about%2F",
        "/About",
        "/%2561bout",
        "/static",
        "/12a",
        "/other",
    ] {
        assert_refused(&browser.get(target), target);
    }
}

#[test]
fn no_spelling_of_a_guarded_page_passes_beside_exempt_ones() {
    let app = app(&["/about", "/static/{tail}*", "/x/{page}", "/{page}.html"]);
    let mut browser = app.browser();
    for target in SPELLINGS {
        let response = browser.get(target);
        assert_ne!(response.body, "admin", "{target}");
        let is_static = target.starts_with("/static/");
        assert_eq!(response.status == 200, is_static, "{target}: {response:?}");
    }
}

#[test]
fn all_spellings_of_a_page_are_exempt_or_none() {
    // The pattern matches the guarded page, too: it exempts the path, whatever stands behind it.
    let exempt = app(&["/{page}"]);
    let named = app(&["/%61dmin", "/ADMIN", "/{page}/", "/{a}/{b}"]);
    for target in SPELLINGS {
        let reached = exempt.browser().get(target).body == "admin";
        assert_eq!(reached, is_admin(target), "{target}");
        assert_ne!(named.browser().get(target).body, "admin", "{target}");
    }
}

/// Whether the router routes it to `/admin`.
fn is_admin(target: &str) -> bool {
    let app = serve!(routes, login_manager(|builder| builder), cookie_session());
    app.browser().get(target).body == "admin"
}

#[test]
fn normalize_path_outside_of_the_guard_is_what_the_router_sees() {
    let app = serve!(
        routes,
        guard().except(["/about"]),
        NormalizePath::trim(),
        login_manager(|builder| builder),
        cookie_session()
    );
    let mut browser = app.browser();
    for target in ["/about", "/about/", "//about", "/%61bout//"] {
        assert_eq!(browser.get(target).body, "about", "{target}");
    }
    for target in ["/admin", "//admin", "/admin/", "/about/admin"] {
        assert_refused(&browser.get(target), target);
    }
}

#[test]
fn the_guards_of_handlers_and_inner_scopes_still_apply() {
    let configure = |config: &mut ServiceConfig| {
        let inner = web::scope("/inner")
            .route("/page", web::get().to(path))
            .route("/open", web::get().to(path))
            .wrap(guard().except(["/open"]));
        config.service(inner).configure(routes);
    };
    let app = serve!(
        configure,
        guard().except(["/{tail}*"]),
        login_manager(|builder| builder),
        cookie_session()
    );
    let mut browser = app.browser();
    assert_eq!(browser.get("/admin").body, "admin");
    assert_refused(&browser.get("/protected"), "/protected");
    assert_refused(&browser.get("/inner/page"), "/inner/page");
    // The pattern begins after the path of its scope.
    assert_eq!(browser.get("/inner/open").status, 200);
    assert_refused(&browser.get("/inner//open"), "/inner//open");
}

#[test]
fn a_scope_for_anonymous_visitors_exempts_paths_for_users_too() {
    let scope = LoginScope::new()
        .anonymous_required("/home")
        .except(["/{tail}*"]);
    let (app, _) = guarded_app(scope, login_manager(|builder| builder));
    let mut browser = app.browser();
    browser.post("/login/1", "");
    assert_eq!(browser.get("/admin").body, "admin");
}

#[test]
fn an_exempt_request_may_reach_a_manager_of_other_users() {
    let inner: LoginManager<Admin> = builder().build().unwrap();
    let configure = move |config: &mut ServiceConfig| {
        let admins = web::scope("/admins")
            .configure(pages::<Admin>)
            .wrap(inner.clone());
        config.service(admins).configure(pages::<User>);
    };
    let app = serve!(
        configure.clone(),
        guard().except(["/admins/login/{id}", "/admins/who", "/login/{id}"]),
        login_manager(|builder| builder),
        cookie_session()
    );
    let mut browser = app.browser();
    browser.post("/login/7", "");
    assert_eq!(browser.get("/admins/who").body, "nobody");
    assert_eq!(browser.post("/admins/login/3", "").status, 200);
    assert_eq!(browser.get("/admins/who").body, "3");
    assert_eq!(browser.get("/who").body, "7");
    // The guard asked for the users of the outer manager.
    assert_eq!(browser.get("/admins/protected").status, 500);
}

/// Whether a server starts whose app is wrapped in this scope.
fn starts(scope: LoginScope) -> bool {
    let app = fn_service(async |req: ServiceRequest| {
        Ok::<_, Error>(req.into_response(HttpResponse::Ok()))
    });
    block_on(async { scope.new_transform(app).await.is_ok() })
}

/// Asserts that no server starts with this scope, and that the log says why.
#[track_caller]
fn assert_no_start(scope: LoginScope, reason: &str) {
    let log = Log::default();
    let captured = log.clone();
    let started = std::thread::spawn(move || {
        captured.capture();
        starts(scope)
    });
    assert!(!started.join().unwrap(), "{reason}");
    assert!(log.says(reason), "{}", log.text());
}

#[test]
fn no_server_starts_with_a_malformed_pattern() {
    for pattern in ["about", "/static/*", "/{", "/{a:(}", "/{a}/{a}", "/about?x"] {
        assert_no_start(guard().except([pattern]), "`except`: the pattern");
    }
    // It would look guarded.
    let scope = LoginScope::new().except(["/about"]);
    assert_no_start(scope, "add `.login_required()`");
}

#[test]
fn no_server_starts_with_a_malformed_view_of_a_scope() {
    assert_no_start(LoginScope::new().login_view("//x"), "`login_view`");
    assert_no_start(LoginScope::new().refresh_view("/a b"), "`refresh_view`");
}

#[test]
fn no_server_starts_with_checks_of_another_user_type() {
    let is_first = |user: &User| user.id == 1;
    let reason = "but the guard is about a";
    let check = || LoginScope::new().check(is_first);
    assert_no_start(check().user_type::<Admin>(), reason);
    let scope = LoginScope::new().user_type::<Admin>().check(is_first);
    assert_no_start(scope, reason);
    let scope = check().check(|admin: &Admin| admin.id == 1);
    assert_no_start(scope, reason);
    assert!(starts(check().user_type::<User>()));
}
