//! Scopes in scopes, and scopes with several managers.

use actix_login::{LoginScope, UserMixin};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, ServiceConfig},
};

use super::{handlers, is_first, logged_in, logged_in_before, stale_login};
use crate::{
    serve,
    support::{
        Log, cookie_session,
        pages::{User, login, manager},
    },
};

#[test]
fn a_scope_inherits_unset_settings_from_the_outer_scope() {
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
fn the_guards_of_nested_scopes_all_apply() {
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
fn a_scope_guards_for_the_user_type_it_names() {
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
fn a_scope_built_once_guards_wherever_it_is_cloned_to() {
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
fn a_scope_without_an_outer_manager_is_an_empty_500() {
    let log = Log::default();
    let worker = log.clone();
    let configure = move |config: &mut ServiceConfig| {
        worker.capture();
        let scope = web::scope("/scope").configure(handlers);
        config.service(scope.wrap(LoginScope::new().login_required()));
    };
    let app = serve!(configure.clone(), cookie_session());
    let response = app.browser().get("/scope/page");
    assert_eq!((response.status, response.body.as_str()), (500, ""));
    assert!(log.says("add `.wrap(login_manager)`"), "{}", log.text());
}
