//! An API beside pages: users who come with the request, and answers without cookies.

use actix_login::{
    AuthenticatedUser, Authorization, CurrentUser, LoginManager, LoginManagerBuilder, LoginOptions,
    LoginScope, LoginSource, RememberCookie, confirm_login, flash, fresh_login_required,
    login_required, login_source, login_user_with,
};
use actix_session::{Session, SessionMiddleware, storage::SessionStore};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    web::{self, Json, ServiceConfig},
};
use serde_json::json;

use crate::{
    serve,
    support::{
        Browser, Count, MemorySessionStore, REMEMBER, Response, SECRET, SESSION, SetCookie,
        TestApp, cookie_session,
        pages::{User, load, pages},
    },
};

async fn source(user: CurrentUser<User>, req: HttpRequest) -> Result<impl Responder> {
    let source = login_source(&req).await?;
    assert_eq!(user.source(), source);
    let text = match source {
        Some(LoginSource::Session) => "session",
        Some(LoginSource::RememberCookie) => "remember cookie",
        Some(LoginSource::Request) => "request",
        _ => "nobody",
    };
    Ok(format!(
        "{text} {:?} fresh: {}",
        user.get_id(),
        user.is_fresh()
    ))
}

async fn write(req: HttpRequest, session: Session) -> Result<impl Responder> {
    session.insert("cart", "melon")?;
    flash(&req, "info", "written");
    Ok("written")
}

#[login_required]
async fn guarded(user: AuthenticatedUser<User>) -> impl Responder {
    Json(json!({ "id": user.id }))
}

#[fresh_login_required]
async fn fresh() -> impl Responder {
    "fresh"
}

#[login_required(check = is_first)]
async fn for_the_first() -> impl Responder {
    "for the first"
}

fn is_first(user: &User) -> bool {
    user.id == 1
}

async fn confirm(req: HttpRequest) -> Result<impl Responder> {
    confirm_login(&req).await?;
    Ok("confirmed")
}

async fn remember(req: HttpRequest) -> Result<impl Responder> {
    let options = LoginOptions::new().remember(true);
    login_user_with(&req, &User::from(1), options).await?;
    Ok("logged in")
}

/// The same handlers in an API scope and beside it.
fn handlers(config: &mut ServiceConfig) {
    config
        .route("/source", web::get().to(source))
        .route("/write", web::post().to(write))
        .route("/guarded", web::get().to(guarded))
        .route("/fresh", web::get().to(fresh))
        .route("/first", web::get().to(for_the_first))
        .route("/confirm", web::post().to(confirm));
}

fn api_and_pages(config: &mut ServiceConfig) {
    let scope = LoginScope::new()
        .login_required()
        .unauthorized_handler(async |_: &HttpRequest| {
            HttpResponse::Unauthorized().json(json!({ "error": "log in first" }))
        });
    config
        .configure(pages::<User>)
        .route("/remember", web::post().to(remember))
        .service(web::scope("/api").configure(handlers).wrap(scope))
        .configure(handlers);
}

/// The user of a `Bearer` token: `key-` and the id.
fn by_bearer(value: &str) -> Option<User> {
    match Authorization::parse(value)? {
        Authorization::Bearer(token) => load(token.strip_prefix("key-")?.parse().ok()?),
        _ => None,
    }
}

type Builder = LoginManagerBuilder<User>;

fn builder() -> Builder {
    LoginManager::<User>::builder(SECRET)
        .user_loader(async |id: u64| load(id))
        .login_view("/login")
        .refresh_view("/refresh")
        .remember_cookie(RememberCookie::new().secure(false))
}

fn api() -> Builder {
    builder().request_loader(async |req: &HttpRequest| {
        by_bearer(req.headers().get("Authorization")?.to_str().ok()?)
    })
}

fn app(builder: Builder) -> TestApp {
    let manager = builder.build().unwrap();
    serve!(api_and_pages, manager.clone(), cookie_session())
}

fn send(browser: &mut Browser, method: &str, page: &str, authorization: &str) -> Response {
    browser
        .request(method, page)
        .header("Authorization", authorization)
        .send()
}

fn ask(browser: &mut Browser, page: &str, authorization: &str) -> String {
    send(browser, "GET", page, authorization).body
}

