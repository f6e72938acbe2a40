//! The cache headers of responses, and a `Cookie` header that is not UTF-8.

use actix_login::{
    Authorization, CurrentUser, FlashedMessages, LoginManager, LoginManagerBuilder, LoginOptions,
    RememberCookie, login_user_with,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    http::header::{CACHE_CONTROL, VARY},
    middleware::DefaultHeaders,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Browser, MemorySessionStore, Response, SECRET, SESSION, TestApp, cookie_session,
        pages::{User, builder, load, manager, pages},
    },
};

fn cached_pages(config: &mut ServiceConfig) {
    async fn public() -> impl Responder {
        "public"
    }
    async fn own_caching(_: CurrentUser<User>) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((VARY, "Accept-Language, cookie"))
            .finish()
    }
    async fn varies_by_all(_: CurrentUser<User>) -> HttpResponse {
        HttpResponse::Ok().insert_header((VARY, "*")).finish()
    }
    async fn varies_by_language(_: CurrentUser<User>) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((VARY, "Accept-Language"))
            .finish()
    }
    pages::<User>(config);
    config
        .route("/public", web::get().to(public))
        .route("/own-caching", web::get().to(own_caching))
        .route("/varies-by-all", web::get().to(varies_by_all))
        .route("/varies-by-language", web::get().to(varies_by_language));
}

fn app() -> TestApp {
    let manager = manager::<User>();
    serve!(cached_pages, manager.clone(), cookie_session())
}

fn vary(response: &Response) -> Vec<&str> {
    response.headers("vary").collect()
}

#[test]
fn a_response_that_depends_on_the_user_is_private_and_varies_by_cookie() {
    let app = app();
    let mut browser = app.browser();
    for (method, page) in [
        ("GET", "/who"),
        ("GET", "/protected"),
        ("POST", "/login/1"),
        ("GET", "/who"),
        ("GET", "/protected"),
        ("POST", "/logout"),
    ] {
        let response = browser.request(method, page).send();
        assert_eq!(vary(&response), ["Cookie"], "{page}");
        assert_eq!(response.header("cache-control"), Some("private"), "{page}");
    }
}

#[test]
fn a_response_that_does_not_depend_on_the_user_has_no_cache_headers() {
    let app = app();
    let response = app.browser().get("/public");
    assert_eq!(
        (response.header("vary"), response.header("cache-control")),
        (None, None)
    );
}

#[test]
fn the_handlers_own_cache_headers_are_kept() {
    let app = app();
    let response = app.browser().get("/own-caching");
    assert_eq!(vary(&response), ["Accept-Language, cookie"]);
    assert_eq!(
        response.headers("cache-control").collect::<Vec<_>>(),
        ["no-store"]
    );
    assert_eq!(vary(&app.browser().get("/varies-by-all")), ["*"]);
    let response = app.browser().get("/varies-by-language");
    assert_eq!(vary(&response), ["Accept-Language", "Cookie"]);
}

/// `Cache-Control` of a page of users and of a public page, with `DefaultHeaders` inside and outside of
/// the manager.
fn cache_controls(builder: LoginManagerBuilder<User>) -> [Vec<String>; 4] {
    let manager = builder.build().unwrap();
    let site_wide = || DefaultHeaders::new().add((CACHE_CONTROL, "no-store"));
    let (inner, outer) = (manager.clone(), manager);
    let inside = serve!(cached_pages, site_wide(), inner.clone(), cookie_session());
    let outside = serve!(cached_pages, outer.clone(), cookie_session(), site_wide());
    let read = |app: &TestApp, page| {
        let response = app.browser().get(page);
        response
            .headers("cache-control")
            .map(str::to_owned)
            .collect()
    };
    [
        read(&inside, "/who"),
        read(&inside, "/public"),
        read(&outside, "/who"),
        read(&outside, "/public"),
    ]
}

#[test]
fn a_no_store_of_the_whole_site_is_set_on_the_manager_too() {
    let set = builder::<User>().cache_control("no-store");
    assert_eq!(cache_controls(set), [["no-store"]; 4]);
    // Without the setting, the `DefaultHeaders` outside of the manager find its `private`.
    let not_set = cache_controls(builder());
    assert_eq!(
        not_set,
        [["no-store"], ["no-store"], ["private"], ["no-store"]]
    );
}

