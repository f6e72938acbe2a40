//! The manager of one kind of user inside of the other kind's.

use actix_login::{
    AuthenticatedUser, CurrentUser, LoginManager, LoginOptions, RememberCookie, login_required,
    login_user_with,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    web::{self, Path, ServiceConfig},
};

use super::{Admin, Customer};
use crate::{
    serve,
    support::{
        Response, TestApp, cookie_session,
        pages::{builder, login, manager, pages},
    },
};

/// The whole app for customers, and in it `/office` for admins.
fn nested() -> TestApp {
    #[login_required]
    async fn nearest() -> impl Responder {
        "nearest"
    }
    #[login_required(Customer)]
    async fn customers_in_the_office(customer: AuthenticatedUser<Customer>) -> impl Responder {
        format!("customer {}", customer.id)
    }
    async fn logout_customer(req: HttpRequest) -> Result<impl Responder> {
        LoginManager::<Customer>::of(&req)?
            .logout_user(&req)
            .await?;
        Ok("logged out")
    }
    async fn both(customer: CurrentUser<Customer>, admin: CurrentUser<Admin>) -> impl Responder {
        format!("{:?} {:?}", customer.get_id(), admin.get_id())
    }
    let (customers, admins) = (manager::<Customer>(), manager::<Admin>());
    let configure = move |config: &mut ServiceConfig| {
        let office = web::scope("/office")
            .configure(pages::<Admin>)
            .route("/nearest", web::get().to(nearest))
            .route("/customers", web::get().to(customers_in_the_office))
            .route("/login-customer/{id}", web::post().to(login::<Customer>))
            .route("/logout-customer", web::post().to(logout_customer))
            .route("/both", web::get().to(both));
        config
            .service(office.wrap(admins.clone()))
            .configure(pages::<Customer>)
            .route("/nearest", web::get().to(nearest));
    };
    serve!(configure.clone(), customers.clone(), cookie_session())
}

#[test]
fn nested_managers_serve_both_kinds_of_user_in_one_handler() {
    let app = nested();
    let mut browser = app.browser();
    browser.post("/login/5", "");
    assert_eq!(browser.get("/office/both").body, "Some(5) None");
    browser.post("/office/login/6", "");
    assert_eq!(browser.get("/office/both").body, "Some(5) Some(6)");
}

#[test]
fn in_nested_managers_a_logout_applies_to_the_nearest() {
    let app = nested();
    let mut browser = app.browser();
    browser.post("/login/5", "");
    browser.post("/office/login/6", "");
    browser.post("/office/logout", "");
    assert_eq!(browser.get("/office/both").body, "Some(5) None");
}

#[test]
fn in_nested_managers_logout_user_of_a_type_logs_out_that_user() {
    let app = nested();
    let mut browser = app.browser();
    browser.post("/office/login-customer/5", "");
    browser.post("/office/login/6", "");
    browser.post("/office/logout-customer", "");
    assert_eq!(browser.get("/office/both").body, "None Some(6)");
}

/// Each page concerns the customer, although its nearest manager is the admins'.
#[test]
fn in_nested_managers_a_managers_functions_apply_to_its_own_user() {
    async fn remember(req: HttpRequest, id: Path<u64>) -> Result<impl Responder> {
        let options = LoginOptions::new().remember(true).fresh(false);
        login_user_with(&req, &Customer::from(*id), options).await?;
        Ok("remembered")
    }
    async fn state(req: HttpRequest) -> Result<impl Responder> {
        let manager = LoginManager::<Customer>::of(&req)?;
        let fresh = manager.login_fresh(&req).await?;
        let remembered = manager.login_remembered(&req).await?;
        Ok(format!("{fresh} {remembered}"))
    }
    async fn confirm(req: HttpRequest) -> Result<impl Responder> {
        let manager = LoginManager::<Customer>::of(&req)?;
        manager.confirm_login(&req).await?;
        Ok("confirmed")
    }
    async fn unauthorized(req: HttpRequest) -> Result<HttpResponse> {
        let manager = LoginManager::<Customer>::of(&req)?;
        Ok(manager.unauthorized(&req).await)
    }
    async fn needs_refresh(req: HttpRequest) -> Result<HttpResponse> {
        let manager = LoginManager::<Customer>::of(&req)?;
        Ok(manager.needs_refresh(&req).await)
    }
    let customers = builder::<Customer>()
        .login_view("/customers/login")
        .refresh_view("/customers/refresh")
        .remember_cookie(RememberCookie::new().secure(false))
        .build()
        .unwrap();
    let admins = builder::<Admin>()
        .login_view("/admins/login")
        .refresh_view("/admins/refresh")
        .build()
        .unwrap();
    let configure = move |config: &mut ServiceConfig| {
        config
            .configure(pages::<Admin>)
            .route("/remember/{id}", web::post().to(remember))
            .route("/state", web::get().to(state))
            .route("/confirm", web::post().to(confirm))
            .route("/unauthorized", web::get().to(unauthorized))
            .route("/needs-refresh", web::get().to(needs_refresh));
    };
    let app = serve!(
        configure,
        admins.clone(),
        customers.clone(),
        cookie_session()
    );
    let mut browser = app.browser();
    browser.post("/login/6", "");
    assert_eq!(browser.post("/confirm", "").status, 401);
    assert_eq!(browser.get("/state").body, "false false");
    browser.post("/remember/5", "");
    assert_eq!(browser.get("/state").body, "false true");
    assert_eq!(browser.post("/confirm", "").body, "confirmed");
    assert_eq!(browser.get("/state").body, "true true");
    let to = |response: Response| response.location().unwrap_or_default().to_owned();
    assert_eq!(
        to(browser.get("/unauthorized")),
        "/customers/login?next=%2Funauthorized"
    );
    assert_eq!(
        to(browser.get("/needs-refresh")),
        "/customers/refresh?next=%2Fneeds-refresh"
    );
}

#[test]
fn a_guard_without_a_type_asks_the_nearest_manager() {
    let app = nested();
    let mut browser = app.browser();
    browser.post("/login/5", "");
    assert_eq!(browser.get("/nearest").body, "nearest");
    assert_eq!(browser.get("/office/nearest").status, 302);
    browser.post("/office/login/6", "");
    assert_eq!(browser.get("/office/nearest").body, "nearest");
}

#[test]
fn a_guard_with_a_type_admits_only_its_users_in_any_nesting() {
    let app = nested();
    let mut customer = app.browser();
    customer.post("/login/5", "");
    let mut admin = app.browser();
    admin.post("/office/login/5", "");
    assert_eq!(customer.get("/office/customers").body, "customer 5");
    assert_eq!(admin.get("/office/customers").status, 302);
    assert_eq!(customer.get("/office/protected").status, 302);
    assert_eq!(admin.get("/office/protected").body, "user 5");
}