#[test]
fn an_api_scope_answers_401_as_json_while_the_pages_beside_it_redirect() {
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

/// Asks for everything with a token and looks for cookies.
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
            let answer = send(&mut client, method, page, "Bearer key-7");
            assert_eq!(answer.status, status, "{method} {page}: {answer:?}");
            assert_eq!(answer.set_cookies(), [], "{method} {page}");
        }
        // Of a token that is nobody's, too, within the API.
        for (method, page) in [("GET", "/api/guarded"), ("POST", "/api/write")] {
            let answer = send(&mut client, method, page, "Bearer key-0");
            assert_eq!(answer.status, 401);
            assert_eq!(answer.set_cookies(), [], "{method} {page}");
        }
        assert_eq!(client.cookies, before);
    }
}

#[test]
fn no_answer_to_a_bearer_token_sets_a_cookie() {
    gets_no_cookies(cookie_session, |_| {});
}

#[test]
fn no_answer_to_a_bearer_token_sets_a_cookie_with_a_store_on_the_server() {
    let store = MemorySessionStore::default();
    let shared = store.clone();
    gets_no_cookies(move || shared.session(), |_| {});
    assert!(store.content().is_empty());
}

#[test]
fn no_answer_to_a_bearer_token_sets_a_cookie_whatever_cookies_come_with_it() {
    gets_no_cookies(cookie_session, |client| {
        client.cookies.insert(SESSION.into(), "garbage".into());
        client.cookies.insert("other".into(), "1".into());
    });
}

#[test]
fn an_emptied_session_that_a_bearer_token_comes_with_is_at_most_removed() {
    // To actix-session, nothing tells it from no session at all.
    let app = app(api().session_for_request_logins(false));
    let mut client = app.browser();
    client.post("/login/1", "");
    client.post("/logout", "");
    let answer = send(&mut client, "POST", "/api/write", "Bearer key-7");
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().iter().all(SetCookie::is_removal));
    let answer = send(&mut client, "POST", "/api/write", "Bearer key-7");
    assert_eq!(answer.set_cookies(), []);
}

#[test]
fn a_session_that_a_bearer_token_comes_with_is_kept_as_it_is() {
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
    // It is the browser's own, so its handlers may write to it.
    send(&mut client, "POST", "/api/write", "Bearer key-7");
    assert_eq!(client.get("/cart").body, "melon");
}

#[test]
fn by_default_a_handler_may_begin_a_session_for_a_user_of_the_request() {
    let app = app(api());
    let mut client = app.browser();
    let answer = send(&mut client, "POST", "/api/write", "Bearer key-7");
    assert!(answer.set_cookie(SESSION).is_some());
    assert_eq!(client.get("/cart").body, "melon");
    assert_eq!(client.get("/who").body, "nobody");
}

#[test]
fn a_user_of_the_request_is_logged_in_for_that_request_alone() {
    let app = app(api());
    let mut client = app.browser();
    let answer = send(&mut client, "GET", "/source", "Bearer key-7");
    assert_eq!(answer.body, "request Some(7) fresh: false");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(client.get("/source").body, "nobody None fresh: false");
}

#[test]
fn the_source_says_how_the_user_was_found() {
    let app = app(api());
    let mut browser = app.browser();
    assert_eq!(browser.get("/source").body, "nobody None fresh: false");
    browser.post("/remember", "");
    assert_eq!(browser.get("/source").body, "session Some(1) fresh: true");
    browser.restart();
    assert_eq!(
        browser.get("/source").body,
        "remember cookie Some(1) fresh: false"
    );
    assert_eq!(browser.get("/source").body, "session Some(1) fresh: false");
}

#[test]
fn a_user_of_the_request_is_never_fresh_and_cannot_be_confirmed() {
    let app = app(api());
    let mut client = app.browser();
    let fresh = send(&mut client, "GET", "/fresh", "Bearer key-7");
    assert_eq!(fresh.location(), Some("/refresh?next=%2Ffresh"));
    let confirmed = send(&mut client, "POST", "/confirm", "Bearer key-7");
    assert_eq!((confirmed.status, confirmed.body.as_str()), (401, ""));
    let fresh = send(&mut client, "GET", "/fresh", "Bearer key-7");
    assert_eq!(fresh.status, 302);
}

