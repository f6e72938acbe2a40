//! Two kinds of user in one app, logged in with one browser.

use actix_login::{
    AuthenticatedUser, CurrentUser, LoginManager, LoginOptions, LoginScope, RememberCookie,
    UserMixin, login_required, login_user_with,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    web::{self, Path, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Count, Log, MemorySessionStore, REMEMBER, Response, TestApp, cookie_session,
        pages::{builder, cart, load, login, logout, manager, pages, put_into_cart, who},
    },
};

macro_rules! user_type {
    ($name:ident) => {
        #[derive(Clone, UserMixin)]
        pub(super) struct $name {
            pub(super) id: u64,
        }

        impl From<u64> for $name {
            fn from(id: u64) -> Self {
                Self { id }
            }
        }
    };
}

user_type!(Customer);
user_type!(Admin);

/// `/shop` for customers and `/office` for admins, side by side.
fn siblings() -> TestApp {
    let (customers, admins) = (manager::<Customer>(), manager::<Admin>());
    let configure = move |config: &mut ServiceConfig| {
        let shop = web::scope("/shop").configure(pages::<Customer>);
        let office = web::scope("/office").configure(pages::<Admin>);
        config
            .service(shop.wrap(customers.clone()))
            .service(office.wrap(admins.clone()));
    };
    serve!(configure.clone(), cookie_session())
}

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
fn a_customer_is_never_the_admin_of_the_same_id() {
    let app = siblings();
    let mut browser = app.browser();
    browser.post("/shop/login/5", "");
    assert_eq!(browser.get("/shop/who").body, "5");
    assert_eq!(browser.get("/office/who").body, "nobody");
    assert_eq!(browser.get("/office/protected").status, 302);
}

#[test]
fn a_logout_of_one_kind_of_user_leaves_the_other_logged_in() {
    let app = siblings();
    let mut browser = app.browser();
    browser.post("/shop/login/5", "");
    browser.post("/office/login/6", "");
    assert_eq!(browser.get("/shop/who").body, "5");
    assert_eq!(browser.get("/office/who").body, "6");

    browser.post("/shop/logout", "");

    assert_eq!(browser.get("/shop/who").body, "nobody");
    assert_eq!(browser.get("/office/who").body, "6");
}

