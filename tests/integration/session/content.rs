//! What a login and a logout do to the session: to its id, and to the app's data in it.

use actix_login::{CurrentUser, LoginManager};
use actix_session::Session;
use actix_web::{
    Responder, Result,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Browser, MemorySessionStore, SESSION, TestApp, cookie_session,
        pages::{User, builder, pages},
    },
};

fn app(store: &MemorySessionStore, manager: LoginManager<User>) -> TestApp {
    let store = store.clone();
    serve!(pages::<User>, manager.clone(), store.session())
}

fn usual_app(store: &MemorySessionStore) -> TestApp {
    app(store, builder().build().unwrap())
}

fn keeping_app(store: &MemorySessionStore) -> TestApp {
    app(store, builder().keep_session(true).build().unwrap())
}

#[test]
fn a_login_renews_the_session_id_which_defeats_session_fixation() {
    let store = MemorySessionStore::default();
    let app = usual_app(&store);
    let mut attacker = app.browser();
    attacker.post("/cart/melon", "");
    let fixed = store.only_id();
    let mut victim = attacker.clone();

    victim.post("/login/1", "");

    assert_ne!(store.only_id(), fixed);
    assert_eq!(victim.get("/who").body, "1");
    assert_eq!(attacker.get("/who").body, "nobody");
    assert_eq!(attacker.get("/cart").body, "empty");
}

#[test]
fn a_second_login_of_the_same_user_renews_the_session() {
    let store = MemorySessionStore::default();
    let app = usual_app(&store);
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.post("/cart/melon", "");
    let before = store.only_id();

    browser.post("/login/1", "");

    assert_ne!(store.only_id(), before);
    assert_eq!(browser.get("/cart").body, "melon");
}

#[test]
fn the_old_session_cookie_is_worthless_after_a_logout() {
    let store = MemorySessionStore::default();
    let app = usual_app(&store);
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let id = store.only_id();
    let mut thief = browser.clone();
    assert_eq!(thief.get("/who").body, "1");

    browser.post("/logout", "");

    assert_eq!(thief.get("/who").body, "nobody");
    assert_ne!(store.only_id(), id);
    assert!(store.content()[&store.only_id()].is_empty());
}

#[test]
fn session_data_of_an_anonymous_visitor_survives_the_login() {
    let app = usual_app(&MemorySessionStore::default());
    let mut browser = app.browser();
    browser.post("/cart/melon", "");
    browser.post("/login/1", "");
    assert_eq!(browser.get("/cart").body, "melon");
}

#[test]
fn a_login_over_another_users_session_clears_it() {
    let app = usual_app(&MemorySessionStore::default());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.post("/cart/melon", "");

    browser.post("/login/2", "");

    assert_eq!(browser.get("/who").body, "2");
    assert_eq!(browser.get("/cart").body, "empty");
}

#[test]
fn a_logout_ends_the_session() {
    let app = usual_app(&MemorySessionStore::default());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.post("/cart/melon", "");
    browser.post("/logout", "");
    assert_eq!(browser.get("/cart").body, "empty");
}

#[test]
fn a_logout_without_a_login_keeps_the_session_data() {
    let app = usual_app(&MemorySessionStore::default());
    let mut browser = app.browser();
    browser.post("/cart/melon", "");
    assert_eq!(browser.post("/logout", "").status, 200);
    assert_eq!(browser.get("/cart").body, "melon");
}

#[test]
fn a_logout_without_a_login_creates_no_session() {
    let store = MemorySessionStore::default();
    let app = usual_app(&store);
    let response = app.browser().post("/logout", "");
    assert_eq!(response.status, 200);
    assert!(response.set_cookie(SESSION).is_none());
    assert!(store.content().is_empty());
}

#[test]
fn a_kept_session_outlives_the_logout_for_the_same_user() {
    let store = MemorySessionStore::default();
    let app = keeping_app(&store);
    let mut browser = logged_out_with_a_cart(&app);
    assert_eq!(browser.get("/cart").body, "melon");

    browser.post("/login/1", "");

    assert_eq!(browser.get("/cart").body, "melon");
    assert!(!store.content()[&store.only_id()].contains_key("_login_owner"));
}

#[test]
fn a_kept_session_is_cleared_by_another_users_login() {
    let store = MemorySessionStore::default();
    let app = keeping_app(&store);
    let mut browser = logged_out_with_a_cart(&app);

    browser.post("/login/2", "");

    assert_eq!(browser.get("/who").body, "2");
    assert_eq!(browser.get("/cart").body, "empty");
    assert!(!store.content()[&store.only_id()].contains_key("_login_owner"));
}

