//! Scopes in scopes, and scopes with several managers.

use std::panic::{AssertUnwindSafe, catch_unwind};

use actix_login::{LoginManager, LoginScope, UserMixin};
use actix_web::{
    App, HttpRequest, HttpResponse, middleware,
    rt::System,
    test::init_service,
    web::{self, ServiceConfig},
};

use super::{handlers, is_first, logged_in, logged_in_before, stale_login};
use crate::{
    serve,
    support::{
        Log, SECRET, cookie_session,
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

/// Otherwise it would admit the users of the outer manager.
#[test]
fn a_guard_outside_the_scopes_own_manager_fails_at_startup() {
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
            // actix-web's test server panics if a service does not start.
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
    // Without a guard it only sets views, which everything inside may share.
    assert!(starts!(
        inner().wrap(LoginScope::new().login_view("/login"))
    ));
    // The managers of inner scopes do not matter.
    let outer = web::scope("/all").service(inner());
    assert!(starts!(outer.wrap(guard())));
}
