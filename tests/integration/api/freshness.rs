//! Fresh logins: users who have authenticated in the current session, and those who must do so
//! again.

use actix_web::HttpRequest;

use crate::support::{
    MemorySessionStore, SECRET,
    site::{Site, World},
};

#[test]
fn fresh_false_logs_in_without_freshness() {
    let site = Site::new(|manager| manager);
    let mut browser = site.browser();
    browser.post("/login?fresh=false", "1");
    assert_eq!(browser.get("/who").body, "1 stale");
    assert_eq!(browser.get("/protected").body, "protected");
    browser.post("/confirm", "");
    assert_eq!(browser.get("/who").body, "1 fresh");
}

#[test]
fn fresh_login_required_tells_anonymous_from_stale_requests() {
    let site = Site::new(|manager| manager.refresh_view("/again"));
    let mut browser = site.browser();
    let anonymous = browser.get("/account");
    assert_eq!(anonymous.location(), Some("/login?next=%2Faccount"));
    assert_eq!(site.world.count("user_unauthorized"), 1);
    browser.post("/login?fresh=false", "1");
    let stale = browser.get("/account");
    assert_eq!(stale.location(), Some("/again?next=%2Faccount"));
    assert_eq!(site.world.count("user_needs_refresh"), 1);
    assert_eq!(site.world.count("user_unauthorized"), 1);
}

#[test]
fn confirm_login_renews_the_session() {
    let store = MemorySessionStore::default();
    let site = Site::on_store(&store, |manager| manager);
    let mut browser = site.logged_in();
    let mut copy = browser.clone();
    let before = store.only_id();
    browser.post("/confirm", "");
    assert_ne!(store.only_id(), before);
    assert_eq!(copy.get("/who").body, "nobody");
    assert_eq!(browser.get("/who").body, "1 fresh");
}

#[test]
fn confirm_login_without_a_login_is_an_error() {
    let site = Site::new(|manager| manager);
    let response = site.browser().post("/confirm", "");
    assert_eq!((response.status, response.body.as_str()), (401, ""));
    assert!(response.set_cookies().is_empty());
}

#[test]
fn a_request_loaders_user_is_never_fresh_and_cannot_be_confirmed() {
    let world = World::new();
    let users = world.users.clone();
    let site = Site::deployed(&world, SECRET, |manager| {
        manager.request_loader(async move |_: &HttpRequest| users.find("2"))
    });
    let mut browser = site.browser();
    assert_eq!(browser.get("/who").body, "2 stale");
    assert_eq!(browser.get("/remembered").body, "false");
    assert_eq!(browser.post("/confirm", "").status, 401);
    assert_eq!(browser.get("/who").body, "2 stale");
    assert!(browser.cookies.is_empty());
}
