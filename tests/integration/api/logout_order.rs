//! `logout_user` after the handler has emptied the session, or while the session can't be read: the
//! login ends all the same, or the logout fails.

use actix_login::{
    ActiveLogins, CurrentUser, FlashedMessages, LoginManager, NextUrl, RememberCookie, flash,
    login_user, logout_user,
};
use actix_session::Session;
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Browser, Log, MemorySessionStore, Response, SESSION, TestApp, cookie_session,
        pages::{User, builder, logout, pages},
    },
};

async fn clear_and_log_out(req: HttpRequest, session: Session) -> Result<impl Responder> {
    session.clear();
    logout(req).await
}

async fn clear_and_renew_and_log_out(req: HttpRequest, session: Session) -> Result<impl Responder> {
    session.clear();
    session.renew();
    logout(req).await
}

async fn clear_and_insert_and_log_out(
    req: HttpRequest,
    session: Session,
) -> Result<impl Responder> {
    session.clear();
    session.insert("theme", "dark")?;
    logout(req).await
}

async fn purge_and_log_out(req: HttpRequest, session: Session) -> Result<impl Responder> {
    session.purge();
    logout(req).await
}

async fn ask_and_purge_and_log_out(
    req: HttpRequest,
    session: Session,
    _: CurrentUser<User>,
) -> Result<impl Responder> {
    session.purge();
    logout(req).await
}

async fn log_in_and_clear_and_log_out(
    req: HttpRequest,
    session: Session,
) -> Result<impl Responder> {
    login_user(&req, &User::from(2)).await?;
    session.clear();
    logout(req).await
}

/// An app that goes on whatever the logout returns.
async fn log_out_regardless(req: HttpRequest) -> impl Responder {
    match logout_user(&req).await {
        Ok(()) => "ok",
        Err(_) => "error",
    }
}

async fn take_flashes_and_log_out(req: HttpRequest, _: FlashedMessages) -> Result<impl Responder> {
    logout(req).await
}

async fn log_out_to_next(req: HttpRequest, _: NextUrl) -> Result<impl Responder> {
    logout(req).await
}

async fn flash_and_log_out(req: HttpRequest) -> Result<impl Responder> {
    flash(&req, "info", "Goodbye");
    logout(req).await
}

async fn flash_and_clear_and_log_out(req: HttpRequest, session: Session) -> Result<impl Responder> {
    flash(&req, "info", "Goodbye");
    session.clear();
    logout(req).await
}

fn configure(config: &mut ServiceConfig) {
    pages::<User>(config);
    config
        .route("/next", web::post().to(log_out_to_next))
        .route("/flash", web::post().to(flash_and_log_out))
        .route("/flash-clear", web::post().to(flash_and_clear_and_log_out))
        .route("/clear", web::post().to(clear_and_log_out))
        .route("/clear-renew", web::post().to(clear_and_renew_and_log_out))
        .route(
            "/clear-insert",
            web::post().to(clear_and_insert_and_log_out),
        )
        .route("/purge", web::post().to(purge_and_log_out))
        .route("/ask-purge", web::post().to(ask_and_purge_and_log_out))
        .route("/login-clear", web::post().to(log_in_and_clear_and_log_out))
        .route("/regardless", web::post().to(log_out_regardless))
        .route("/flashes", web::post().to(take_flashes_and_log_out));
}

fn manager(active: bool) -> LoginManager<User> {
    let builder = builder::<User>().remember_cookie(RememberCookie::new().secure(false));
    match active {
        true => builder.active_logins(ActiveLogins::in_memory()),
        false => builder,
    }
    .build()
    .unwrap()
}

fn app(active: bool, log: &Log) -> TestApp {
    let (manager, log) = (manager(active), log.clone());
    serve!(
        {
            log.capture();
            configure
        },
        manager.clone(),
        cookie_session()
    )
}

/// Sends the browser's cookies and one that is not UTF-8, so that actix-session reads none.
fn send_unreadable(browser: &mut Browser, page: &str) -> Response {
    browser
        .request("POST", page)
        .header("Cookie", b"other=\xff")
        .send()
}

const EMPTYING: [&str; 4] = ["/clear", "/clear-renew", "/clear-insert", "/purge"];

