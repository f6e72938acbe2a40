//! An API scope beside pages: it refuses without redirects, and responds to tokens without cookies.

use actix_login::{LoginManager, LoginScope, UserMixin};
use actix_session::{
    Session, SessionMiddleware,
    storage::{CookieSessionStore, SessionStore},
};
use actix_web::{
    Responder, Result,
    cookie::Key,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Browser, MemorySessionStore, SECRET, SESSION, SetCookie,
        api_site::{api, api_and_pages, app, ask, by_password, send},
        cookie_session,
        pages::{User, manager, pages, who},
    },
};

#[derive(Clone, UserMixin)]
struct Admin {
    id: u64,
}

#[test]
fn an_api_scope_responds_401_as_json_while_pages_beside_it_redirect() {
    let app = app(api());
    let refused = app.browser().get("/api/guarded");
    assert_eq!(refused.status, 401);
    assert_eq!(refused.body, r#"{"error":"log in first"}"#);
    assert_eq!(refused.header("content-type"), Some("application/json"));
    assert!(refused.set_cookies().is_empty());
    let page = app.browser().get("/guarded");
    assert_eq!(page.location(), Some("/login?next=%2Fguarded"));
    assert!(page.set_cookie(SESSION).is_some());

    let mut client = app.browser();
    assert_eq!(
        ask(&mut client, "/api/guarded", "Bearer key-7"),
        r#"{"id":7}"#
    );
    assert_eq!(ask(&mut client, "/guarded", "Bearer key-7"), r#"{"id":7}"#);
}

/// Requests every page with a token and asserts that no cookie is set.
fn gets_no_cookies<S: SessionStore + 'static>(
    session: impl Fn() -> SessionMiddleware<S> + Clone + Send + 'static,
    prepare: impl Fn(&mut Browser),
) {
    for next_in_session in [false, true] {
        let manager = api()
            .session_for_request_logins(false)
            .use_session_for_next(next_in_session)
            .build()
            .unwrap();
        let session = session.clone();
        let app = serve!(api_and_pages, manager.clone(), session());
        let mut client = app.browser();
        prepare(&mut client);
        let before = client.cookies.clone();
        for (method, page, status) in [
            ("GET", "/api/source", 200),
            ("POST", "/api/write", 200),
            ("GET", "/api/guarded", 200),
            ("GET", "/api/fresh", 302),
            ("GET", "/api/first", 403),
            ("POST", "/api/confirm", 401),
            ("GET", "/api/missing", 404),
            ("OPTIONS", "/api/write", 404),
            ("GET", "/source", 200),
            ("GET", "/guarded", 200),
            ("GET", "/protected", 200),
            ("GET", "/fresh", 302),
            ("GET", "/first", 403),
            ("POST", "/confirm", 401),
        ] {
            let response = send(&mut client, method, page, "Bearer key-7");
            assert_eq!(response.status, status, "{method} {page}: {response:?}");
            assert_eq!(response.set_cookies(), [], "{method} {page}");
        }
        // Also with an invalid token, within the API.
        for (method, page) in [("GET", "/api/guarded"), ("POST", "/api/write")] {
            let response = send(&mut client, method, page, "Bearer key-0");
            assert_eq!(response.status, 401);
            assert_eq!(response.set_cookies(), [], "{method} {page}");
        }
        assert_eq!(client.cookies, before);
    }
}

#[test]
fn no_response_to_a_bearer_token_sets_a_cookie() {
    gets_no_cookies(cookie_session, |_| {});
}

#[test]
fn no_response_to_a_bearer_token_sets_a_cookie_with_a_server_store() {
    let store = MemorySessionStore::default();
    let shared = store.clone();
    gets_no_cookies(move || shared.session(), |_| {});
    assert!(store.content().is_empty());
}

#[test]
fn no_response_to_a_bearer_token_with_cookies_sets_a_cookie() {
    gets_no_cookies(cookie_session, |client| {
        client.cookies.insert(SESSION.into(), "garbage".into());
        client.cookies.insert("other".into(), "1".into());
    });
}

#[test]
fn an_emptied_session_sent_with_a_bearer_token_is_at_most_removed() {
    // actix-session cannot tell it from a missing session.
    let app = app(api().session_for_request_logins(false));
    let mut client = app.browser();
    client.post("/login/1", "");
    client.post("/logout", "");
    let response = send(&mut client, "POST", "/api/write", "Bearer key-7");
    assert_eq!(response.status, 200);
    assert!(response.set_cookies().iter().all(SetCookie::is_removal));
    let response = send(&mut client, "POST", "/api/write", "Bearer key-7");
    assert_eq!(response.set_cookies(), []);
}

#[test]
fn a_session_sent_with_a_bearer_token_stays_unchanged() {
    let store = MemorySessionStore::default();
    let shared = store.clone();
    let manager = api().session_for_request_logins(false).build().unwrap();
    let app = serve!(api_and_pages, manager.clone(), shared.session());
    let mut client = app.browser();
    client.post("/cart/pear", "");
    let before = store.content();
    assert_eq!(
        ask(&mut client, "/api/guarded", "Bearer key-7"),
        r#"{"id":7}"#
    );
    assert_eq!(store.content(), before);
    // The session is the browser's own, so handlers may write to it.
    send(&mut client, "POST", "/api/write", "Bearer key-7");
    assert_eq!(client.get("/cart").body, "melon");
}

#[test]
fn by_default_a_handler_may_start_a_session_for_a_request_user() {
    let app = app(api());
    let mut client = app.browser();
    let response = send(&mut client, "POST", "/api/write", "Bearer key-7");
    assert!(response.set_cookie(SESSION).is_some());
    assert_eq!(client.get("/cart").body, "melon");
    assert_eq!(client.get("/who").body, "nobody");
}

#[test]
fn an_inactive_request_user_is_refused() {
    let app = app(api());
    let refused = send(&mut app.browser(), "GET", "/api/guarded", "Bearer key-13");
    assert_eq!(refused.status, 401);
}

#[test]
fn an_api_without_sessions_needs_no_session_middleware() {
    let manager = LoginManager::<User>::builder(SECRET)
        .header_loader(by_password)
        .session_for_request_logins(false)
        .build()
        .unwrap();
    let app = serve!(api_and_pages, manager.clone());
    let mut client = app.browser();
    assert_eq!(
        ask(&mut client, "/api/guarded", "Bearer lamp"),
        r#"{"id":8}"#
    );
    assert_eq!(client.get("/api/guarded").status, 401);
}

/// The website's middlewares are around its own scope, which takes the paths that are left.
#[test]
fn an_api_beside_the_websites_scope_neither_accepts_nor_sets_cookies() {
    async fn keep(session: Session) -> Result<impl Responder> {
        session.insert("cart", "melon")?;
        Ok("kept")
    }
    let configure = |config: &mut ServiceConfig| {
        let key = Key::from(&SECRET);
        let sessions = SessionMiddleware::builder(CookieSessionStore::default(), key);
        let api_manager = LoginManager::<Admin>::builder(SECRET)
            .header_loader(async |value: &str| (value == "Bearer key").then_some(Admin { id: 1 }))
            .build()
            .unwrap();
        let api = web::scope("/v1")
            .route("/keep", web::post().to(keep))
            .route("/who", web::get().to(who::<User>))
            .route("/admin", web::get().to(who::<Admin>));
        let website = web::scope("").configure(pages::<User>);
        config
            .service(
                api.wrap(LoginScope::new().login_required())
                    .wrap(api_manager),
            )
            .service(
                website
                    .wrap(manager::<User>())
                    .wrap(sessions.cookie_secure(false).build()),
            );
    };
    let app = serve!(configure);
    let mut browser = app.browser();
    assert_eq!(browser.post("/login/1", "").status, 200);
    assert_eq!(browser.get("/who").body, "1");
    assert_eq!(browser.get("/v1/admin").status, 401);
    let kept = send(&mut browser, "POST", "/v1/keep", "Bearer key");
    assert_eq!((kept.status, kept.set_cookies()), (200, vec![]));
    assert_eq!(ask(&mut browser, "/v1/admin", "Bearer key"), "1");
    // There is no manager of these users.
    let cookies_alone = send(&mut browser, "GET", "/v1/who", "Bearer key");
    assert_eq!(cookies_alone.status, 500);
}
