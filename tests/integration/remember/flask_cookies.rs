//! Migrating from Flask: Flask-Login's own remember cookies, accepted until a configured day.

use std::time::{Duration, SystemTime};

use actix_login::{ActiveLogins, LoginManager, RememberCookie, flask::encode_cookie};

use crate::support::{
    REMEMBER, SECRET, SESSION,
    pages::{User, builder},
    site::{Builder, Site, World},
};

const FLASK_SECRET: &str = "deterministic";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// As Flask-Login set it for `1`.
const OF_1: &str = "1|0e9e6e9855fbe6df7906ec4737578a1d491b38d3fd5246c1561016e189d6516043286501ca43257c938e60aad77acec5ce916b94ca9d00c0bb6f9883ae4b82ae";
/// As Flask-Login set it for `佐藤`, in Werkzeug's quotes.
const OF_SATO: &str = r#""\344\275\220\350\227\244|19eb6417c22e6e4ba7d9ca586d4778e3436a98c174be84347090be382a1ce3b4730f292c921228e1dbccf4a638ed10f9ec0fe31a979168fa2d49c0275705a74c""#;

/// A site that migrates from Flask, and accepts its cookies for ten more days.
fn site(settings: impl FnOnce(Builder) -> Builder) -> Site {
    let world = World::new();
    let until = world.clock.reader()() + 10 * DAY;
    Site::deployed(&world, SECRET, |manager| {
        settings(manager.accept_flask_cookies(FLASK_SECRET, until))
    })
}

/// As Werkzeug writes a cookie's value.
fn quoted(value: &str) -> String {
    let mut quoted = String::from('"');
    for byte in value.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' if byte != b';' && byte != b',' => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\{byte:03o}")),
        }
    }
    quoted + "\""
}

