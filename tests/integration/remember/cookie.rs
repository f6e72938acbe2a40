//! Remember me: the cookie, how it restores a login, and how it ends.

use std::{thread, time::Duration};

use actix_login::RememberCookie;
use actix_web::cookie::SameSite;

use crate::support::{MemorySessionStore, REMEMBER, SESSION, record, site::Site};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEAR: u64 = 365 * 24 * 60 * 60;

#[test]
fn the_cookie_is_secure_http_only_and_lax_and_lives_for_365_days() {
    let site = Site::new(|manager| manager);
    let response = site.browser().post("/login?remember=true", "1");
    let cookie = response.set_cookie(REMEMBER).unwrap();
    assert_eq!(cookie.attribute("httponly"), Some(""));
    assert_eq!(cookie.attribute("secure"), Some(""));
    assert_eq!(cookie.attribute("samesite"), Some("Lax"));
    assert_eq!(cookie.attribute("path"), Some("/"));
    assert_eq!(cookie.attribute("domain"), None);
    assert_eq!(cookie.max_age(), Some(YEAR));
}

#[test]
fn every_setting_of_the_cookie_reaches_the_browser() {
    let site = Site::new(|manager| {
        manager.remember_cookie(
            RememberCookie::new()
                .name("remember_token_of_mine")
                .duration(DAY)
                .domain("site.example")
                .path("/members")
                .secure(false)
                .http_only(false)
                .same_site(SameSite::Strict),
        )
    });
    let response = site.browser().post("/login?remember=true", "1");
    let cookie = response.set_cookie("remember_token_of_mine").unwrap();
    assert_eq!(cookie.attribute("httponly"), None);
    assert_eq!(cookie.attribute("secure"), None);
    assert_eq!(cookie.attribute("samesite"), Some("Strict"));
    assert_eq!(cookie.attribute("path"), Some("/members"));
    assert_eq!(cookie.attribute("domain"), Some("site.example"));
    assert_eq!(cookie.max_age(), Some(24 * 60 * 60));
}

/// The documentation of `RememberCookie::name` says what a `__Host-` name is worth.
#[test]
fn a_percent_encoded_name_is_the_sessions_but_not_the_remember_cookies() {
    let site = Site::new(|manager| manager.remember_cookie(RememberCookie::new().name("__Host-r")));
    let mut browser = site.browser();
    browser.post("/login?remember=true", "1");
    let planted = |name: &str, encoded: &str| {
        let mut victim = site.browser();
        let value = browser.cookie(name).unwrap().to_owned();
        victim.cookies.insert(encoded.to_owned(), value);
        victim.get("/who").body
    };
    assert_eq!(planted("__Host-r", "__Host-r"), "1 stale");
    assert_eq!(planted("__Host-r", "__%48ost-r"), "nobody");
    // If this fails, actix-session compares the name as sent, and the documentation may say so.
    assert_eq!(planted(SESSION, "%69d"), "1 fresh");
}