#[test]
fn an_inactive_user_of_the_request_is_refused() {
    let app = app(api());
    let refused = send(&mut app.browser(), "GET", "/api/guarded", "Bearer key-13");
    assert_eq!(refused.status, 401);
}

#[test]
fn the_loaders_of_the_request_are_not_asked_while_session_or_cookie_have_a_user() {
    let (by_request, by_header) = (Count::default(), Count::default());
    let (requests, headers) = (by_request.clone(), by_header.clone());
    let app = app(builder()
        .request_loader(async move |_: &HttpRequest| {
            requests.add();
            None::<User>
        })
        .header_loader(async move |value: &str| {
            headers.add();
            by_bearer(value)
        }));
    let counts = || (by_request.get(), by_header.get());
    let mut browser = app.browser();
    browser.post("/remember", "");
    assert_eq!(ask(&mut browser, "/who", "Bearer key-7"), "1");
    browser.restart();
    assert_eq!(ask(&mut browser, "/who", "Bearer key-7"), "1");
    assert_eq!(counts(), (0, 0));
    browser.cookies.clear();
    assert_eq!(ask(&mut browser, "/who", "Bearer key-7"), "7");
    assert_eq!(counts(), (1, 1));
    // Without the header there is nothing to ask its loader.
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(counts(), (2, 1));
}

#[test]
fn an_invalid_remember_cookie_does_not_keep_the_request_loader_from_its_turn() {
    let app = app(api());
    let mut client = app.browser();
    client.cookies.insert(REMEMBER.into(), "forged".into());
    let answer = send(&mut client, "GET", "/who", "Bearer key-7");
    assert_eq!(answer.body, "7");
    assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
}

#[test]
fn the_request_loader_goes_before_the_header_loader() {
    let app = app(builder()
        .request_loader(async |req: &HttpRequest| {
            let id = req.query_string().strip_prefix("api_key=")?;
            load::<User>(id.parse().ok()?)
        })
        .header_loader(async |value: &str| by_bearer(value)));
    let mut client = app.browser();
    assert_eq!(ask(&mut client, "/who?api_key=3", "Bearer key-7"), "3");
    assert_eq!(ask(&mut client, "/who?api_key=none", "Bearer key-7"), "7");
    assert_eq!(client.get("/who?api_key=3").body, "3");
    assert_eq!(client.get("/who").body, "nobody");
}

/// Who `Aladdin` is, by the password of RFC 7617.
async fn by_password(value: &str) -> Option<User> {
    match Authorization::parse(value)? {
        Authorization::Basic { user, password } => {
            (user == "Aladdin" && password == "open sesame").then(|| User::from(7))
        }
        Authorization::Bearer(token) => (token == "lamp").then(|| User::from(8)),
        _ => None,
    }
}

#[test]
fn a_header_loader_reads_basic_and_bearer_credentials() {
    let app = app(builder().header_loader(by_password));
    let mut client = app.browser();
    for (value, who) in [
        ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "7"),
        ("basic  QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "7"),
        ("Bearer lamp", "8"),
        ("BEARER lamp", "8"),
        ("Basic QWxhZGRpbjpvcGVuIHNlc2Ft", "nobody"),
        ("Basic QWxhZGRpbg==", "nobody"),
        ("Basic not base64!", "nobody"),
        ("Basic", "nobody"),
        ("QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "nobody"),
        ("Bearer", "nobody"),
        ("Bearer lamp oil", "nobody"),
        ("Digest lamp", "nobody"),
        ("", "nobody"),
    ] {
        assert_eq!(ask(&mut client, "/who", value), who, "{value:?}");
    }
    let unreadable = client
        .request("GET", "/who")
        .header("Authorization", b"Bearer lamp\xff")
        .send();
    assert_eq!(unreadable.body, "nobody");
}

#[test]
fn the_header_of_the_header_loader_has_the_name_that_the_app_gives_it() {
    let app = app(builder()
        .header_loader(by_password)
        .auth_header_name("X-Api-Key"));
    let mut client = app.browser();
    assert_eq!(ask(&mut client, "/who", "Bearer lamp"), "nobody");
    let request = client.request("GET", "/who");
    assert_eq!(request.header("x-api-key", "Bearer lamp").send().body, "8");
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
