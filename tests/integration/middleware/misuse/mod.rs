//! Mistakes in the app's setup, and a session store that is down: an empty 500 for the visitor, and
//! a log line for the author.

mod session_store_down;

use actix_login::{
    CurrentUser, LoginManager, LoginOptions, UserMixin, current_user, fresh_login_required,
    login_required, login_user, login_user_with,
};
use actix_session::Session;
use actix_web::{
    FromRequest, HttpRequest, Responder, Result,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Log, Response, SECRET, cookie_session,
        pages::{User, builder, login, manager, pages},
    },
};

const NO_SESSION: &str = "add `.wrap(SessionMiddleware::new(…))` of actix-session";
const NO_MANAGER: &str = "no login manager: add `.wrap(login_manager)`";

/// An app with the usual pages and these wraps, and its log.
macro_rules! app {
    ($($wrap:expr),* $(,)?) => {
        app!(configure pages::<User>, $($wrap),*)
    };
    (configure $configure:expr, $($wrap:expr),* $(,)?) => {{
        let log = Log::default();
        let worker = log.clone();
        let configure = move |config: &mut ServiceConfig| {
            worker.capture();
            config.configure($configure);
        };
        let app = serve!(configure.clone(), $($wrap),*);
        (app, log)
    }};
}

fn assert_empty_500(response: &Response) {
    assert_eq!((response.status, response.body.as_str()), (500, ""));
    assert!(response.set_cookies().is_empty());
}

#[test]
fn a_login_without_a_session_is_an_empty_500_and_logs_the_missing_wrap() {
    let manager = manager::<User>();
    let (app, log) = app!(manager.clone());
    assert_empty_500(&app.browser().post("/login/1", ""));
    assert!(log.says(NO_SESSION), "{}", log.text());
}

#[test]
fn the_log_line_of_a_missing_session_names_another_version_of_actix_session() {
    let manager = manager::<User>();
    let (app, log) = app!(manager.clone());
    assert_empty_500(&app.browser().post("/login/1", ""));
    assert!(
        log.says("another version of actix-session"),
        "{}",
        log.text()
    );
    assert!(log.says("`actix_login::actix_session`"), "{}", log.text());
}

#[test]
fn the_re_exported_actix_session_is_the_one_that_is_found() {
    use actix_login::actix_session::{SessionMiddleware, storage::CookieSessionStore};
    use actix_web::cookie::Key;

    let manager = manager::<User>();
    let session = || SessionMiddleware::new(CookieSessionStore::default(), Key::from(&SECRET));
    let (app, _) = app!(manager.clone(), session());
    assert_eq!(app.browser().post("/login/1", "").body, "logged in");
}

#[test]
fn everything_that_needs_a_session_is_an_empty_500_without_one() {
    let manager = manager::<User>();
    let (app, log) = app!(manager.clone());
    assert_empty_500(&app.browser().get("/who"));
    assert!(log.says(NO_SESSION), "{}", log.text());
    assert_empty_500(&app.browser().get("/protected"));
    assert_empty_500(&app.browser().post("/logout", ""));
}

#[test]
fn without_a_session_a_browser_with_cookies_gets_no_login() {
    let manager = manager::<User>();
    let (app, _) = app!(manager.clone());
    let mut browser = app.browser();
    browser.cookies.insert("theme".into(), "dark".into());
    assert_empty_500(&browser.post("/login/1", ""));
    assert_empty_500(&browser.get("/who"));
}

#[test]
fn a_login_lost_for_want_of_a_session_middleware_is_logged() {
    async fn login(_: Session, req: HttpRequest) -> Result<impl Responder> {
        login_user(&req, &User::from(1)).await?;
        Ok("logged in")
    }
    let manager = manager::<User>();
    let configure = |config: &mut ServiceConfig| {
        config.route("/login", web::post().to(login));
    };
    let (app, log) = app!(configure configure, manager.clone());
    let response = app.browser().post("/login", "");
    assert!(response.set_cookies().is_empty());
    assert!(log.says(NO_SESSION), "{}", log.text());
}