#[test]
fn a_plain_login_sets_no_remember_cookie() {
    let site = Site::new(|manager| manager);
    let mut browser = site.browser();
    assert!(browser.post("/login", "1").set_cookie(REMEMBER).is_none());
    browser.restart();
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn the_duration_of_a_login_overrides_the_setting() {
    let site = Site::new(|manager| manager);
    let mut browser = site.browser();
    let response = browser.post("/login?remember=true&duration=60", "1");
    assert_eq!(response.set_cookie(REMEMBER).unwrap().max_age(), Some(60));
    browser.restart();
    site.wait(Duration::from_secs(60));
    assert_eq!(browser.get("/who").body, "nobody");
}

/// Flask-Login keeps the duration in the session, and uses it for the next login, too.
#[test]
fn a_later_login_without_a_duration_takes_the_setting() {
    let site = Site::new(|manager| manager);
    let mut browser = site.browser();
    browser.post("/login?remember=true&duration=60", "1");
    let response = browser.post("/login?remember=true", "1");
    let max_age = response.set_cookie(REMEMBER).unwrap().max_age();
    assert_eq!(max_age, Some(365 * DAY.as_secs()));
}

#[test]
fn an_overlong_duration_saturates() {
    let site = Site::new(|manager| manager);
    let mut browser = site.browser();
    let target = format!("/login?remember=true&duration={}", u64::MAX);
    assert_eq!(browser.post(&target, "1").status, 200);
    browser.restart();
    site.wait(1000 * 365 * DAY);
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn a_login_restored_from_the_cookie_is_stale_until_confirmed() {
    let site = Site::new(|manager| manager);
    let mut browser = site.remembered();
    assert_eq!(browser.get("/account").body, "account");
    browser.restart();
    assert_eq!(browser.get("/who").body, "1 stale");
    assert_eq!(browser.get("/protected").body, "protected");
    assert_eq!(browser.get("/account").status, 401);
    assert_eq!(site.world.count("user_loaded_from_cookie"), 1);

    assert_eq!(browser.post("/confirm", "").body, "confirmed");
    assert_eq!(browser.get("/account").body, "account");
}

#[test]
fn a_login_restored_from_the_cookie_renews_the_session() {
    let store = MemorySessionStore::default();
    let site = Site::on_store(&store, |manager| manager);
    let browser = site.remembered();
    let token = browser.cookie(REMEMBER).unwrap().to_owned();

    // An attacker has planted a session whose id they know.
    let mut planted = site.browser();
    planted.post("/cart", "planted");
    let mut victim = planted.clone();
    victim.cookies.insert(REMEMBER.to_owned(), token);
    assert_eq!(victim.get("/who").body, "1 stale");

    assert_eq!(planted.get("/who").body, "nobody");
}

#[test]
fn a_login_restored_from_the_cookie_stores_its_identifier_at_once() {
    let site = Site::new(|manager| manager);
    let mut browser = site.remembered();
    browser.restart();
    browser.get("/who");
    let record = browser.get("/record").body;
    assert!(record::has_flag(&record, record::FINGERPRINT), "{record}");
    assert!(browser.get("/who").set_cookie(SESSION).is_none());
}

#[test]
fn the_cookie_is_valid_until_its_last_second() {
    let site = Site::new(|manager| manager);
    let mut browser = site.remembered();
    let token = browser.cookie(REMEMBER).unwrap().to_owned();
    site.wait(365 * DAY - Duration::from_secs(1));
    assert_eq!(site.thief(&token).get("/who").body, "1 stale");

    // The browser of a thief sends it forever.
    site.wait(Duration::from_secs(1));
    let response = site.thief(&token).get("/who");
    assert_eq!(response.body, "nobody");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    browser.restart();
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn logout_clears_the_cookie_by_its_name_domain_and_path() {
    let site = Site::new(|manager| {
        let cookie = RememberCookie::new().domain("site.example").path("/");
        manager.remember_cookie(cookie.name("remember_token_x"))
    });
    let mut browser = site.browser();
    let set = browser.post("/login?remember=true", "1");
    let response = browser.post("/logout", "");
    assert_eq!(response.body, "remembered: false");
    let set = set.set_cookie("remember_token_x").unwrap();
    let cleared = response.set_cookie("remember_token_x").unwrap();
    assert!(cleared.is_removal());
    for attribute in ["domain", "path", "secure", "httponly", "samesite"] {
        assert_eq!(cleared.attribute(attribute), set.attribute(attribute));
    }
    assert_eq!(browser.get("/who").body, "nobody");
    browser.restart();
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_login_clears_another_users_cookie_and_keeps_its_own() {
    let site = Site::new(|manager| manager);
    let mut browser = site.remembered();
    let token = browser.cookie(REMEMBER).unwrap().to_owned();
    let again = browser.post("/login", "1");
    assert!(again.set_cookie(REMEMBER).is_none());
    assert_eq!(again.body, "remembered: true");

    let other = browser.post("/login", "2");
    assert!(other.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(other.body, "remembered: false");
    browser.restart();
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(site.thief(&token).get("/who").body, "1 stale");
}

#[test]
fn a_second_login_in_a_request_keeps_only_its_own_users_cookie() {
    let site = Site::new(|manager| manager);
    let mut browser = site.browser();
    browser.post("/login/twice?remember=true", "1");
    browser.restart();
    assert_eq!(browser.get("/who").body, "1 stale");

    let mut other = site.browser();
    let response = other.post("/login/twice?remember=true", "2");
    assert_eq!(other.get("/who").body, "2 fresh");
    assert!(
        response
            .set_cookie(REMEMBER)
            .is_none_or(|it| it.is_removal())
    );
    let mut remembered = site.remembered();
    remembered.post("/login/twice?remember=true", "2");
    assert!(remembered.cookie(REMEMBER).is_none());
}

/// As in Flask-Login, where `_remember` stays `clear`.
#[test]
fn logout_clears_the_cookie_even_if_a_login_follows_in_the_request() {
    let site = Site::new(|manager| manager);
    let mut browser = site.remembered();
    let response = browser.post("/logout/login", "1");
    assert_eq!(response.body, "remembered: false");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(browser.get("/who").body, "1 fresh");

    browser.post("/logout/login?remember=true", "1");
    browser.restart();
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn a_login_over_another_users_clears_a_cookie_that_was_not_sent() {
    let site = Site::new(|manager| {
        manager.remember_cookie(RememberCookie::new().path("/members").secure(false))
    });
    let mut browser = site.remembered();
    // The login page is not in the cookie's path.
    browser.cookies.remove(REMEMBER);
    let again = browser.post("/login", "1");
    assert!(again.set_cookie(REMEMBER).is_none());
    let other = browser.post("/login", "2");
    assert!(other.set_cookie(REMEMBER).unwrap().is_removal());
}

#[test]
fn another_users_cookie_does_not_affect_the_current_login() {
    let site = Site::new(|manager| manager);
    let token = site.remembered().cookie(REMEMBER).unwrap().to_owned();
    let mut browser = site.browser();
    browser.post("/login", "2");
    browser.cookies.insert(REMEMBER.to_owned(), token);
    assert_eq!(browser.get("/who").body, "2 fresh");
    assert_eq!(browser.get("/remembered").body, "false");
}

#[test]
fn login_remembered_requires_a_valid_cookie_of_the_current_user() {
    let site = Site::new(|manager| manager);
    let mut plain = site.logged_in();
    assert_eq!(plain.get("/remembered").body, "false");
    let mut browser = site.browser();
    // The request for the login page itself had no cookie.
    let login = browser.post("/login?remember=true", "1");
    assert_eq!(login.body, "remembered: false");
    assert_eq!(browser.get("/remembered").body, "true");
    browser.restart();
    assert_eq!(browser.get("/remembered").body, "true");
    let mut forged = browser.clone();
    forged
        .cookies
        .insert(REMEMBER.to_owned(), "forged".to_owned());
    assert_eq!(forged.get("/remembered").body, "false");
    site.wait(365 * DAY);
    browser.post("/login", "1");
    assert_eq!(browser.get("/remembered").body, "false");
}

#[test]
fn fifty_concurrent_uses_of_one_cookie_all_get_the_same_user() {
    let site = Site::new(|manager| manager);
    let mut browser = site.remembered();
    browser.restart();
    let visits: Vec<_> = (0..50)
        .map(|_| {
            let mut browser = browser.clone();
            thread::spawn(move || {
                let first = browser.get("/who").body;
                (first, browser.get("/who").body, browser.get("/remembered"))
            })
        })
        .collect();
    for visit in visits {
        let (first, second, remembered) = visit.join().unwrap();
        assert_eq!(first, "1 stale");
        assert_eq!(second, "1 stale");
        assert_eq!(remembered.body, "true");
        assert!(remembered.set_cookie(REMEMBER).is_none());
    }
}

#[test]
fn an_inactive_user_is_restored_from_the_cookie_but_refused_by_guards() {
    let site = Site::new(|manager| manager);
    let mut live = site.remembered();
    let mut browser = live.clone();
    browser.restart();
    site.world.users.deactivate("1");
    assert_eq!(live.get("/protected").status, 302);
    assert_eq!(browser.get("/protected").status, 302);
}

#[test]
fn a_deleted_users_cookie_is_worthless_and_cleared() {
    let site = Site::new(|manager| manager);
    let mut live = site.remembered();
    let mut browser = live.clone();
    browser.restart();
    site.world.users.remove("1");
    for browser in [&mut live, &mut browser] {
        let response = browser.get("/who");
        assert_eq!(response.body, "nobody");
        assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    }
    // A new user who gets the same id later is not restored, because the cookie is cleared.
    site.world.users.add("1");
    assert_eq!(live.get("/who").body, "nobody");
}

#[test]
fn cookies_round_trip_user_ids_of_any_text() {
    let site = Site::new(|manager| manager);
    let long = "x".repeat(512);
    for id in [
        "佐藤",
        "a|b",
        " with  spaces ",
        "\"quoted\"",
        "a;b=c, d",
        "",
        "line\nbreak",
        &long,
    ] {
        site.world.users.add(id);
        let mut browser = site.browser();
        assert_eq!(browser.post("/login?remember=true", id).status, 200);
        assert_eq!(browser.get("/who").body, format!("{id} fresh"));
        browser.restart();
        assert_eq!(browser.get("/who").body, format!("{id} stale"));
        assert_eq!(browser.get("/who").body, format!("{id} stale"));
    }
}

#[test]
fn an_id_over_512_bytes_is_refused_by_login_user() {
    let site = Site::new(|manager| manager);
    let id = "x".repeat(513);
    site.world.users.add(&id);
    let response = site.browser().post("/login?remember=true", &id);
    assert_eq!((response.status, response.body.as_str()), (500, ""));
    assert!(response.set_cookies().is_empty());
}