#[test]
fn an_emptied_session_hides_no_active_login_from_a_logout() {
    let log = Log::default();
    let app = app(true, &log);
    for page in EMPTYING {
        let mut browser = app.browser();
        browser.post("/login/1", "");
        let mut copy = browser.clone();
        let response = browser.post(page, "");
        assert_eq!(browser.get("/who").body, "nobody", "{page}");
        let is_ended = copy.get("/who").body == "nobody";
        assert!(response.status == 500 || is_ended, "{page}");
        assert!(response.body.is_empty() || is_ended, "{page}");
    }
    assert!(log.says("call `logout_user` first"), "{}", log.text());
}

#[test]
fn a_login_that_was_seen_before_the_session_was_emptied_ends() {
    let app = app(true, &Log::default());
    for page in ["/ask-purge", "/login-clear"] {
        let mut browser = app.browser();
        browser.post("/login/1", "");
        let mut copy = browser.clone();
        let response = browser.post(page, "");
        assert_eq!((response.status, &*response.body), (200, "logged out"));
        assert_eq!(copy.get("/who").body, "nobody", "{page}");
        assert_eq!(browser.get("/who").body, "nobody", "{page}");
    }
}

#[test]
fn an_anonymous_logout_of_an_untouched_session_succeeds() {
    let app = app(true, &Log::default());
    let mut browser = app.browser();
    assert_eq!(browser.post("/logout", "").status, 200);
    for page in EMPTYING {
        // Without a cookie there is no session.
        assert_eq!(app.browser().post(page, "").status, 200, "{page}");
    }
    browser.post("/cart/book", "");
    assert_eq!(browser.post("/logout", "").status, 200);
    assert_eq!(browser.post("/flashes", "").status, 200);
    assert_eq!(browser.get("/cart").body, "book");
}

/// What this crate writes to the session is no change by the app.
#[test]
fn an_anonymous_logout_after_a_flash_or_a_taken_next_succeeds() {
    let manager = builder::<User>()
        .active_logins(ActiveLogins::in_memory())
        .use_session_for_next(true)
        .login_view("/login")
        .build()
        .unwrap();
    let app = serve!(configure, manager.clone(), cookie_session());
    for page in ["/next", "/flash", "/flashes"] {
        let mut browser = app.browser();
        assert_eq!(browser.get("/protected").status, 302);
        assert_eq!(browser.post(page, "").status, 200, "{page}");
        assert_eq!(browser.post(page, "").status, 200, "{page} again");
    }
}

#[test]
fn a_login_in_a_session_that_was_emptied_after_a_flash_ends() {
    let app = app(true, &Log::default());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let mut copy = browser.clone();
    assert_eq!(browser.post("/flash-clear", "").status, 200);
    assert_eq!(copy.get("/who").body, "nobody");
}

#[test]
fn without_active_logins_an_emptied_session_logs_out() {
    let app = app(false, &Log::default());
    for page in EMPTYING {
        let mut browser = app.browser();
        browser.post("/login/1", "");
        assert_eq!(browser.post(page, "").status, 200, "{page}");
        assert_eq!(browser.get("/who").body, "nobody", "{page}");
    }
}

#[test]
fn an_unreadable_cookie_header_fails_the_logout_of_an_active_login() {
    let app = app(true, &Log::default());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let mut copy = browser.clone();
    let response = send_unreadable(&mut browser, "/logout");
    assert_eq!((response.status, &*response.body), (400, ""));
    // The browser is logged out regardless; only its copies can't be ended.
    assert!(response.set_cookie(SESSION).is_some());
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(copy.get("/who").body, "1");
    assert_eq!(copy.post("/logout", "").status, 200);
}

#[test]
fn an_unreadable_cookie_header_and_a_purge_fail_the_logout() {
    for active in [false, true] {
        let app = app(active, &Log::default());
        for page in ["/purge", "/ask-purge"] {
            let mut browser = app.browser();
            browser.post("/login/1", "");
            let response = send_unreadable(&mut browser, page);
            let is_ended = browser.get("/who").body == "nobody";
            assert!(response.status != 200 || is_ended, "{active} {page}");
        }
        let mut browser = app.browser();
        browser.post("/login/1", "");
        let response = send_unreadable(&mut browser, "/clear");
        let is_ended = browser.get("/who").body == "nobody";
        assert!(response.status != 200 || is_ended, "{active} /clear");
    }
}

#[test]
fn a_logout_that_fails_still_empties_what_it_can() {
    let (store, served) = (MemorySessionStore::default(), manager(true));
    let sessions = store.clone();
    let app = serve!(configure, served.clone(), sessions.session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let response = send_unreadable(&mut browser, "/regardless");
    assert_eq!(response.body, "error");
    assert_eq!(browser.get("/who").body, "nobody");
}