fn one_scope_with_a_session(config: &mut ServiceConfig) {
    let inside = web::scope("/inside").configure(pages::<User>);
    let outside = web::scope("/outside").configure(pages::<User>);
    config
        .service(inside.wrap(cookie_session()))
        .service(outside);
}

#[test]
fn a_scope_without_the_session_that_other_scopes_have_is_logged() {
    let manager = manager::<User>();
    let (app, log) = app!(configure one_scope_with_a_session, manager.clone());
    assert_eq!(app.browser().post("/inside/login/1", "").status, 200);
    assert!(!log.text().contains(NO_SESSION));
    assert_empty_500(&app.browser().post("/outside/login/1", ""));
    assert!(log.says(NO_SESSION), "{}", log.text());
}

/// The process has seen a session middleware, and the browser sends its cookies.
#[test]
fn a_browser_of_another_scope_is_neither_logged_in_nor_out_without_a_session() {
    let manager = manager::<User>();
    let (app, _) = app!(configure one_scope_with_a_session, manager.clone());
    let mut browser = app.browser();
    browser.post("/inside/login/1", "");
    assert_empty_500(&browser.post("/outside/login/2", ""));
    assert_empty_500(&browser.post("/outside/logout", ""));
    assert_eq!(browser.get("/inside/who").body, "1");
    assert_eq!(browser.post("/inside/logout", "").status, 200);
}

#[test]
fn with_a_session_no_missing_session_is_logged() {
    let manager = manager::<User>();
    let (app, log) = app!(manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.get("/protected");
    browser.post("/login/1", "");
    browser.get("/protected");
    browser.post("/logout", "");
    assert!(log.says("user_logged_out"));
    assert!(!log.text().contains("no session"), "{}", log.text());
}

#[test]
fn a_login_without_a_manager_is_an_empty_500_and_logs_the_missing_wrap() {
    let (app, log) = app!(cookie_session());
    assert_empty_500(&app.browser().post("/login/1", ""));
    assert!(log.says(NO_MANAGER), "{}", log.text());
    assert!(
        log.text()
            .contains("LoginManager<integration::support::pages::User>")
    );
}

#[test]
fn everything_that_needs_a_manager_is_an_empty_500_without_one() {
    #[login_required]
    async fn guarded() -> impl Responder {
        "guarded"
    }
    let configure = |config: &mut ServiceConfig| {
        pages::<User>(config);
        config.route("/guarded", web::get().to(guarded));
    };
    let (app, log) = app!(configure configure, cookie_session());
    assert_empty_500(&app.browser().get("/guarded"));
    assert!(log.says(NO_MANAGER), "{}", log.text());
    assert_empty_500(&app.browser().get("/who"));
    assert_empty_500(&app.browser().get("/protected"));
    assert_empty_500(&app.browser().post("/logout", ""));
}

#[test]
fn a_user_type_without_a_manager_is_an_empty_500_and_logs_both_types() {
    #[derive(Clone, UserMixin)]
    struct Stranger {
        id: u64,
    }
    async fn who(user: CurrentUser<Stranger>) -> impl Responder {
        format!("{:?}", user.get_id())
    }
    async fn log_in(req: HttpRequest) -> Result<impl Responder> {
        login_user(&req, &Stranger { id: 1 }).await?;
        Ok("logged in")
    }
    #[login_required(Stranger)]
    async fn guarded() -> impl Responder {
        "guarded"
    }
    let manager = manager::<User>();
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/who", web::get().to(who))
            .route("/login", web::post().to(log_in))
            .route("/guarded", web::get().to(guarded));
    };
    let (app, log) = app!(configure configure, manager.clone(), cookie_session());
    assert_empty_500(&app.browser().get("/guarded"));
    assert!(log.says("::Stranger` was asked for"), "{}", log.text());
    assert!(
        log.text()
            .contains("serves `integration::support::pages::User`")
    );
    assert_empty_500(&app.browser().get("/who"));
    assert_empty_500(&app.browser().post("/login", ""));
}

#[test]
fn an_unknown_resource_as_login_view_is_an_empty_500_and_logged() {
    let manager = builder::<User>().login_view("log_in_page").build().unwrap();
    let (app, log) = app!(manager.clone(), cookie_session());
    assert_empty_500(&app.browser().get("/protected"));
    assert!(log.says("is named `log_in_page`"));
}

