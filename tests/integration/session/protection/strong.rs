//! Strong protection: the login ends, and the app's own keys stay for their owner.

use actix_login::SessionProtection::Strong;
use actix_web::HttpRequest;

use super::{HOME, STREET, behind_a_proxy, get, log_in_at_home, send, site};
use crate::support::{
    MemorySessionStore, REMEMBER, SECRET,
    site::{Site, World},
};

#[test]
fn strong_removes_login_and_remember_cookie_and_keeps_the_apps_keys() {
    let site = site(Strong);
    let mut browser = log_in_at_home(&site, "/login?remember=true");
    browser.post("/cart", "mine");
    let response = get(&mut browser, STREET, "/who");
    assert_eq!(response.body, "nobody");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(site.world.count("session_protected"), 1);
    assert_eq!(browser.get("/record").body, "");
    assert_eq!(browser.get("/cart").body, "mine");
    assert_eq!(get(&mut browser, HOME, "/who").body, "nobody");
    assert_eq!(get(&mut browser, STREET, "/protected").status, 302);
    assert_eq!(site.world.count("session_protected"), 1);
}

#[test]
fn strong_also_removes_a_remember_cookie_that_was_not_sent() {
    let site = site(Strong);
    let mut browser = log_in_at_home(&site, "/login?remember=true");
    let elsewhere = browser.cookies.remove(REMEMBER).unwrap();
    let response = get(&mut browser, STREET, "/who");
    assert_eq!(response.body, "nobody");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    // A thief's own browser may keep the cookie for another path.
    assert_eq!(
        get(&mut site.thief(&elsewhere), HOME, "/who").body,
        "1 stale"
    );
}

#[test]
fn strong_ends_a_stored_session_for_its_owner_too() {
    let site = Site::on_store(&MemorySessionStore::default(), behind_a_proxy(Strong));
    let mut owner = log_in_at_home(&site, "/login");
    assert_eq!(get(&mut owner.clone(), STREET, "/who").body, "nobody");
    assert_eq!(get(&mut owner, HOME, "/who").body, "nobody");
}

#[test]
fn strong_keeps_the_owners_session_cookie_and_equal_copies() {
    let site = site(Strong);
    let mut owner = log_in_at_home(&site, "/login");
    let mut copy = owner.clone();
    let mut thief = owner.clone();
    assert_eq!(get(&mut thief, STREET, "/who").body, "nobody");
    assert_eq!(get(&mut thief, HOME, "/who").body, "nobody");
    assert_eq!(get(&mut owner, HOME, "/who").body, "1 fresh");
    assert_eq!(get(&mut copy, HOME, "/who").body, "1 fresh");
}

#[test]
fn strong_runs_no_request_loader() {
    let world = World::new();
    let users = world.users.clone();
    let site = Site::deployed(&world, SECRET, |manager| {
        behind_a_proxy(Strong)(manager).request_loader(async move |req: &HttpRequest| {
            req.headers().get("x-forwarded-for")?;
            users.find("2")
        })
    });
    let mut browser = log_in_at_home(&site, "/login");
    assert_eq!(get(&mut browser, STREET, "/who").body, "nobody");
    assert_eq!(get(&mut browser, STREET, "/who").body, "2 stale");
}

#[test]
fn after_a_strong_mismatch_the_same_users_login_keeps_the_apps_keys() {
    let site = site(Strong);
    let mut browser = log_in_at_home(&site, "/login");
    browser.post("/cart", "mine");
    get(&mut browser, STREET, "/who");
    send(&mut browser, STREET, "POST", "/login", "1");
    assert_eq!(get(&mut browser, STREET, "/who").body, "1 fresh");
    assert_eq!(browser.get("/cart").body, "mine");
    // From here on it is an ordinary session of this user.
    send(&mut browser, STREET, "POST", "/login", "1");
    assert_eq!(browser.get("/cart").body, "mine");
}

#[test]
fn after_a_strong_mismatch_another_users_login_clears_the_apps_keys() {
    let site = site(Strong);
    let mut thief = log_in_at_home(&site, "/login");
    thief.post("/cart", "of user 1");
    get(&mut thief, STREET, "/who");
    send(&mut thief, STREET, "POST", "/login", "2");
    assert_eq!(get(&mut thief, STREET, "/who").body, "2 fresh");
    assert_eq!(thief.get("/cart").body, "");
}

#[test]
fn after_a_strong_mismatch_another_users_cookie_clears_the_apps_keys() {
    let site = site(Strong);
    let mut other = site.browser();
    send(&mut other, STREET, "POST", "/login?remember=true", "2");
    let mut thief = log_in_at_home(&site, "/login");
    thief.post("/cart", "of user 1");
    get(&mut thief, STREET, "/who");
    let token = other.cookie(REMEMBER).unwrap().to_owned();
    thief.cookies.insert(REMEMBER.to_owned(), token);
    assert_eq!(get(&mut thief, STREET, "/who").body, "2 stale");
    assert_eq!(thief.get("/cart").body, "");
}

#[test]
fn another_users_login_that_detects_the_mismatch_clears_the_apps_keys() {
    let site = site(Strong);
    let mut thief = log_in_at_home(&site, "/login");
    thief.post("/cart", "of user 1");
    send(&mut thief, STREET, "POST", "/login", "2");
    assert_eq!(thief.get("/cart").body, "");
}

#[test]
fn strong_keeps_a_remembered_login_over_ten_requests() {
    let site = site(Strong);
    let mut browser = log_in_at_home(&site, "/login?remember=true");
    browser.restart();
    for _ in 0..10 {
        assert_eq!(get(&mut browser, STREET, "/protected").body, "protected");
        assert_eq!(get(&mut browser, STREET, "/remembered").body, "true");
    }
    assert_eq!(site.world.count("session_protected"), 0);
    assert_eq!(site.world.count("user_loaded_from_cookie"), 1);
}

#[test]
fn strong_treats_a_permanent_session_as_basic_does() {
    let site = Site::new(|manager| behind_a_proxy(Strong)(manager).permanent_session(true));
    let mut phone = log_in_at_home(&site, "/login?remember=true");
    let response = get(&mut phone, STREET, "/who");
    assert_eq!(response.body, "1 stale");
    assert!(response.set_cookie(REMEMBER).is_none());
    assert_eq!(site.world.count("session_protected"), 1);
}
