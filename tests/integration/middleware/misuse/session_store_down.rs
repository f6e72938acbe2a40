//! A session store that is down starts and ends no login.

use actix_login::{LoginOptions, RememberCookie, login_user_with};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, ServiceConfig},
};

use super::assert_empty_500;
use crate::{
    serve,
    support::{
        MemorySessionStore, REMEMBER, SESSION, TestApp,
        pages::{User, builder, pages},
    },
};

/// An app on this store, whose logins are remembered.
fn app_over(store: &MemorySessionStore) -> TestApp {
    async fn remember(req: HttpRequest) -> Result<impl Responder> {
        let options = LoginOptions::new().remember(true);
        login_user_with(&req, &User::from(1), options).await?;
        Ok("logged in")
    }
    let store = store.clone();
    let manager = builder::<User>()
        .remember_cookie(RememberCookie::new().secure(false))
        .build()
        .unwrap();
    let configure = |config: &mut ServiceConfig| {
        pages::<User>(config);
        config.route("/remember", web::post().to(remember));
    };
    serve!(configure, manager.clone(), store.session())
}

#[test]
fn a_login_while_the_session_store_is_down_fails_and_works_later() {
    let store = MemorySessionStore::default();
    let app = app_over(&store);
    let mut browser = app.browser();
    store.set_down(true);
    assert_empty_500(&browser.post("/remember", ""));
    assert!(browser.cookies.is_empty());

    store.set_down(false);

    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(browser.post("/remember", "").status, 200);
    assert_eq!(browser.get("/who").body, "1");
}

#[test]
fn an_outage_of_the_session_store_keeps_every_login() {
    let store = MemorySessionStore::default();
    let app = app_over(&store);
    let mut browser = app.browser();
    browser.post("/remember", "");
    store.set_down(true);
    assert_empty_500(&browser.get("/who"));
    assert_empty_500(&browser.get("/protected"));
    assert_empty_500(&browser.post("/logout", ""));

    store.set_down(false);

    assert!(browser.cookie(SESSION).is_some() && browser.cookie(REMEMBER).is_some());
    assert_eq!(browser.get("/protected").body, "user 1");
}

#[test]
fn an_outage_of_the_session_store_uses_up_no_remember_cookie() {
    let store = MemorySessionStore::default();
    let app = app_over(&store);
    let mut browser = app.browser();
    browser.post("/remember", "");
    browser.restart();
    store.set_down(true);
    assert_empty_500(&browser.get("/who"));
    store.set_down(false);
    assert_eq!(browser.get("/who").body, "1");
}