#[test]
fn a_login_without_a_user_loader_is_an_empty_500_and_logged() {
    let manager = LoginManager::<User>::builder(SECRET)
        .request_loader(async |_: &HttpRequest| None::<User>)
        .build()
        .unwrap();
    let (app, log) = app!(manager.clone(), cookie_session());
    assert_empty_500(&app.browser().post("/login/1", ""));
    assert!(log.says("there is no `user_loader`"), "{}", log.text());
    assert_eq!(app.browser().get("/who").body, "nobody");
}

#[test]
fn a_purged_session_is_explained_in_the_log() {
    async fn purge(req: HttpRequest, session: Session) -> Result<impl Responder> {
        session.insert("cart", 1)?;
        session.purge();
        login_user(&req, &User::from(1)).await?;
        Ok("logged in")
    }
    let manager = manager::<User>();
    let configure = |config: &mut ServiceConfig| {
        config.route("/purge", web::post().to(purge));
    };
    let (app, log) = app!(configure configure, manager.clone(), cookie_session());
    assert_eq!(app.browser().post("/purge", "").status, 500);
    assert!(log.says("the session was purged earlier in this request"));
}

#[test]
fn a_loaders_error_message_is_only_logged() {
    async fn login_failed(req: HttpRequest) -> Result<impl Responder> {
        let user = CurrentUser::<User>::extract(&req).await?;
        Ok(format!("{:?}", user.get_id()))
    }
    let manager = LoginManager::<User>::builder(SECRET)
        .user_loader(async |_: u64| Err::<Option<User>, _>("postgres://root:secret@db"))
        .login_view("/login")
        .build()
        .unwrap();
    let configure = |config: &mut ServiceConfig| {
        pages::<User>(config);
        config.route("/failed", web::get().to(login_failed));
    };
    let (app, log) = app!(configure configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    assert_empty_500(&browser.get("/who"));
    assert_empty_500(&browser.get("/protected"));
    assert_empty_500(&browser.get("/failed"));
    assert!(log.says("postgres://root:secret@db"));
}

#[test]
fn a_page_without_a_user_works_without_a_session() {
    async fn public() -> impl Responder {
        "public"
    }
    let manager = manager::<User>();
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/public", web::get().to(public))
            .route("/login/{id}", web::post().to(login::<User>));
    };
    let (app, _) = app!(configure configure, manager.clone());
    assert_empty_500(&app.browser().post("/login/1", ""));
    assert_eq!(app.browser().get("/public").body, "public");
}

#[login_required]
async fn guarded() -> impl Responder {
    "guarded"
}

#[fresh_login_required]
async fn fresh() -> impl Responder {
    "fresh"
}

#[test]
fn a_guarded_view_is_an_empty_500_instead_of_an_endless_redirect() {
    fn pages(config: &mut ServiceConfig) {
        config
            .route("/stale-login/{id}", web::post().to(stale_login))
            .route("/reauth", web::get().to(fresh))
            .default_service(web::to(guarded));
    }
    async fn stale_login(req: HttpRequest, id: web::Path<u64>) -> Result<impl Responder> {
        let options = LoginOptions::new().fresh(false);
        login_user_with(&req, &User::from(*id), options).await?;
        Ok("logged in")
    }
    let manager = builder::<User>()
        .login_view("/login?by=mail#form")
        .refresh_view("/reauth");
    let manager = manager.build().unwrap();
    let (app, log) = app!(configure pages, manager.clone(), cookie_session());
    let mut browser = app.browser();
    let sent_to = browser.get("/page").location().unwrap().to_owned();
    assert_eq!(sent_to, "/login?by=mail&next=%2Fpage#form");
    browser.cookies.clear();
    assert_empty_500(&browser.get("/login?by=mail&next=%2Fpage"));
    assert!(log.says("users are redirected to `/login?by=mail#form`"));
    assert!(log.says("but it is guarded"));

    browser.post("/stale-login/1", "");
    assert_empty_500(&browser.get("/reauth"));
    assert!(log.says("users are redirected to `/reauth`"));
}

