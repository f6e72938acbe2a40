//! `session_auth_hash`: a changed password invalidates stolen sessions and cookies.

use crate::support::{MemorySessionStore, REMEMBER, record, site::Site};

/// A site whose user `1` has a password.
fn site() -> Site {
    let site = Site::new(|manager| manager);
    site.world.users.set_hash("1", "old");
    site
}

#[test]
fn a_changed_hash_ends_every_other_session_and_token_at_its_next_request() {
    let site = site();
    let mut here = site.remembered();
    let mut elsewhere = site.logged_in();
    elsewhere.post("/cart", "secret");
    let mut forgotten = site.remembered();
    forgotten.restart();

    assert_eq!(here.post("/password", "new").body, "changed");
    assert_eq!(elsewhere.get("/who").body, "nobody");
    assert_eq!(elsewhere.get("/cart").body, "");
    assert_eq!(site.world.count("login_ended"), 1);
    let refused = forgotten.get("/who");
    assert_eq!(refused.body, "nobody");
    assert!(refused.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(here.get("/who").body, "1 fresh");
}

#[test]
fn a_session_with_an_old_hash_ends_despite_its_remember_cookie() {
    let site = site();
    let mut elsewhere = site.remembered();
    site.world.users.set_hash("1", "new");
    let response = elsewhere.get("/protected");
    assert_eq!(response.status, 302);
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
}

#[test]
fn refresh_session_auth_keeps_this_session_and_its_remember_cookie() {
    let site = site();
    let mut browser = site.browser();
    browser.post("/login?remember=true&duration=600", "1");
    browser.post("/cart", "mine");
    let response = browser.post("/password", "new");
    assert_eq!(response.set_cookie(REMEMBER).unwrap().max_age(), Some(600));
    assert_eq!(browser.get("/account").body, "account");
    assert_eq!(browser.get("/cart").body, "mine");
    assert_eq!(browser.get("/remembered").body, "true");
    browser.restart();
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn refresh_session_auth_sets_no_remember_cookie_on_a_plain_login() {
    let site = site();
    let mut browser = site.logged_in();
    let response = browser.post("/password", "new");
    assert!(response.set_cookie(REMEMBER).is_none());
    assert_eq!(browser.get("/who").body, "1 fresh");
}

#[test]
fn refresh_session_auth_does_not_make_a_login_fresh() {
    let site = site();
    let mut browser = site.remembered();
    browser.restart();
    assert_eq!(browser.post("/password", "new").body, "changed");
    assert_eq!(browser.get("/who").body, "1 stale");
    browser.restart();
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn refresh_session_auth_without_a_login_is_refused() {
    let site = site();
    let mut browser = site.browser();
    assert_eq!(browser.post("/password", "new").status, 404);
    assert!(browser.cookies.is_empty());
}

#[test]
fn refresh_session_auth_renews_the_session() {
    let store = MemorySessionStore::default();
    let site = Site::on_store(&store, |manager| manager);
    let mut browser = site.logged_in();
    let before = store.only_id();
    browser.post("/password", "new");
    assert_ne!(store.only_id(), before);
}

#[test]
fn rehashing_right_after_login_keeps_the_new_remember_cookie() {
    let site = site();
    let mut browser = site.browser();
    let response = browser.post("/login/rehash?remember=true", "1");
    assert_eq!(response.body, "rehashed");
    assert_eq!(browser.get("/who").body, "1 fresh");
    browser.restart();
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn a_stolen_remember_cookie_is_worthless_after_a_password_change() {
    let site = site();
    let mut owner = site.remembered();
    let stolen = owner.cookie(REMEMBER).unwrap().to_owned();
    assert_eq!(site.thief(&stolen).get("/who").body, "1 stale");
    owner.post("/password", "new");
    assert_eq!(site.thief(&stolen).get("/who").body, "nobody");
    assert_eq!(site.thief(&stolen).get("/protected").status, 302);
    // It stays worthless when its owner logs in again.
    owner.post("/login", "1");
    assert_eq!(site.thief(&stolen).get("/who").body, "nobody");
}

#[test]
fn a_record_or_token_without_a_tag_is_invalid_once_the_user_has_a_hash() {
    let site = Site::new(|manager| manager);
    let mut session = site.logged_in();
    let mut remembered = site.remembered();
    remembered.restart();
    site.world.users.set_hash("1", "first");
    assert_eq!(session.get("/who").body, "nobody");
    assert_eq!(remembered.get("/who").body, "nobody");
    assert!(remembered.cookie(REMEMBER).is_none());
}

#[test]
fn a_record_or_token_with_a_tag_is_invalid_once_the_user_has_no_hash() {
    let site = site();
    let mut session = site.logged_in();
    let mut remembered = site.remembered();
    remembered.restart();
    site.world.users.set_hash("1", None);
    assert_eq!(session.get("/who").body, "nobody");
    assert_eq!(remembered.get("/who").body, "nobody");
}

#[test]
fn a_login_after_a_password_change_clears_the_old_remember_cookie() {
    let site = site();
    let mut browser = site.remembered();
    site.world.users.set_hash("1", "new");
    let response = browser.post("/login", "1");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(browser.get("/who").body, "1 fresh");
}

#[test]
fn a_record_is_invalid_for_another_user_with_the_same_hash() {
    let site = site();
    site.world.users.set_hash("2", "old");
    let mut browser = site.logged_in();
    let record = browser.get("/record").body;
    assert!(record::has_flag(&record, record::AUTH_TAG), "{record}");
    assert!(record.ends_with('1'), "{record}");
    let of_another = format!("{}2", record.strip_suffix('1').unwrap());
    browser.post("/record", &of_another);
    assert_eq!(browser.get("/who").body, "nobody");
}
