//! Two kinds of user in one app, logged in with one browser.

mod nested;

use actix_login::{LoginOptions, LoginScope, RememberCookie, UserMixin, login_user_with};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, Path, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Count, Log, MemorySessionStore, REMEMBER, TestApp, cookie_session,
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

/// A different user type with the same name.
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

    let response = browser.get("/inside/who");

    assert_eq!((response.status, response.body.as_str()), (500, ""));
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
    let response = app.browser().get("/inside/who");
    assert_eq!((response.status, response.body.as_str()), (500, ""));
}

#[test]
fn managers_also_clash_with_another_between_them() {
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
    let response = browser.get("/middle/inside/who");
    assert_eq!((response.status, response.body.as_str()), (500, ""));
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
fn the_same_manager_wrapped_twice_loads_and_responds_once() {
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
    let response = browser.get("/inside/protected");
    assert_eq!(response.body, "user 5");
    assert_eq!(loads.get(), before + 1);
    let set_cookies = response.set_cookies();
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
fn logging_out_one_kind_of_user_clears_only_the_apps_session_data() {
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
fn session_data_of_one_kind_of_user_is_cleared_for_another_kind() {
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
