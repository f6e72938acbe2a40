//! The forms in which actix-web lets an app wrap a middleware: in a condition, around a route, and in an app
//! that a function returns.

use actix_login::{LoginManager, LoginScope};
use actix_web::{
    App, Error,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::Condition,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Browser, Log, TestApp, boxed_app, cookie_session,
        pages::{User, manager, pages},
    },
};

async fn page() -> &'static str {
    "page"
}

fn logged_in(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.post("/login/1", "").status, 200);
    browser
}

/// Asserts that strangers are redirected from this page, and that users get it.
fn assert_guarded(app: &TestApp, target: &str) {
    let refused = app.browser().get(target);
    assert_eq!(refused.status, 302);
    let next = target.replace('/', "%2F");
    assert_eq!(refused.location(), Some(&*format!("/login?next={next}")));
    assert_eq!(logged_in(app).get(target).body, "page");
}

#[test]
fn a_manager_in_a_condition_works_while_it_is_enabled() {
    let login_manager = manager::<User>();
    let app = serve!(
        pages::<User>,
        Condition::new(true, login_manager.clone()),
        cookie_session(),
    );
    assert_eq!(app.browser().get("/protected").status, 302);
    assert_eq!(logged_in(&app).get("/protected").body, "user 1");
}

#[test]
fn without_its_manager_a_guard_admits_no_one() {
    let log = Log::default();
    let login_manager = manager::<User>();
    let capturing = log.clone();
    let app = serve!(
        {
            capturing.capture();
            pages::<User>
        },
        Condition::new(false, login_manager.clone()),
        cookie_session(),
    );
    let response = app.browser().get("/protected");
    assert_eq!((response.status, &*response.body), (500, ""));
    assert!(log.says(".wrap(login_manager)"));
}

/// The usual pages, and `/scope/page` in a scope that is guarded on this condition.
fn app_with_condition(enabled: bool) -> TestApp {
    let login_manager = manager::<User>();
    let guarded = move |config: &mut ServiceConfig| {
        let guard = LoginScope::new().login_required();
        let scope = web::scope("/scope").route("/page", web::get().to(page));
        config
            .configure(pages::<User>)
            .service(scope.wrap(Condition::new(enabled, guard)));
    };
    serve!(guarded, login_manager.clone(), cookie_session())
}

#[test]
fn a_scope_in_a_condition_guards_while_it_is_enabled() {
    assert_guarded(&app_with_condition(true), "/scope/page");
    let unguarded = app_with_condition(false);
    assert_eq!(unguarded.browser().get("/scope/page").body, "page");
}

#[test]
fn a_login_scope_around_a_route_guards_that_route_alone() {
    let login_manager = manager::<User>();
    let routes = |config: &mut ServiceConfig| {
        let guarded = web::get().to(page).wrap(LoginScope::new().login_required());
        let resource = web::resource("/page")
            .route(guarded)
            .route(web::put().to(page));
        config.configure(pages::<User>).service(resource);
    };
    let app = serve!(routes, login_manager.clone(), cookie_session());
    assert_guarded(&app, "/page");
    assert_eq!(app.browser().request("PUT", "/page").send().body, "page");
}

#[test]
fn a_manager_around_a_route_serves_that_route() {
    let login_manager = manager::<User>();
    let routes = move |config: &mut ServiceConfig| {
        let route = web::get()
            .to(page)
            .wrap(LoginScope::new().login_required())
            .wrap(login_manager.clone());
        let login = web::scope("").configure(pages::<User>);
        config
            .route("/page", route)
            .service(login.wrap(login_manager.clone()));
    };
    let app = serve!(routes.clone(), cookie_session());
    assert_guarded(&app, "/page");
}

/// An app as a function of its author returns it, to share it between the server and tests.
fn create_app(
    login_manager: LoginManager<User>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .configure(pages::<User>)
        .service(
            web::scope("/scope")
                .wrap(LoginScope::new().login_required())
                .route("/page", web::get().to(page)),
        )
        .wrap(login_manager)
        .wrap(cookie_session())
}

#[test]
fn a_function_may_return_an_app_with_a_manager() {
    let login_manager = manager::<User>();
    let app = TestApp::serve(move || boxed_app(create_app(login_manager.clone())));
    assert_guarded(&app, "/scope/page");
}
