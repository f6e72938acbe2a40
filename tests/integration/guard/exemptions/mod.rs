//! An app-wide guard, and what it lets pass.

mod own_views;
mod patterns;

use actix_login::{LoginManager, LoginManagerBuilder, LoginScope};
use actix_web::{
    HttpRequest,
    middleware::NormalizePath,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Browser, Log, Response, TestApp, cookie_session,
        pages::{User, builder, pages},
    },
};

async fn path(req: HttpRequest) -> String {
    format!("the page {}", req.match_info().as_str())
}

/// A page at each path, and the names that views have.
fn routes(config: &mut ServiceConfig) {
    config
        .configure(pages::<User>)
        .route("/about", web::get().to(async || "about"))
        .route("/admin", web::get().to(async || "admin"))
        .service(web::resource("/named/login").name("login_page").to(path))
        .service(web::resource("/named/stra\u{df}e").name("street").to(path))
        .external_resource("sso", "http://accounts.example/admin")
        .default_service(web::to(path));
}

fn guard() -> LoginScope {
    LoginScope::new().login_required()
}

fn login_manager(
    change: impl FnOnce(LoginManagerBuilder<User>) -> LoginManagerBuilder<User>,
) -> LoginManager<User> {
    change(builder()).build().unwrap()
}

/// The app with this guard around it, inside of this manager.
fn guarded_app(scope: LoginScope, manager: LoginManager<User>) -> (TestApp, Log) {
    let log = Log::default();
    let worker = log.clone();
    let configure = move |config: &mut ServiceConfig| {
        worker.capture();
        routes(config);
    };
    let app = serve!(
        configure.clone(),
        scope.clone(),
        manager.clone(),
        cookie_session()
    );
    (app, log)
}

#[track_caller]
fn assert_refused(response: &Response, target: &str) {
    let location = response.location().unwrap_or("none");
    assert!(location.contains("?next="), "{target}: {response:?}");
    assert_eq!((response.status, response.body.as_str()), (302, ""));
}
