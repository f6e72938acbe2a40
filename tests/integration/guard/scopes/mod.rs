//! `LoginScope`: a guard, views and handlers for a whole `web::scope`.

mod nested;
mod other_users;
mod static_files;

use actix_login::{
    LoginEvent, LoginOptions, LoginScope, fresh_login_required, login_required, login_user_with,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    web::{self, Path, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Browser, Count, TestApp, cookie_session,
        pages::{User, builder, manager, pages},
    },
};

async fn page() -> impl Responder {
    "page"
}

#[login_required]
async fn guarded() -> impl Responder {
    "guarded"
}

#[fresh_login_required]
async fn fresh() -> impl Responder {
    "fresh"
}

#[login_required(check = is_first)]
async fn for_the_first() -> impl Responder {
    "for the first"
}

fn is_first(user: &User) -> bool {
    user.id == 1
}

async fn stale_login(req: HttpRequest, id: Path<u64>) -> Result<impl Responder> {
    login_user_with(&req, &User::from(*id), LoginOptions::new().fresh(false)).await?;
    Ok("logged in")
}

/// An unauthorized handler, for the scope or for the manager.
async fn json(_: &HttpRequest) -> HttpResponse {
    HttpResponse::Unauthorized().json(["log in first"])
}

/// The usual pages, and this module's handlers under `/scope`, which is wrapped in the
/// `LoginScope`.
macro_rules! app {
    ($scope:expr) => {
        app!($scope, manager::<User>())
    };
    ($scope:expr, $manager:expr) => {{
        let manager = $manager;
        let configure = move |config: &mut ServiceConfig| {
            let scope = web::scope("/scope").configure(handlers).wrap($scope);
            config
                .service(scope)
                .configure(pages::<User>)
                .route("/guarded", web::get().to(guarded))
                .route("/stale-login/{id}", web::post().to(stale_login));
        };
        serve!(configure.clone(), manager.clone(), cookie_session())
    }};
}

fn handlers(config: &mut ServiceConfig) {
    config
        .service(web::resource("/page").to(page))
        .route("/guarded", web::get().to(guarded))
        .route("/fresh", web::get().to(fresh))
        .route("/first", web::get().to(for_the_first));
}

fn logged_in(app: &TestApp, id: u64) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.post(&format!("/login/{id}"), "").status, 200);
    browser
}

fn logged_in_before(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.post("/stale-login/1", "").status, 200);
    browser
}

#[test]
fn a_scope_that_requires_a_login_admits_only_users() {
    let app = app!(LoginScope::new().login_required());
    let refused = app.browser().get("/scope/page?x");
    assert_eq!(refused.location(), Some("/login?next=%2Fscope%2Fpage%3Fx"));
    assert_eq!(logged_in(&app, 1).get("/scope/page").body, "page");
    assert_eq!(logged_in_before(&app).get("/scope/page").body, "page");
}

#[test]
fn a_guarded_scope_hides_missing_pages_from_anonymous_visitors() {
    let app = app!(LoginScope::new().login_required());
    assert_eq!(app.browser().get("/scope/missing").status, 302);
    assert_eq!(logged_in(&app, 1).get("/scope/missing").status, 404);
}

#[test]
fn an_anonymous_preflight_passes_a_guarded_scope_without_a_handler() {
    let app = app!(LoginScope::new().login_required());
    let response = app.browser().request("OPTIONS", "/scope/page").send();
    assert_eq!((response.status, response.body.as_str()), (204, ""));
    assert!(response.set_cookies().is_empty());
}

#[test]
fn a_fresh_login_scope_tells_stale_from_anonymous_requests() {
    let scope = || {
        LoginScope::new()
            .fresh_login_required()
            .refresh_view("/reauthenticate")
    };
    let app = app!(scope());
    assert_eq!(logged_in(&app, 1).get("/scope/page").body, "page");
    let stale = logged_in_before(&app).get("/scope/page");
    assert_eq!(
        stale.location(),
        Some("/reauthenticate?next=%2Fscope%2Fpage")
    );
    let anonymous = app.browser().get("/scope/page");
    assert_eq!(anonymous.location(), Some("/login?next=%2Fscope%2Fpage"));
}

#[test]
fn a_scope_for_anonymous_visitors_redirects_users() {
    let app = app!(LoginScope::new().anonymous_required("/home"));
    assert_eq!(app.browser().get("/scope/page").body, "page");
    let mut browser = logged_in(&app, 1);
    assert_eq!(browser.get("/scope/page").location(), Some("/home"));
    let next = browser.get("/scope/page?next=/cart");
    assert_eq!(next.location(), Some("/cart"));
    let evil = browser.get("/scope/page?next=//evil.example");
    assert_eq!(evil.location(), Some("/home"));
}

#[test]
fn a_scope_with_checks_admits_users_who_pass_all_of_them() {
    async fn is_odd(user: &User) -> bool {
        user.id % 2 == 1
    }
    let app = app!(
        LoginScope::new()
            .check(is_odd)
            .check(|user: &User| user.id > 1)
    );
    assert_eq!(logged_in(&app, 3).get("/scope/page").body, "page");
    assert_eq!(logged_in(&app, 2).get("/scope/page").status, 403);
    assert_eq!(logged_in(&app, 1).get("/scope/page").status, 403);
    assert_eq!(app.browser().get("/scope/page").status, 302);
}