/// Session protection notes another client in the session, so actix-session sets its cookie again.
#[test]
fn a_page_that_sets_the_session_cookie_is_kept_from_shared_caches() {
    async fn public(_: CurrentUser<User>) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "public, max-age=60"))
            .finish()
    }
    let configure = |config: &mut ServiceConfig| {
        pages::<User>(config);
        config.route("/open", web::get().to(public));
    };
    let manager = manager::<User>();
    let (inner, outer) = (manager.clone(), manager);
    for app in [
        serve!(configure, inner.clone(), cookie_session()),
        serve!(configure, cookie_session(), outer.clone()),
    ] {
        let mut browser = app.browser();
        browser.post("/login/1", "");
        for client in ["a phone", "a laptop"] {
            browser.user_agent = Some(client.to_owned());
            let response = browser.get("/open");
            assert!(response.set_cookie(SESSION).is_some(), "{client}");
            let values: Vec<_> = response.headers("cache-control").collect();
            assert_eq!(values, ["max-age=60", "private"], "{client}");
        }
        let unchanged = browser.get("/open");
        assert_eq!(unchanged.set_cookies(), []);
        assert_eq!(
            unchanged.header("cache-control"),
            Some("public, max-age=60")
        );
    }
}

#[test]
fn the_cache_control_of_users_pages_is_a_setting() {
    let manager = builder::<User>()
        .cache_control("no-store, private")
        .remember_cookie(RememberCookie::new().refresh_each_request(true))
        .build()
        .unwrap();
    let app = serve!(cached_pages, manager.clone(), cookie_session());
    let mut browser = app.browser();
    for (method, page) in [("GET", "/who"), ("GET", "/protected"), ("POST", "/login/1")] {
        let response = browser.request(method, page).send();
        let values: Vec<_> = response.headers("cache-control").collect();
        assert_eq!(values, ["no-store, private"], "{page}");
    }
    assert_eq!(browser.get("/public").header("cache-control"), None);
    let own = browser.get("/own-caching");
    assert_eq!(own.header("cache-control"), Some("no-store"));
}

#[test]
fn a_cache_control_that_lets_shared_caches_keep_pages_is_refused_at_build() {
    for value in [
        "",
        "public",
        "max-age=60",
        "no-cache",
        "private=\"set-cookie\"",
        "private, public",
        "private, s-maxage=60",
        "private\r\nX: y",
        "private\u{fc}",
    ] {
        let built = builder::<User>().cache_control(value).build();
        let error = built.err().map(|error| error.to_string());
        assert!(
            error.is_some_and(|error| error.contains("cache_control")),
            "{value}"
        );
    }
    for value in ["private", "no-store", "Private, max-age=60", "NO-STORE"] {
        assert!(builder::<User>().cache_control(value).build().is_ok());
    }
}

#[test]
fn with_a_header_loader_responses_vary_by_its_header() {
    let manager = LoginManager::<User>::builder(SECRET)
        .header_loader(async |value: &str| match Authorization::parse(value)? {
            Authorization::Bearer(id) => load::<User>(id.parse().ok()?),
            _ => None,
        })
        .auth_header_name("X-Api-Key")
        .build()
        .unwrap();
    let app = serve!(cached_pages, manager.clone());
    let mut browser = app.browser();
    let known = browser
        .request("GET", "/who")
        .header("X-Api-Key", "Bearer 3")
        .send();
    assert_eq!(known.body, "3");
    assert_eq!(vary(&known), ["X-Api-Key"]);
    assert_eq!(vary(&browser.get("/who")), ["X-Api-Key"]);
    assert_eq!(vary(&browser.get("/protected")), ["X-Api-Key"]);
    assert_eq!(browser.get("/public").header("vary"), None);
}

#[test]
fn with_loaders_that_may_read_cookies_responses_vary_by_cookie_too() {
    let by_header = || {
        LoginManager::<User>::builder(SECRET)
            .header_loader(async |value: &str| load::<User>(value.parse().ok()?))
            .auth_header_name("X-Api-Key")
    };
    let by_id = by_header().user_loader(async |id: u64| load::<User>(id));
    let by_request = by_header().request_loader(async |_: &HttpRequest| None::<User>);
    for builder in [by_id, by_request] {
        let manager = builder.build().unwrap();
        let app = serve!(cached_pages, manager.clone(), cookie_session());
        let response = app.browser().get("/who");
        assert_eq!(vary(&response), ["Cookie", "X-Api-Key"]);
    }
}