#[test]
fn a_cookie_that_flask_login_set_is_accepted_and_replaced_at_once() {
    let site = site(|manager| manager);
    let mut browser = site.thief(OF_1);
    let response = browser.get("/who");
    assert_eq!(response.body, "1 stale");
    let cookie = response.set_cookie(REMEMBER).unwrap();
    assert_eq!(cookie.max_age(), Some(365 * 24 * 60 * 60));
    assert!(cookie.value.starts_with("1."), "{}", cookie.value);
    assert_eq!(browser.get("/remembered").body, "true");

    site.wait(20 * DAY);
    browser.restart();
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn a_cookie_quoted_by_werkzeug_is_accepted() {
    let site = site(|manager| manager);
    site.world.users.add("佐藤");
    assert_eq!(
        quoted(&encode_cookie("佐藤", FLASK_SECRET.as_bytes())),
        OF_SATO
    );
    let mut browser = site.thief(OF_SATO);
    assert_eq!(browser.get("/who").body, "佐藤 stale");
    browser.restart();
    assert_eq!(browser.get("/who").body, "佐藤 stale");
}

#[test]
fn flask_cookies_may_hold_ids_of_any_text() {
    let site = site(|manager| manager);
    for id in ["a|b", "with space", "\"quotes\" and \\", "a;b,c", "\u{1}\n"] {
        site.world.users.add(id);
        let cookie = quoted(&encode_cookie(id, FLASK_SECRET.as_bytes()));
        let mut browser = site.thief(&cookie);
        assert_eq!(browser.get("/who").body, format!("{id} stale"));
    }
}

#[test]
fn a_login_replaces_flasks_cookie_of_the_same_user_at_once() {
    let site = site(|manager| manager);
    let mut browser = site.thief(OF_1);
    browser.post("/login", "1");
    assert!(browser.cookie(REMEMBER).unwrap().starts_with("1."));
    site.wait(20 * DAY);
    browser.restart();
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn flasks_cookies_are_accepted_until_the_configured_day() {
    let site = site(|manager| manager);
    site.wait(10 * DAY - Duration::from_secs(1));
    assert_eq!(site.thief(OF_1).get("/who").body, "1 stale");
    site.wait(Duration::from_secs(1));
    let response = site.thief(OF_1).get("/who");
    assert_eq!(response.body, "nobody");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
}

#[test]
fn flasks_cookies_are_refused_by_default() {
    let site = Site::new(|manager| manager);
    assert_eq!(site.thief(OF_1).get("/who").body, "nobody");
}

#[test]
fn a_cookie_made_with_another_secret_is_refused() {
    let site = site(|manager| manager);
    let own = encode_cookie("1", &SECRET);
    let wrong = encode_cookie("1", b"Deterministic");
    let cut = &OF_1[..OF_1.len() - 1];
    let of_another = OF_1.replacen('1', "2", 1);
    for cookie in [&own, &wrong, cut, &of_another, "1|", "|", "1"] {
        let mut browser = site.thief(cookie);
        let response = browser.get("/who");
        assert_eq!(response.body, "nobody", "{cookie}");
        assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
        assert!(response.set_cookie(SESSION).is_none());
    }
}

#[test]
fn quotes_that_werkzeug_does_not_write_are_refused() {
    let site = site(|manager| manager);
    for cookie in [r#"""#, r#""""#, r#""\""#, r#""\9""#, r#""\377\377|x""#] {
        let response = site.thief(cookie).get("/who");
        assert_eq!((response.status, response.body.as_str()), (200, "nobody"));
    }
}

#[test]
fn flasks_cookies_are_refused_for_users_with_a_session_auth_hash() {
    let site = site(|manager| manager);
    site.world.users.set_hash("1", "hash");
    let mut browser = site.thief(OF_1);
    let response = browser.get("/who");
    assert_eq!(response.body, "nobody");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    let mut browser = site.thief(OF_1);
    let login = browser.post("/login", "1");
    assert!(login.set_cookie(REMEMBER).unwrap().is_removal());
}

#[test]
fn flasks_cookies_can_be_allowed_for_users_with_a_hash() {
    let site = site(|manager| manager.accept_flask_cookies_despite_auth_hash(true));
    site.world.users.set_hash("1", "old");
    let mut browser = site.thief(OF_1);
    assert_eq!(browser.get("/who").body, "1 stale");
    browser.restart();
    assert_eq!(browser.get("/who").body, "1 stale");
    browser.restart();
    site.world.users.set_hash("1", "new");
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_refresh_on_a_public_page_keeps_flasks_cookie() {
    let site =
        site(|manager| manager.remember_cookie(RememberCookie::new().refresh_each_request(true)));
    let mut browser = site.thief(OF_1);
    assert!(browser.get("/public").set_cookies().is_empty());
    assert_eq!(browser.get("/who").body, "1 stale");
    assert!(browser.cookie(REMEMBER).unwrap().starts_with("1."));
}

#[test]
fn a_deadline_before_1970_has_passed() {
    let site = Site::new(|manager| {
        manager.accept_flask_cookies(FLASK_SECRET, SystemTime::UNIX_EPOCH - DAY)
    });
    assert_eq!(site.thief(OF_1).get("/who").body, "nobody");
}

#[test]
fn flasks_cookie_has_no_effect_while_max_logins_refuses_logins() {
    let site = site(|manager| {
        let logins = ActiveLogins::in_memory().max_logins(1);
        manager.active_logins(logins.refuse_new_logins(true))
    });
    let mut elsewhere = site.logged_in();
    let mut browser = site.thief(OF_1);
    let response = browser.get("/who");
    assert_eq!((response.status, response.body.as_str()), (200, "nobody"));
    assert_eq!(browser.get("/protected").status, 302);
    elsewhere.post("/logout", "");
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn a_flask_cookie_with_an_overlong_id_is_refused() {
    let site = site(|manager| manager);
    for (bytes, body) in [(512, "stale"), (513, "nobody")] {
        let id = "i".repeat(bytes);
        site.world.users.add(&id);
        let cookie = quoted(&encode_cookie(&id, FLASK_SECRET.as_bytes()));
        let mut browser = site.thief(&cookie);
        assert!(browser.get("/who").body.ends_with(body), "{bytes} bytes");
        browser.restart();
        assert!(browser.get("/who").body.ends_with(body), "{bytes} bytes");
    }
}

/// Anyone could sign a cookie with it.
#[test]
fn an_empty_flask_secret_is_refused() {
    let until = SystemTime::now() + DAY;
    let manager = builder::<User>().accept_flask_cookies("", until).build();
    let error = manager.unwrap_err().to_string();
    assert!(error.contains("accept_flask_cookies"), "{error}");
    assert!(error.contains("SECRET_KEY"), "{error}");
}

#[test]
fn accepting_cookies_despite_the_hash_needs_cookies_to_accept() {
    let built = LoginManager::<User>::builder(SECRET)
        .user_loader(async |_: u64| None)
        .accept_flask_cookies_despite_auth_hash(true)
        .build();
    let error = built.unwrap_err().to_string();
    assert!(
        error.starts_with("`accept_flask_cookies_despite_auth_hash`: "),
        "{error}"
    );
}