#[test]
fn a_check_keeps_the_rule_that_was_set() {
    let app = app!(LoginScope::new().fresh_login_required().check(is_first));
    assert_eq!(logged_in(&app, 1).get("/scope/page").body, "page");
    assert_eq!(logged_in_before(&app).get("/scope/page").status, 401);
}

#[test]
fn a_scope_without_rules_admits_everyone() {
    let app = app!(LoginScope::new());
    assert_eq!(app.browser().get("/scope/page").body, "page");
    assert_eq!(app.browser().get("/scope/guarded").status, 302);
}

#[test]
fn a_scope_without_a_login_view_responds_with_401() {
    let app = app!(LoginScope::new().no_login_view());
    let refused = app.browser().get("/scope/guarded");
    assert_eq!((refused.status, refused.body.as_str()), (401, ""));
    assert!(refused.set_cookies().is_empty());
    assert_eq!(app.browser().get("/guarded").status, 302);
}

#[test]
fn a_scope_without_a_refresh_view_responds_with_401() {
    let manager = builder::<User>().refresh_view("/refresh").build().unwrap();
    let app = app!(LoginScope::new().no_refresh_view(), manager);
    let mut browser = logged_in_before(&app);
    assert_eq!(browser.get("/scope/fresh").status, 401);
}

#[test]
fn a_scopes_login_view_applies_only_to_its_handlers() {
    let app = app!(LoginScope::new().login_view("/staff?lang=en"));
    let inside = app.browser().get("/scope/guarded");
    assert_eq!(
        inside.location(),
        Some("/staff?lang=en&next=%2Fscope%2Fguarded")
    );
    let outside = app.browser().get("/guarded");
    assert_eq!(outside.location(), Some("/login?next=%2Fguarded"));
}

#[test]
fn a_scopes_handlers_respond_to_its_refusals() {
    let scope = || {
        LoginScope::new()
            .unauthorized_handler(json)
            .needs_refresh_handler(async |_: &HttpRequest| HttpResponse::Unauthorized().body("old"))
            .forbidden_handler(async |_: &HttpRequest| HttpResponse::Forbidden().body("not you"))
    };
    let app = app!(scope());
    let refused = app.browser().get("/scope/guarded");
    assert_eq!(
        (refused.status, refused.body.as_str()),
        (401, r#"["log in first"]"#)
    );
    assert_eq!(refused.header("content-type"), Some("application/json"));
    assert!(refused.set_cookies().is_empty());
    assert_eq!(logged_in_before(&app).get("/scope/fresh").body, "old");
    let forbidden = logged_in(&app, 2).get("/scope/first");
    assert_eq!(
        (forbidden.status, forbidden.body.as_str()),
        (403, "not you")
    );
    assert_eq!(app.browser().get("/guarded").status, 302);
}

#[test]
fn a_scopes_view_takes_precedence_over_the_managers_handler() {
    let manager = builder::<User>()
        .unauthorized_handler(json)
        .build()
        .unwrap();
    let app = app!(LoginScope::new().login_view("/staff"), manager);
    let inside = app.browser().get("/scope/guarded");
    assert_eq!(inside.location(), Some("/staff?next=%2Fscope%2Fguarded"));
    assert_eq!(app.browser().get("/guarded").status, 401);
}

#[test]
fn the_scope_and_its_handlers_share_one_load_and_one_refusal() {
    let (loads, refusals) = (Count::default(), Count::default());
    let (counted, refused) = (loads.clone(), refusals.clone());
    let manager = builder::<User>()
        .user_loader(async move |id: u64| {
            counted.add();
            Some(User::from(id))
        })
        .on_event(move |_, event, _| {
            if event == LoginEvent::UserUnauthorized {
                refused.add();
            }
        })
        .build()
        .unwrap();
    let app = app!(LoginScope::new().login_required(), manager);
    assert_eq!(logged_in(&app, 1).get("/scope/guarded").body, "guarded");
    assert_eq!((loads.get(), refusals.get()), (1, 0));
    assert_eq!(app.browser().get("/scope/guarded").status, 302);
    assert_eq!(refusals.get(), 1);
}

#[test]
fn a_scopes_handler_takes_precedence_over_its_view() {
    let app = app!(
        LoginScope::new()
            .login_required()
            .unauthorized_handler(json)
            .login_view("/scope-login")
    );
    let refused = app.browser().get("/scope/page");
    assert_eq!(refused.body, r#"["log in first"]"#);
}

#[test]
fn the_last_call_of_login_view_and_no_login_view_counts() {
    let app = app!(LoginScope::new().login_view("/staff").no_login_view());
    assert_eq!(app.browser().get("/scope/guarded").status, 401);
    let app = app!(LoginScope::new().no_login_view().login_view("/staff"));
    assert_eq!(app.browser().get("/scope/guarded").status, 302);
    let manager = builder::<User>().refresh_view("/refresh").build().unwrap();
    let app = app!(
        LoginScope::new().refresh_view("/stale").no_refresh_view(),
        manager
    );
    assert_eq!(logged_in_before(&app).get("/scope/fresh").status, 401);
}