#[test]
fn flashes_in_the_session_make_a_page_of_an_api_vary_by_cookie() {
    async fn put(req: HttpRequest) -> Result<impl Responder> {
        actix_login::flash(&req, "message", "done");
        Ok("")
    }
    async fn take(flashes: FlashedMessages) -> impl Responder {
        flashes.iter().count().to_string()
    }
    let manager = LoginManager::<User>::builder(SECRET)
        .header_loader(async |value: &str| load::<User>(value.parse().ok()?))
        .build()
        .unwrap();
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/put", web::get().to(put))
            .route("/take", web::get().to(take));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.get("/put");
    let response = browser.get("/take");
    assert_eq!(response.body, "1");
    assert_eq!(vary(&response), ["Cookie", "Authorization"]);
}

#[test]
fn no_cache_stores_the_error_of_a_faulty_setup() {
    let manager = manager::<User>();
    let app = serve!(cached_pages, manager.clone());
    let response = app.browser().get("/who");
    assert_eq!(response.status, 500);
    assert_eq!(response.header("cache-control"), Some("private"));
}

/// Sends the browser's cookies and one that is not UTF-8.
fn send_unreadable(browser: &mut Browser, method: &str, page: &str) -> Response {
    browser
        .request(method, page)
        .header("Cookie", b"other=\xff")
        .send()
}

#[test]
fn a_non_utf8_cookie_header_is_anonymous_and_keeps_the_login() {
    let store = MemorySessionStore::default();
    let (manager, session) = (manager::<User>(), store.clone());
    let app = serve!(pages::<User>, manager.clone(), session.session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let before = store.content();

    let who = send_unreadable(&mut browser, "GET", "/who");
    let protected = send_unreadable(&mut browser, "GET", "/protected");

    assert_eq!(who.body, "nobody");
    assert_eq!(protected.location(), Some("/login?next=%2Fprotected"));
    assert!(who.set_cookies().is_empty() && protected.set_cookies().is_empty());
    assert_eq!(store.content(), before);
    assert_eq!(browser.get("/who").body, "1");
}

#[test]
fn a_non_utf8_cookie_header_writes_no_next_into_the_session() {
    let store = MemorySessionStore::default();
    let session = store.clone();
    let manager = builder::<User>()
        .use_session_for_next(true)
        .build()
        .unwrap();
    let app = serve!(pages::<User>, manager.clone(), session.session());
    let refused = send_unreadable(&mut app.browser(), "GET", "/protected");
    assert_eq!((refused.status, refused.location()), (302, Some("/login")));
    assert!(refused.set_cookies().is_empty());
    assert!(store.content().is_empty());
}

#[test]
fn a_user_can_log_in_with_a_non_utf8_cookie_header() {
    let app = app();
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let response = send_unreadable(&mut browser, "POST", "/login/2");
    assert_eq!(
        (response.status, response.body.as_str()),
        (200, "logged in")
    );
    assert_eq!(browser.get("/who").body, "2");
}

#[test]
fn a_user_can_log_out_with_a_non_utf8_cookie_header() {
    let app = app();
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let response = send_unreadable(&mut browser, "POST", "/logout");
    assert_eq!(response.body, "logged out");
    assert!(response.set_cookie(SESSION).is_some());
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(browser.get("/protected").status, 302);
    browser.post("/login/2", "");
    assert_eq!(browser.get("/who").body, "2");
}

#[test]
fn a_non_utf8_cookie_header_remembers_the_user_for_one_request() {
    async fn remember(req: HttpRequest) -> Result<impl Responder> {
        let options = LoginOptions::new().remember(true);
        login_user_with(&req, &User::from(1), options).await?;
        Ok("logged in")
    }
    let cookie = actix_login::RememberCookie::new().secure(false);
    let manager = builder::<User>().remember_cookie(cookie).build().unwrap();
    let configure = |config: &mut ServiceConfig| {
        pages::<User>(config);
        config.route("/remember", web::post().to(remember));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/remember", "");
    let session = browser.cookie(SESSION).map(str::to_owned);

    let response = send_unreadable(&mut browser, "GET", "/who");

    assert_eq!(response.body, "1");
    assert!(response.set_cookie(SESSION).is_none());
    assert_eq!(browser.cookie(SESSION).map(str::to_owned), session);
}

#[test]
fn a_page_that_shows_flashes_varies_by_cookie() {
    async fn flashes(flashes: FlashedMessages) -> impl Responder {
        format!("{}", flashes.iter().count())
    }
    let manager = manager::<User>();
    let configure = |config: &mut ServiceConfig| {
        config
            .configure(pages::<User>)
            .route("/flashes", web::get().to(flashes));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.get("/protected");

    let shown = browser.get("/flashes");

    assert_eq!(shown.body, "1");
    assert!(shown.varies_by("cookie"));
}