#[test]
fn a_guarded_named_view_is_logged_but_never_for_a_forged_host() {
    let manager = builder::<User>().login_view("sign-in").build().unwrap();
    let pages = |config: &mut ServiceConfig| {
        config
            .service(web::resource("/in").name("sign-in").get(guarded))
            .default_service(web::to(guarded));
    };
    let (app, log) = app!(configure pages, manager.clone(), cookie_session());
    let forged = app
        .browser()
        .request("GET", "/")
        .header("Host", "a b")
        .send();
    assert_eq!(
        (forged.status, forged.location()),
        (302, Some("/?next=%2F"))
    );
    assert!(!log.says("but it is guarded"));
    assert_eq!(app.browser().get("/page").status, 302);
    assert_empty_500(&app.browser().get("/in"));
    assert!(log.says("users are redirected to `/in`"));
}

#[test]
fn a_target_that_only_resembles_a_guarded_view_is_a_redirect() {
    let manager = builder::<User>().login_view("/login?by=mail");
    let manager = manager.build().unwrap();
    let pages = |config: &mut ServiceConfig| {
        config.default_service(web::to(guarded));
    };
    let (app, _) = app!(configure pages, manager.clone(), cookie_session());
    for (method, target) in [
        // The form of a page that is not guarded.
        ("POST", "/login?by=mail"),
        ("GET", "/login"),
        ("GET", "/login?by=phone"),
        ("GET", "/login/?by=mail"),
    ] {
        let response = app.browser().request(method, target).send();
        assert_eq!(response.status, 302, "{method} {target}");
    }
}

/// A middleware between the manager and the session asks for the user before there is a session. The
/// next version of the app does not.
#[test]
fn a_question_before_the_session_middleware_leaves_nothing_in_the_session() {
    async fn ask<B: MessageBody>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>> {
        let _ = current_user::<User>(req.request()).await;
        next.call(req).await
    }
    let manager = manager::<User>();
    let (before, after) = (manager.clone(), manager);
    let app = serve!(
        pages::<User>,
        cookie_session(),
        from_fn(ask),
        before.clone()
    );
    let mut browser = app.browser();
    browser.post("/cart/melon", "");
    let app = serve!(pages::<User>, cookie_session(), after.clone());
    let mut later = app.browser();
    later.cookies = browser.cookies;
    assert_eq!(later.get("/cart").body, "melon");
    assert_eq!(later.post("/login/1", "").status, 200);
}

/// An app that keeps two managers of one user type in its data, and takes the wrong one.
#[test]
fn a_method_of_a_manager_that_does_not_serve_the_request_is_an_empty_500() {
    async fn logout_elsewhere(
        req: HttpRequest,
        other: web::Data<LoginManager<User>>,
    ) -> Result<impl Responder> {
        other.logout_user(&req).await?;
        Ok("logged out")
    }
    let (manager, other) = (manager::<User>(), manager::<User>());
    let configure = move |config: &mut ServiceConfig| {
        config
            .app_data(web::Data::new(other.clone()))
            .configure(pages::<User>)
            .route("/logout-elsewhere", web::post().to(logout_elsewhere));
    };
    let (app, log) = app!(configure configure.clone(), manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    assert_empty_500(&browser.post("/logout-elsewhere", ""));
    assert!(
        log.says("that does not serve this request"),
        "{}",
        log.text()
    );
    assert_eq!(browser.get("/who").body, "1");
}

/// Settings are logged with `{:?}`.
#[test]
fn debug_output_of_builder_and_manager_holds_no_key() {
    let secret = [b'S'; 32];
    let shown = |text: String| {
        assert!(text.contains("admins"), "{text}");
        assert!(!text.contains("83, 83") && !text.contains("SS"), "{text}");
    };
    let builder = LoginManager::<User>::builder(secret)
        .previous_keys([secret])
        .name("admins")
        .user_loader(async |id: u64| Some(User::from(id)));
    shown(format!("{builder:?}"));
    shown(format!("{:?}", builder.build().unwrap()));
}