#[test]
fn a_kept_session_remembers_its_owner_by_a_digest() {
    let store = MemorySessionStore::default();
    let app = keeping_app(&store);
    logged_out_with_a_cart(&app);
    let owner = &store.content()[&store.only_id()]["_login_owner"];
    assert_eq!(owner.len(), "\"\"".len() + 22, "{owner}");
}

#[test]
fn a_kept_session_with_a_malformed_owner_is_cleared_at_the_next_login() {
    let store = MemorySessionStore::default();
    let app = keeping_app(&store);
    let mut browser = logged_out_with_a_cart(&app);
    store.spoil("_login_owner", "[1]");
    browser.post("/login/1", "");
    assert_eq!(browser.get("/cart").body, "empty");
}

#[test]
fn a_second_logout_keeps_the_kept_session() {
    let app = keeping_app(&MemorySessionStore::default());
    let mut browser = logged_out_with_a_cart(&app);
    browser.post("/logout", "");
    assert_eq!(browser.get("/cart").body, "melon");
    browser.post("/login/2", "");
    assert_eq!(browser.get("/cart").body, "empty");
}

#[test]
fn a_kept_session_is_renewed_by_the_logout() {
    let store = MemorySessionStore::default();
    let app = keeping_app(&store);
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let mut thief = browser.clone();
    browser.post("/logout", "");
    assert_eq!(thief.get("/who").body, "nobody");
}

#[test]
fn a_kept_session_forgets_another_client_at_the_logout() {
    let store = MemorySessionStore::default();
    let app = keeping_app(&store);
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.user_agent = Some("New/2.0".to_owned());
    browser.get("/who");
    let notes_client = || store.content()[&store.only_id()].contains_key("_login_client");
    assert!(notes_client());
    browser.post("/logout", "");
    assert!(!notes_client());
}

#[test]
fn keep_session_still_clears_another_users_session_at_login() {
    let app = keeping_app(&MemorySessionStore::default());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.post("/cart/melon", "");
    browser.post("/login/2", "");
    assert_eq!(browser.get("/cart").body, "empty");
}

#[test]
fn the_session_of_a_deleted_user_ends() {
    // The loader knows no user with the id 0, but it can be logged in.
    let store = MemorySessionStore::default();
    let app = usual_app(&store);
    let mut browser = app.browser();
    browser.post("/login/0", "");
    let id = store.only_id();
    let mut thief = browser.clone();

    assert_eq!(browser.get("/who").body, "nobody");

    assert_ne!(store.only_id(), id);
    assert!(store.content()[&store.only_id()].is_empty());
    assert_eq!(thief.get("/who").body, "nobody");
}

#[test]
fn keep_session_keeps_the_session_of_a_deleted_user() {
    let store = MemorySessionStore::default();
    let app = keeping_app(&store);
    let mut browser = app.browser();
    browser.post("/login/0", "");
    browser.post("/cart/melon", "");
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(browser.get("/cart").body, "melon");
    browser.post("/login/1", "");
    assert_eq!(browser.get("/cart").body, "empty");
}

#[test]
fn asking_for_the_user_never_writes_the_session() {
    let store = MemorySessionStore::default();
    let app = usual_app(&store);
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let before = store.content();
    assert!(browser.get("/who").set_cookies().is_empty());
    assert!(browser.get("/protected").set_cookies().is_empty());
    assert_eq!(store.content(), before);
}

#[test]
fn a_logout_leaves_nothing_in_an_encrypted_session_cookie() {
    async fn keys(_: CurrentUser<User>, session: Session) -> Result<impl Responder> {
        Ok(format!("{:?}", session.entries().keys()))
    }
    let manager = builder::<User>().build().unwrap();
    let configure = |config: &mut ServiceConfig| {
        pages::<User>(config);
        config.route("/keys", web::get().to(keys));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.post("/cart/melon", "");
    assert_ne!(browser.get("/keys").body, "[]");
    assert!(browser.post("/logout", "").set_cookie(SESSION).is_some());
    assert_eq!(browser.get("/keys").body, "[]");
}

fn logged_out_with_a_cart(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.post("/cart/melon", "");
    browser.post("/logout", "");
    assert_eq!(browser.get("/who").body, "nobody");
    browser
}
