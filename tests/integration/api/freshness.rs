//! Fresh logins: who has authenticated in this very session, and who must do so again.

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
fn fresh_login_required_of_an_anonymous_request_is_unauthorized_and_of_a_stale_one_needs_refresh() {
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
fn confirm_login_with_nobody_logged_in_is_an_error() {
    let site = Site::new(|manager| manager);
    let answer = site.browser().post("/confirm", "");
    assert_eq!((answer.status, answer.body.as_str()), (401, ""));
    assert!(answer.set_cookies().is_empty());
}

#[test]
fn a_user_from_a_request_loader_is_never_fresh_and_can_confirm_nothing() {
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
