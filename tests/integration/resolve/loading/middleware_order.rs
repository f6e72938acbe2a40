//! The manager works inside of the session middleware and around it.

use actix_login::LoginManager;

use super::asking_pages;
use crate::{
    serve,
    support::{
        Count, SECRET, SESSION, TestApp, cookie_session,
        pages::{User, load},
    },
};

#[test]
fn logins_work_with_the_manager_inside_the_session_middleware() {
    let (manager, log) = counting_manager();
    let app = serve!(asking_pages, manager.clone(), cookie_session());
    everything_works(&app, &log);
}

#[test]
fn logins_work_with_the_manager_around_the_session_middleware() {
    let (manager, log) = counting_manager();
    let app = serve!(asking_pages, cookie_session(), manager.clone());
    everything_works(&app, &log);
}

fn counting_manager() -> (LoginManager<User>, Count) {
    let loads = Count::default();
    let counted = loads.clone();
    let manager = LoginManager::<User>::builder(SECRET)
        .user_loader(async move |id: u64| {
            counted.add();
            load::<User>(id)
        })
        .login_view("/login")
        .build()
        .unwrap();
    (manager, loads)
}

/// From the first visit to the logout.
fn everything_works(app: &TestApp, loads: &Count) {
    let mut browser = app.browser();
    let refused = browser.get("/protected?x=1");
    assert_eq!(refused.status, 302);
    assert_eq!(refused.location(), Some("/login?next=%2Fprotected%3Fx%3D1"));
    assert!(refused.set_cookie(SESSION).is_some(), "the flash is stored");
    assert!(refused.varies_by("Cookie"));
    assert_eq!(
        browser.get("/public").headers.len(),
        app.browser().get("/public").headers.len()
    );
    assert_eq!(loads.get(), 0);

    assert_eq!(browser.post("/login/1", "").body, "logged in");
    assert_eq!(browser.get("/three").body, "Some(1) 1 true");
    assert_eq!(loads.get(), 1);
    let response = browser.get("/guarded");
    assert_eq!(response.body, "Some(1) 1");
    assert!(response.set_cookies().is_empty());
    assert_eq!(response.header("cache-control"), Some("private"));

    browser.post("/cart/melon", "");
    browser.post("/login/2", "");
    assert_eq!(browser.get("/who").body, "2");
    assert_eq!(browser.get("/cart").body, "empty");
    browser.post("/login/0", "");
    assert_eq!(browser.get("/who").body, "nobody");
    browser.post("/login/1", "");
    browser.post("/logout", "");
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(browser.get("/protected").status, 302);
}
