//! `LoginScope`: a guard, views and handlers for a whole `web::scope`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use actix_login::{
    LoginEvent, LoginManager, LoginOptions, LoginScope, UserMixin, fresh_login_required,
    login_required, login_user_with,
};
use actix_web::{
    App, HttpRequest, HttpResponse, Responder, Result, middleware,
    rt::System,
    test::init_service,
    web::{self, Path, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Browser, Count, Log, SECRET, TestApp, cookie_session,
        pages::{User, builder, login, manager, pages},
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

/// Of the scope, or of the manager.
async fn json(_: &HttpRequest) -> HttpResponse {
    HttpResponse::Unauthorized().json(["log in first"])
}

/// The usual pages, and the handlers of this module under `/scope`, which is wrapped in the scope.
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
fn a_scope_that_requires_a_login_admits_users_alone() {
    let app = app!(LoginScope::new().login_required());
    let refused = app.browser().get("/scope/page?x");
    assert_eq!(refused.location(), Some("/login?next=%2Fscope%2Fpage%3Fx"));
    assert_eq!(logged_in(&app, 1).get("/scope/page").body, "page");
    assert_eq!(logged_in_before(&app).get("/scope/page").body, "page");
}

#[test]
fn a_page_that_is_missing_in_a_guarded_scope_is_not_told_to_strangers() {
    let app = app!(LoginScope::new().login_required());
    assert_eq!(app.browser().get("/scope/missing").status, 302);
    assert_eq!(logged_in(&app, 1).get("/scope/missing").status, 404);
}

#[test]
fn a_strangers_preflight_passes_a_guarded_scope_and_no_handler_runs() {
    let app = app!(LoginScope::new().login_required());
    let answer = app.browser().request("OPTIONS", "/scope/page").send();
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert!(answer.set_cookies().is_empty());
}

#[test]
fn a_scope_that_requires_a_fresh_login_tells_old_logins_from_none() {
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
fn a_scope_for_anonymous_visitors_sends_users_on() {
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
fn a_scope_with_checks_admits_who_passes_them() {
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
fn a_scope_that_asks_nothing_lets_all_pass() {
    let app = app!(LoginScope::new());
    assert_eq!(app.browser().get("/scope/page").body, "page");
    assert_eq!(app.browser().get("/scope/guarded").status, 302);
}

#[test]
fn a_scope_without_a_login_view_answers_401() {
    let app = app!(LoginScope::new().no_login_view());
    let refused = app.browser().get("/scope/guarded");
    assert_eq!((refused.status, refused.body.as_str()), (401, ""));
    assert!(refused.set_cookies().is_empty());
    assert_eq!(app.browser().get("/guarded").status, 302);
}

#[test]
fn a_scope_without_a_refresh_view_answers_401() {
    let manager = builder::<User>().refresh_view("/refresh").build().unwrap();
    let app = app!(LoginScope::new().no_refresh_view(), manager);
    let mut browser = logged_in_before(&app);
    assert_eq!(browser.get("/scope/fresh").status, 401);
}

#[test]
fn a_scopes_login_view_holds_for_its_handlers_alone() {
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
fn a_scopes_handlers_answer_its_refusals() {
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
fn a_scopes_view_beats_the_managers_handler() {
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
fn a_scope_inherits_from_the_scope_around_it_what_it_does_not_set() {
    let configure = |config: &mut ServiceConfig| {
        let inner = web::scope("/inner")
            .configure(handlers)
            .wrap(LoginScope::new().refresh_view("/inner-refresh"));
        let outer = web::scope("/outer")
            .service(inner)
            .configure(handlers)
            .wrap(
                LoginScope::new()
                    .login_view("/outer-login")
                    .no_refresh_view(),
            );
        config
            .service(outer)
            .route("/stale-login/{id}", web::post().to(stale_login));
    };
    let manager = manager::<User>();
    let app = serve!(configure, manager.clone(), cookie_session());

    let login = app.browser().get("/outer/inner/guarded");
    assert_eq!(
        login.location(),
        Some("/outer-login?next=%2Fouter%2Finner%2Fguarded")
    );
    let mut stale = logged_in_before(&app);
    let refresh = stale.get("/outer/inner/fresh");
    assert_eq!(
        refresh.location(),
        Some("/inner-refresh?next=%2Fouter%2Finner%2Ffresh")
    );
    assert_eq!(stale.get("/outer/fresh").status, 401);
}

#[test]
fn the_guards_of_nested_scopes_add_up() {
    let configure = |config: &mut ServiceConfig| {
        let inner = web::scope("/inner")
            .configure(handlers)
            .wrap(LoginScope::new().check(is_first));
        let outer = web::scope("/outer")
            .service(inner)
            .wrap(LoginScope::new().fresh_login_required());
        config
            .service(outer)
            .route("/login/{id}", web::post().to(login::<User>))
            .route("/stale-login/{id}", web::post().to(stale_login));
    };
    let manager = manager::<User>();
    let app = serve!(configure, manager.clone(), cookie_session());
    assert_eq!(app.browser().get("/outer/inner/page").status, 302);
    assert_eq!(logged_in(&app, 1).get("/outer/inner/page").body, "page");
    assert_eq!(logged_in(&app, 2).get("/outer/inner/page").status, 403);
    assert_eq!(logged_in_before(&app).get("/outer/inner/page").status, 401);
}

#[test]
fn a_scope_names_the_user_type_it_means() {
    #[derive(Clone, UserMixin)]
    struct Admin {
        id: u64,
    }
    impl From<u64> for Admin {
        fn from(id: u64) -> Self {
            Self { id }
        }
    }
    let (users, admins) = (manager::<User>(), manager::<Admin>());
    let configure = |config: &mut ServiceConfig| {
        let office = web::scope("/office")
            .configure(handlers)
            .wrap(LoginScope::new().user_type::<Admin>().login_required());
        config
            .service(office)
            .route("/login/{id}", web::post().to(login::<User>))
            .route("/login-admin/{id}", web::post().to(login::<Admin>));
    };
    let app = serve!(configure, users.clone(), admins.clone(), cookie_session());
    assert_eq!(logged_in(&app, 1).get("/office/page").status, 302);
    let mut admin = app.browser();
    admin.post("/login-admin/1", "");
    assert_eq!(admin.get("/office/page").body, "page");
}

#[test]
fn one_scope_built_outside_of_the_app_guards_wherever_it_is_cloned_to() {
    let staff = LoginScope::new()
        .check(is_first)
        .login_view("/staff")
        .forbidden_handler(async |_: &HttpRequest| HttpResponse::Forbidden().body("no staff"));
    let configure = move |config: &mut ServiceConfig| {
        let office = web::scope("/office").configure(handlers);
        let archive = web::scope("/archive").configure(handlers);
        config
            .service(office.wrap(staff.clone()))
            .service(archive.wrap(staff.clone()))
            .route("/login/{id}", web::post().to(login::<User>));
    };
    let manager = manager::<User>();
    let app = serve!(configure.clone(), manager.clone(), cookie_session());
    for place in ["office", "archive"] {
        let page = format!("/{place}/page");
        let stranger = app.browser().get(&page);
        let next = format!("/staff?next=%2F{place}%2Fpage");
        assert_eq!(stranger.location(), Some(next.as_str()));
        assert_eq!(logged_in(&app, 1).get(&page).body, "page");
        let other = logged_in(&app, 2).get(&page);
        assert_eq!((other.status, other.body.as_str()), (403, "no staff"));
    }
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
fn a_scope_without_a_manager_around_it_is_an_empty_500() {
    let log = Log::default();
    let worker = log.clone();
    let configure = move |config: &mut ServiceConfig| {
        worker.capture();
        let scope = web::scope("/scope").configure(handlers);
        config.service(scope.wrap(LoginScope::new().login_required()));
    };
    let app = serve!(configure.clone(), cookie_session());
    let answer = app.browser().get("/scope/page");
    assert_eq!((answer.status, answer.body.as_str()), (500, ""));
    assert!(log.says("add `.wrap(login_manager)`"), "{}", log.text());
}

#[test]
fn a_scopes_handler_comes_before_its_view_as_in_the_manager() {
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
fn of_views_and_none_the_last_word_counts() {
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

/// The users of the manager around both would be let in.
#[test]
fn a_guard_around_the_scopes_own_manager_keeps_the_server_from_starting() {
    #[derive(Clone, UserMixin)]
    struct Admin {
        id: u64,
    }
    let admins = LoginManager::<Admin>::builder(SECRET)
        .user_loader(async |id: u64| Some(Admin { id }))
        .build()
        .unwrap();
    macro_rules! starts {
        ($scope:expr) => {{
            // Of a service that does not start, actix-web's test server makes a panic.
            let app = App::new().service($scope.wrap(cookie_session()));
            let start = || System::new().block_on(init_service(app));
            catch_unwind(AssertUnwindSafe(start)).is_ok()
        }};
    }
    let inner = || web::scope("/admin").wrap(admins.clone());
    let guard = || LoginScope::new().login_required();

    let log = Log::default();
    log.capture();
    assert!(!starts!(inner().wrap(guard())));
    assert!(log.says("wrap the LoginScope first"), "{}", log.text());
    let between = inner().wrap(middleware::Logger::default());
    assert!(!starts!(between.wrap(guard())));

    assert!(starts!(
        web::scope("/admin").wrap(guard()).wrap(admins.clone())
    ));
    assert!(starts!(inner().wrap(guard().user_type::<User>())));
    // Without a guard it is only views, which all in it may share.
    assert!(starts!(
        inner().wrap(LoginScope::new().login_view("/login"))
    ));
    // The managers of scopes inside are another matter.
    let outer = web::scope("/all").service(inner());
    assert!(starts!(outer.wrap(guard())));
}
