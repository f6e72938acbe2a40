//! What a view may be: a path, a URL or the name of a resource.

use actix_login::{LoginManager, UserMixin};
use actix_web::web::{self, ServiceConfig};

use super::{app, encoded, guarded, location, origin, sent_to, sent_to_refresh};
use crate::{
    serve,
    support::{
        SECRET, TestApp, cookie_session,
        pages::{User, builder},
    },
};

#[test]
fn the_login_view_may_be_a_path() {
    let app = app(|builder| builder.login_view("/login"));
    assert_eq!(
        sent_to(&app, "/protected?x=1"),
        "/login?next=%2Fprotected%3Fx%3D1"
    );
}

#[test]
fn an_absolute_login_view_gets_an_absolute_next() {
    let app = app(|builder| builder.login_view("https://accounts.example/login"));
    let next = encoded(&format!("{}/protected?x=1", origin(&app)));
    assert_eq!(
        sent_to(&app, "/protected?x=1"),
        format!("https://accounts.example/login?next={next}")
    );
}

#[test]
fn the_login_view_may_be_an_external_resource() {
    let (named, absolute) = (
        app(|builder| builder.login_view("sso")),
        app(|builder| builder.login_view("https://accounts.example/login")),
    );
    for host in ["shop.example", "accounts.example", "a b", ""] {
        let ask = |app: &TestApp| {
            let mut browser = app.browser();
            location(&browser.request("GET", "/a").header("Host", host).send())
        };
        assert_eq!(ask(&named), ask(&absolute), "{host:?}");
    }
}

#[test]
fn an_absolute_login_view_on_the_same_host_gets_a_relative_next() {
    let app = app(|builder| builder.login_view("http://shop.example/login"));
    let on_host = |host| {
        let mut browser = app.browser();
        location(&browser.request("GET", "/a").header("Host", host).send())
    };
    let relative = "http://shop.example/login?next=%2Fa";
    assert_eq!(on_host("shop.example"), relative);
    assert_eq!(on_host("SHOP.example"), relative);
    let absolute = "http://shop.example/login?next=http%3A%2F%2Fshop.example%3A81%2Fa";
    assert_eq!(on_host("shop.example:81"), absolute);
}

#[test]
fn the_login_view_may_be_a_resource_name_even_in_a_scope() {
    let app = app(|builder| builder.login_view("users.login"));
    assert_eq!(
        sent_to(&app, "/protected"),
        "/accounts/sign-in?next=%2Fprotected"
    );
}

#[test]
fn the_refresh_view_may_be_a_path_a_url_or_a_resource_name() {
    let by_path = app(|builder| builder.refresh_view("/reauth"));
    assert_eq!(sent_to_refresh(&by_path), "/reauth?next=%2Ffresh%3Fx%3D1");
    let by_url = app(|builder| builder.refresh_view("https://accounts.example/reauth"));
    let next = encoded(&format!("{}/fresh?x=1", origin(&by_url)));
    assert_eq!(
        sent_to_refresh(&by_url),
        format!("https://accounts.example/reauth?next={next}")
    );
    let by_name = app(|builder| builder.refresh_view("accounts.reauthenticate"));
    assert_eq!(
        sent_to_refresh(&by_name),
        "/accounts/reauthenticate?next=%2Ffresh%3Fx%3D1"
    );
}

#[test]
fn without_a_refresh_view_a_stale_login_gets_401() {
    let app = app(|builder| builder);
    let mut browser = app.browser();
    browser.post("/stale-login", "");
    let refused = browser.get("/fresh");
    assert_eq!((refused.status, refused.location()), (401, None));
}

#[test]
fn the_views_own_query_and_fragment_are_kept() {
    let app = app(|builder| builder.login_view("/login?affil=cgnu&lang=en#form"));
    assert_eq!(
        sent_to(&app, "/a"),
        "/login?affil=cgnu&lang=en&next=%2Fa#form"
    );
}

#[test]
fn the_views_own_next_is_replaced() {
    let app = app(|builder| builder.login_view("/login?next=%2Fhome&lang=en"));
    assert_eq!(sent_to(&app, "/a"), "/login?lang=en&next=%2Fa");
}

#[test]
fn each_kind_of_user_has_its_own_views() {
    #[derive(Clone, UserMixin)]
    struct Admin {
        id: u64,
    }
    let admins = LoginManager::<Admin>::builder(SECRET)
        .user_loader(async |id: u64| Some(Admin { id }))
        .login_view("/admin/login?lang=en")
        .build()
        .unwrap();
    let users = builder::<User>().build().unwrap();
    let configure = move |config: &mut ServiceConfig| {
        let admin = web::scope("/admin").route("/page", web::get().to(guarded));
        config
            .service(admin.wrap(admins.clone()))
            .route("/page", web::get().to(guarded));
    };
    let app = serve!(configure.clone(), users.clone(), cookie_session());
    assert_eq!(
        sent_to(&app, "/admin/page"),
        "/admin/login?lang=en&next=%2Fadmin%2Fpage"
    );
    assert_eq!(sent_to(&app, "/page"), "/login?next=%2Fpage");
}