#[test]
fn a_login_over_another_customer_leaves_the_admin_logged_in() {
    let app = siblings();
    let mut browser = app.browser();
    browser.post("/office/login/6", "");
    browser.post("/shop/login/5", "");
    browser.post("/shop/cart/melon", "");

    browser.post("/shop/login/7", "");

    assert_eq!(browser.get("/office/who").body, "6");
    assert_eq!(browser.get("/shop/who").body, "7");
    assert_eq!(browser.get("/shop/cart").body, "empty");
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
fn in_nested_managers_a_logout_means_the_nearest() {
    let app = nested();
    let mut browser = app.browser();
    browser.post("/login/5", "");
    browser.post("/office/login/6", "");
    browser.post("/office/logout", "");
    assert_eq!(browser.get("/office/both").body, "Some(5) None");
}

#[test]
fn in_nested_managers_one_is_logged_out_by_its_type() {
    let app = nested();
    let mut browser = app.browser();
    browser.post("/office/login-customer/5", "");
    browser.post("/office/login/6", "");
    browser.post("/office/logout-customer", "");
    assert_eq!(browser.get("/office/both").body, "None Some(6)");
}

/// Each of these is about the customer, in pages whose nearest manager is that of the admins.
#[test]
fn in_nested_managers_each_function_of_a_manager_means_its_own_user() {
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
    let to = |answer: Response| answer.location().unwrap_or_default().to_owned();
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
fn a_guard_without_a_type_means_the_nearest_manager() {
    let app = nested();
    let mut browser = app.browser();
    browser.post("/login/5", "");
    assert_eq!(browser.get("/nearest").body, "nearest");
    assert_eq!(browser.get("/office/nearest").status, 302);
    browser.post("/office/login/6", "");
    assert_eq!(browser.get("/office/nearest").body, "nearest");
}

#[test]
fn a_guard_with_a_type_admits_nobody_else_whichever_manager_is_nearest() {
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

#[test]
fn each_kind_of_user_has_a_remember_cookie_of_its_own() {
    async fn remember<U: UserMixin<Id = u64> + From<u64>>(
        req: HttpRequest,
        id: Path<u64>,
    ) -> Result<impl Responder> {
        let options = LoginOptions::new().remember(true);
        login_user_with(&req, &U::from(*id), options).await?;
        Ok("remembered")
    }
    let local = || RememberCookie::new().secure(false);
    let customers = builder::<Customer>()
        .remember_cookie(local())
        .build()
        .unwrap();
    let admins = builder::<Admin>().remember_cookie(local()).build().unwrap();
    let configure = move |config: &mut ServiceConfig| {
        let office = web::scope("/office")
            .route("/remember/{id}", web::post().to(remember::<Admin>))
            .configure(pages::<Admin>);
        config
            .service(office.wrap(admins.clone()))
            .route("/remember/{id}", web::post().to(remember::<Customer>))
            .configure(pages::<Customer>);
    };
    let app = serve!(configure.clone(), customers.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/remember/5", "");
    browser.post("/office/remember/6", "");
    browser.restart();
    assert_eq!(browser.cookies.len(), 2);

    browser.post("/office/logout", "");

    browser.restart();
    assert_eq!(
        browser.cookies.keys().collect::<Vec<_>>(),
        ["remember_token_Customer"]
    );
    assert_eq!(browser.get("/who").body, "5");
}

/// Another user type of the same name.
mod twin {
    use actix_login::UserMixin;

    user_type!(Customer);
}

#[test]
fn two_nested_managers_of_the_same_name_are_an_empty_500() {
    let log = Log::default();
    let (outer, inner) = (manager::<Customer>(), manager::<twin::Customer>());
    let worker = log.clone();
    let configure = move |config: &mut ServiceConfig| {
        worker.capture();
        let inside = web::scope("/inside").configure(pages::<twin::Customer>);
        config
            .service(inside.wrap(inner.clone()))
            .configure(pages::<Customer>);
    };
    let app = serve!(configure.clone(), outer.clone(), cookie_session());
    let mut browser = app.browser();
    assert_eq!(browser.post("/login/5", "").status, 200);

    let answer = browser.get("/inside/who");

    assert_eq!((answer.status, answer.body.as_str()), (500, ""));
    assert_eq!(browser.get("/inside/protected").status, 500);
    assert_eq!(browser.post("/inside/login/6", "").status, 500);
    assert_eq!(browser.post("/inside/logout", "").status, 500);
    assert_eq!(browser.get("/who").body, "5");
    assert!(log.says("two_managers::twin::Customer"), "{}", log.text());
}

#[test]
fn two_nested_managers_of_the_same_user_type_are_an_empty_500() {
    let outer = manager::<Customer>();
    let inner = builder::<Customer>().name("Other").build().unwrap();
    let configure = move |config: &mut ServiceConfig| {
        let inside = web::scope("/inside").configure(pages::<Customer>);
        config.service(inside.wrap(inner.clone()));
    };
    let app = serve!(configure.clone(), outer.clone(), cookie_session());
    let answer = app.browser().get("/inside/who");
    assert_eq!((answer.status, answer.body.as_str()), (500, ""));
}

#[test]
fn managers_clash_also_with_another_between_them() {
    let (outer, between) = (manager::<Customer>(), manager::<Admin>());
    let inner = manager::<twin::Customer>();
    let configure = move |config: &mut ServiceConfig| {
        let inside = web::scope("/inside").configure(pages::<twin::Customer>);
        let middle = web::scope("/middle").service(inside.wrap(inner.clone()));
        config
            .service(middle.wrap(between.clone()))
            .configure(pages::<Customer>);
    };
    let app = serve!(configure.clone(), outer.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/login/5", "");
    let answer = browser.get("/middle/inside/who");
    assert_eq!((answer.status, answer.body.as_str()), (500, ""));
}

#[test]
fn the_same_manager_may_be_wrapped_twice() {
    let outer = manager::<Customer>();
    let inner = outer.clone();
    let configure = move |config: &mut ServiceConfig| {
        let inside = web::scope("/inside").configure(pages::<Customer>);
        config
            .service(inside.wrap(inner.clone()))
            .configure(pages::<Customer>);
    };
    let app = serve!(configure.clone(), outer.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/login/5", "");
    assert_eq!(browser.get("/inside/protected").body, "user 5");
    browser.post("/inside/logout", "");
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn the_same_manager_wrapped_twice_loads_and_answers_once() {
    let loads = Count::default();
    let counted = loads.clone();
    let manager = builder::<Customer>()
        .user_loader(async move |id: u64| {
            counted.add();
            load(id)
        })
        .remember_cookie(RememberCookie::new().refresh_each_request(true));
    let outer = manager.build().unwrap();
    let inner = outer.clone();
    let configure = move |config: &mut ServiceConfig| {
        let inside = web::scope("/inside")
            .wrap(inner.clone())
            .wrap(LoginScope::new().user_type::<Customer>().login_required());
        config
            .service(inside.configure(pages::<Customer>))
            .route("/remember/{id}", web::post().to(remember));
    };
    let app = serve!(configure.clone(), outer.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/remember/5", "");
    let before = loads.get();
    let answer = browser.get("/inside/protected");
    assert_eq!(answer.body, "user 5");
    assert_eq!(loads.get(), before + 1);
    let set_cookies = answer.set_cookies();
    let refreshed = set_cookies
        .iter()
        .filter(|it| it.name.starts_with(REMEMBER));
    assert_eq!(refreshed.count(), 1);
}

async fn remember(req: HttpRequest, id: web::Path<u64>) -> Result<impl Responder> {
    let options = LoginOptions::new().remember(true);
    login_user_with(&req, &Customer::from(*id), options).await?;
    Ok("remembered")
}

#[test]
fn the_logout_of_one_kind_of_user_ends_the_session_of_the_app_alone() {
    let store = MemorySessionStore::default();
    let session = store.clone();
    let (customers, admins) = (manager::<Customer>(), manager::<Admin>());
    let configure = move |config: &mut ServiceConfig| {
        let office = web::scope("/office")
            .route("/login/{id}", web::post().to(login::<Admin>))
            .route("/who", web::get().to(who::<Admin>));
        config
            .service(office.wrap(admins.clone()))
            .route("/login/{id}", web::post().to(login::<Customer>))
            .route("/logout", web::post().to(logout))
            .route("/cart", web::get().to(cart))
            .route("/cart/{item}", web::post().to(put_into_cart));
    };
    let app = serve!(configure.clone(), customers.clone(), session.session());
    let mut browser = app.browser();
    browser.post("/login/5", "");
    browser.post("/office/login/6", "");
    browser.post("/cart/melon", "");
    let id = store.only_id();

    browser.post("/logout", "");

    assert_ne!(store.only_id(), id);
    assert_eq!(browser.get("/cart").body, "empty");
    assert_eq!(browser.get("/office/who").body, "6");
}

#[test]
fn what_one_kind_of_user_left_in_the_session_is_cleared_for_another_kind() {
    let keeping = (
        builder::<Customer>().keep_session(true).build().unwrap(),
        manager::<Admin>(),
    );
    let configure = move |config: &mut ServiceConfig| {
        let shop = web::scope("/shop").configure(pages::<Customer>);
        let office = web::scope("/office").configure(pages::<Admin>);
        config
            .service(shop.wrap(keeping.0.clone()))
            .service(office.wrap(keeping.1.clone()));
    };
    let app = serve!(configure.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/shop/login/1", "");
    browser.post("/shop/cart/melon", "");
    browser.post("/shop/logout", "");
    assert_eq!(browser.get("/shop/cart").body, "melon");

    browser.post("/office/login/2", "");

    assert_eq!(browser.get("/shop/cart").body, "empty");
}
