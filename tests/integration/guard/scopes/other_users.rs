//! A guarded scope around a manager of other users: its guard would admit the wrong ones.

use actix_login::{CurrentUser, LoginManager, LoginScope, UserMixin, login_required};
use actix_web::{
    HttpRequest, Responder,
    middleware::{Condition, DefaultHeaders, Next, from_fn},
    web::{self, ServiceConfig},
};

use super::page;
use crate::{
    serve,
    support::{
        Browser, Log, Response, TestApp, cookie_session,
        pages::{User, login, manager, who},
    },
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

/// Asks for the user, so that each manager has a login context early.
async fn ask(
    _: CurrentUser<User>,
    req: actix_web::dev::ServiceRequest,
    next: Next<impl actix_web::body::MessageBody + 'static>,
) -> Result<actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>, actix_web::Error> {
    next.call(req).await
}

#[login_required]
async fn guarded(_: HttpRequest) -> impl Responder {
    "guarded"
}

/// An app of these scopes, inside the customers' manager and session, and its log.
macro_rules! app {
    (|$admins:ident| $($scope:expr),+ $(,)?) => {{
        let log = Log::default();
        let worker = log.clone();
        let (customers, $admins) = (manager::<User>(), manager::<Admin>());
        let configure = move |config: &mut ServiceConfig| {
            worker.capture();
            $(config.service($scope);)+
            config
                .route("/login/{id}", web::post().to(login::<User>))
                .route("/who", web::get().to(who::<User>));
        };
        let app = serve!(configure.clone(), customers.clone(), cookie_session());
        (app, log)
    }};
}

fn pages() -> actix_web::Scope {
    web::scope("/admin")
        .route("/page", web::get().to(page))
        .route("/guarded", web::get().to(guarded))
        .route("/login/{id}", web::post().to(login::<Admin>))
}

fn customer(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.post("/login/1", "").status, 200);
    browser
}

fn guard() -> LoginScope {
    LoginScope::new().login_required()
}

#[track_caller]
fn assert_refused(response: &Response, log: &Log) {
    assert_eq!((response.status, response.body.as_str()), (500, ""));
    assert!(log.says("wrap the LoginScope first"), "{}", log.text());
    assert!(log.text().contains("`user_type`"));
}

#[test]
fn a_guard_directly_around_the_scopes_own_manager_admits_no_customer() {
    let (app, log) = app!(|admins| pages().wrap(admins.clone()).wrap(guard()));
    assert_eq!(app.browser().get("/admin/page").status, 302);
    assert!(!log.text().contains("LoginScope"), "{}", log.text());
    assert_refused(&customer(&app).get("/admin/page"), &log);
}

#[test]
fn a_middleware_between_guard_and_manager_hides_nothing() {
    let (app, log) = app!(|admins| {
        pages()
            .wrap(admins.clone())
            .wrap(from_fn(ask))
            .wrap(DefaultHeaders::new())
            .wrap(guard())
    });
    assert_refused(&customer(&app).get("/admin/page"), &log);
}

#[test]
fn a_condition_around_guard_or_manager_hides_nothing() {
    let (app, log) = app!(|admins| {
        pages()
            .wrap(Condition::new(true, admins.clone()))
            .wrap(Condition::new(true, guard()))
    });
    assert_refused(&customer(&app).get("/admin/page"), &log);
    let (app, _) = app!(|admins| {
        pages()
            .wrap(admins.clone())
            .wrap(Condition::new(false, guard()))
    });
    assert_eq!(customer(&app).get("/admin/page").status, 200);
}

#[test]
fn a_manager_in_a_nested_scope_or_resource_admits_no_customer() {
    let (app, log) = app!(|admins| {
        let nested = web::scope("/nested").service(pages().wrap(admins.clone()));
        web::scope("/all").service(nested).wrap(guard())
    });
    assert_refused(&customer(&app).get("/all/nested/admin/page"), &log);

    let (app, log) = app!(|admins| {
        let resource = web::resource("/page").get(page).wrap(admins.clone());
        web::scope("/all").service(resource).wrap(guard())
    });
    assert_refused(&customer(&app).get("/all/page"), &log);
}

#[test]
fn a_guard_of_the_scopes_own_in_the_nested_scope_changes_nothing() {
    let (app, log) = app!(|admins| {
        let nested = pages().wrap(guard()).wrap(admins.clone());
        web::scope("/all").service(nested).wrap(guard())
    });
    assert_refused(&customer(&app).get("/all/admin/page"), &log);
    assert_refused(&customer(&app).post("/all/admin/login/1", ""), &log);
}

#[test]
fn every_untyped_rule_is_about_the_manager_that_it_asks() {
    let (app, log) = app!(|admins| {
        pages()
            .wrap(admins.clone())
            .wrap(LoginScope::new().fresh_login_required())
    });
    assert_refused(&customer(&app).get("/admin/page"), &log);

    let (app, log) = app!(|admins| {
        pages()
            .wrap(admins.clone())
            .wrap(LoginScope::new().anonymous_required("/"))
    });
    assert_refused(&app.browser().get("/admin/page"), &log);
}

#[test]
fn a_guard_inside_the_manager_asks_for_its_users() {
    let (app, _) = app!(|admins| pages().wrap(guard()).wrap(admins.clone()));
    assert_eq!(customer(&app).get("/admin/page").status, 302);
}

#[test]
fn a_guard_that_names_its_users_may_be_around_another_manager() {
    let (app, log) = app!(
        |admins| pages()
            .wrap(admins.clone())
            .wrap(guard().user_type::<User>()),
        web::scope("/checked")
            .service(pages().wrap(admins.clone()))
            .wrap(LoginScope::new().check(|user: &User| user.id == 1)),
        web::scope("/views")
            .service(pages().wrap(admins.clone()))
            .wrap(LoginScope::new().login_view("/staff")),
    );
    for page in ["/admin/page", "/checked/admin/page", "/views/admin/page"] {
        assert_eq!(customer(&app).get(page).body, "page", "{page}");
    }
    let refused = app.browser().get("/views/admin/guarded");
    assert_eq!(
        refused.location(),
        Some("/staff?next=%2Fviews%2Fadmin%2Fguarded")
    );
    assert!(!log.text().contains("LoginScope"), "{}", log.text());
}

#[test]
fn the_same_manager_may_be_wrapped_again_inside_a_guard() {
    let log = Log::default();
    let worker = log.clone();
    let customers: LoginManager<User> = manager();
    let inner = customers.clone();
    let configure = move |config: &mut ServiceConfig| {
        worker.capture();
        let scope = web::scope("/own").route("/page", web::get().to(page));
        config
            .service(scope.wrap(inner.clone()).wrap(guard()))
            .route("/login/{id}", web::post().to(login::<User>));
    };
    let app = serve!(configure.clone(), customers.clone(), cookie_session());
    assert_eq!(customer(&app).get("/own/page").body, "page");
    assert!(!log.text().contains("LoginScope"), "{}", log.text());
}
