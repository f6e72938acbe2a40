//! The `next` that a view gets.

use actix_login::NextUrl;
use actix_session::Session;
use actix_web::{
    Result,
    web::{self, Query, ServiceConfig},
};
use serde::{Deserialize, Serialize};

use super::{app, encoded, guarded_pages, location, origin, sent_to};
use crate::{
    serve,
    support::{
        MemorySessionStore, cookie_session,
        pages::{User, builder},
    },
};

#[test]
fn the_next_is_the_path_and_query_exactly_as_sent() {
    let app = app(|builder| builder);
    for target in ["/a%2Fb/c%20d?x=%20+y&x=%2F", "/%C3%BC", "/a;b=c?", "/?a=/b"] {
        assert_eq!(
            sent_to(&app, target),
            format!("/login?next={}", encoded(target))
        );
    }
}

#[test]
fn the_next_starts_with_a_single_slash() {
    let app = app(|builder| builder);
    for target in ["//evil.example/a", "///evil.example/a", "/\\evil.example/a"] {
        assert_eq!(
            sent_to(&app, target),
            "/login?next=%2Fevil.example%2Fa",
            "{target}"
        );
    }
    assert_eq!(
        sent_to(&app, "http://evil.example/a?b"),
        "/login?next=%2Fa%3Fb"
    );
}

#[test]
fn a_next_that_is_too_long_is_dropped() {
    let app = app(|builder| builder);
    let longest = format!("/{}", "x".repeat(1023));
    assert_eq!(
        sent_to(&app, &longest),
        format!("/login?next=%2F{}", "x".repeat(1023))
    );
    assert_eq!(sent_to(&app, &format!("{longest}x")), "/login");
    assert_eq!(
        sent_to(&app, &format!("/?{}", "x".repeat(20_000))),
        "/login"
    );
}

#[test]
fn the_login_view_gets_no_next_if_the_session_keeps_it() {
    let store = MemorySessionStore::default();
    let session = store.clone();
    let manager = builder::<User>()
        .login_view("/login?b=c")
        .use_session_for_next(true)
        .build()
        .unwrap();
    let app = serve!(guarded_pages, manager.clone(), session.session());
    let mut browser = app.browser();

    assert_eq!(location(&browser.get("/a?x=1")), "/login?b=c");

    let stored =
        |store: &MemorySessionStore| store.content()[&store.only_id()].get("next").cloned();
    assert_eq!(stored(&store).as_deref(), Some("\"/a?x=1\""));
    browser.get("/b");
    assert_eq!(stored(&store).as_deref(), Some("\"/b\""));
    // A login would lead to the page refused last. Its `next` is too long to keep, so none is kept.
    browser.get(&format!("/{}", "x".repeat(2000)));
    assert_eq!(stored(&store), None);
}

#[test]
fn taking_no_next_from_the_session_writes_nothing() {
    fn login_page(config: &mut ServiceConfig) {
        async fn page(next: NextUrl) -> String {
            next.unwrap_or("none")
        }
        config.route("/login", web::get().to(page));
        guarded_pages(config);
    }
    let manager = builder::<User>().use_session_for_next(true);
    let manager = manager.build().unwrap();
    let app = serve!(login_page, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.get("/a");
    assert_eq!(browser.get("/login").body, "/a");
    // A write would revive a login that an overlapping request has ended.
    let again = browser.get("/login");
    assert_eq!(again.body, "none");
    assert!(again.set_cookies().is_empty());
}

#[test]
fn a_next_with_an_overlong_host_is_not_stored_in_the_session() {
    let store = MemorySessionStore::default();
    let session = store.clone();
    let manager = builder::<User>()
        .login_view("https://accounts.example/login")
        .login_message("")
        .use_session_for_next(true)
        .build()
        .unwrap();
    let app = serve!(guarded_pages, manager.clone(), session.session());
    let mut browser = app.browser();
    let host = "x.".repeat(2000);
    let request = browser.request("GET", "/a").header("Host", host);
    assert_eq!(location(&request.send()), "https://accounts.example/login");
    assert!(store.content().is_empty());
}

#[test]
fn a_next_is_bounded_by_its_path_in_a_query_and_its_url_in_the_session() {
    let view = "https://accounts.example/login";
    let longest = format!("/{}", "x".repeat(1023));
    let by_query = app(|builder| builder.login_view(view));
    let url = encoded(&format!("{}{longest}", origin(&by_query)));
    assert_eq!(sent_to(&by_query, &longest), format!("{view}?next={url}"));

    let store = MemorySessionStore::default();
    let session = store.clone();
    let manager = builder::<User>()
        .login_view(view)
        .use_session_for_next(true);
    let manager = manager.build().unwrap();
    let by_session = serve!(guarded_pages, manager.clone(), session.session());
    let mut browser = by_session.browser();
    let stored = |store: &MemorySessionStore| {
        let next = store.content()[&store.only_id()].get("next").cloned();
        next.map(|next| next.trim_matches('"').len())
    };
    let room = 1024 - origin(&by_session).len();
    browser.get(&longest[..room]);
    assert_eq!(stored(&store), Some(1024));
    browser.get(&longest[..=room]);
    assert_eq!(stored(&store), None);
}

/// What an OAuth login keeps while the user is at the provider.
#[derive(Serialize, Deserialize)]
struct State {
    nonce: u32,
    next: NextUrl,
}

#[test]
fn a_next_survives_in_the_state_of_an_oauth_login() {
    async fn start(session: Session, next: NextUrl) -> Result<String> {
        session.insert("state", State { nonce: 7, next })?;
        Ok(String::new())
    }
    async fn callback(session: Session) -> Result<String> {
        let state = session.get::<State>("state")?.unwrap();
        Ok(format!("{} {}", state.nonce, state.next.unwrap_or("/home")))
    }
    /// The state comes back by the URL, and so from the client.
    async fn callback_by_url(state: Query<State>) -> String {
        let state = state.into_inner();
        format!("{} {}", state.nonce, state.next.unwrap_or("/home"))
    }
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/start", web::get().to(start))
            .route("/callback", web::get().to(callback))
            .route("/callback-by-url", web::get().to(callback_by_url));
    };
    let manager = builder::<User>()
        .allowed_redirect_hosts(["accounts.example"])
        .build()
        .unwrap();
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    for (next, read) in [
        ("?next=/orders%3Fpage=2", "7 /orders?page=2"),
        ("?next=//evil.example", "7 /home"),
        ("", "7 /home"),
        // A path alone counts in what is read back.
        ("?next=https://accounts.example/", "7 /home"),
    ] {
        browser.get(&format!("/start{next}"));
        assert_eq!(browser.get("/callback").body, read, "{next}");
    }
    let forged = browser.get("/callback-by-url?nonce=7&next=//evil.example");
    assert_eq!(forged.body, "7 /home");
}
