//! `refresh_each_request`: the remember cookie of a regular visitor.

use std::time::Duration;

use actix_login::{CurrentUser, LoginOptions, RememberCookie, login_user_with};
use actix_web::{
    HttpRequest, HttpResponse, Result,
    http::header::CACHE_CONTROL,
    web::{self, Path, ServiceConfig},
};

use crate::{
    serve,
    support::{
        REMEMBER, SESSION, cookie_session,
        pages::{User, builder},
        site::Site,
    },
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const DAYS_30: u64 = 30 * 24 * 60 * 60;

fn site() -> Site {
    Site::new(|manager| {
        manager.remember_cookie(
            RememberCookie::new()
                .duration(30 * DAY)
                .refresh_each_request(true),
        )
    })
}

fn first_issued(token: &str) -> u64 {
    token.split('.').nth(1).unwrap().parse().unwrap()
}

#[test]
fn refresh_each_request_never_turns_a_plain_login_into_a_remembered_one() {
    let site = site();
    let mut browser = site.logged_in();
    for page in ["/who", "/public", "/protected", "/cart", "/nowhere"] {
        assert!(browser.get(page).set_cookie(REMEMBER).is_none(), "{page}");
    }
    let again = browser.post("/login", "1");
    assert!(again.set_cookie(REMEMBER).is_none());
}

#[test]
fn refresh_each_request_works_on_every_page() {
    let site = site();
    let mut browser = site.remembered();
    for page in ["/who", "/public", "/protected", "/cart", "/nowhere"] {
        site.wait(20 * DAY);
        let response = browser.get(page);
        let cookie = response.set_cookie(REMEMBER).unwrap();
        assert_eq!(cookie.max_age(), Some(DAYS_30), "{page}");
    }
    browser.restart();
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn without_refresh_each_request_the_cookie_is_set_once() {
    let site = Site::new(|manager| manager);
    let mut browser = site.remembered();
    for page in ["/who", "/public", "/protected"] {
        assert!(browser.get(page).set_cookie(REMEMBER).is_none(), "{page}");
    }
    browser.restart();
    assert!(browser.get("/who").set_cookie(REMEMBER).is_none());
}

#[test]
fn a_refresh_keeps_the_cookies_first_issue_time_and_duration() {
    let site = site();
    let mut browser = site.browser();
    browser.post("/login?remember=true&duration=600", "1");
    let issued = first_issued(browser.cookie(REMEMBER).unwrap());
    for page in ["/public", "/who", "/public"] {
        site.wait(Duration::from_secs(400));
        let cookie = browser.get(page).set_cookie(REMEMBER).unwrap();
        assert_eq!(cookie.max_age(), Some(600));
        assert_eq!(first_issued(&cookie.value), issued);
    }
    browser.restart();
    let restored = browser.get("/who");
    assert_eq!(restored.body, "1 stale");
    let cookie = restored.set_cookie(REMEMBER).unwrap();
    assert_eq!(first_issued(&cookie.value), issued);
    site.wait(Duration::from_secs(600));
    browser.restart();
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_refreshed_cookie_expires_at_the_remember_deadline() {
    let site = Site::new(|manager| {
        manager.remember_cookie(
            RememberCookie::new()
                .duration(30 * DAY)
                .refresh_each_request(true)
                .remember_deadline(45 * DAY),
        )
    });
    let mut browser = site.remembered();
    site.wait(20 * DAY);
    let cookie = browser.get("/public").set_cookie(REMEMBER).unwrap();
    assert_eq!(cookie.max_age(), Some(25 * 24 * 60 * 60));
    site.wait(20 * DAY);
    let cookie = browser.get("/who").set_cookie(REMEMBER).unwrap();
    assert_eq!(cookie.max_age(), Some(5 * 24 * 60 * 60));
    site.wait(5 * DAY);
    browser.restart();
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_remember_deadline_set_later_applies_to_existing_cookies() {
    let before = Site::new(|manager| manager);
    let browser = before.remembered();
    let after = Site::deployed(&before.world, crate::support::SECRET, |manager| {
        manager.remember_cookie(RememberCookie::new().remember_deadline(10 * DAY))
    });
    let mut browser = after.returning(&browser);
    after.wait(10 * DAY - Duration::from_secs(1));
    browser.restart();
    assert_eq!(browser.clone().get("/who").body, "1 stale");
    after.wait(Duration::from_secs(1));
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_refresh_renews_only_a_valid_cookie_of_the_current_user() {
    let site = site();
    let mut browser = site.browser();
    browser.post("/login", "2");
    let mut forged = browser.clone();
    forged
        .cookies
        .insert(REMEMBER.to_owned(), "forged".to_owned());
    assert!(forged.get("/public").set_cookie(REMEMBER).is_none());

    let token = site.remembered().cookie(REMEMBER).unwrap().to_owned();
    browser.cookies.insert(REMEMBER.to_owned(), token);
    assert_eq!(browser.get("/who").body, "2 fresh");
    assert!(browser.get("/who").set_cookie(REMEMBER).is_none());
    for page in ["/public", "/nowhere"] {
        assert!(browser.get(page).set_cookie(REMEMBER).is_none(), "{page}");
    }
    let mut owner = site.remembered();
    assert!(owner.get("/public").set_cookie(REMEMBER).is_some());
    owner.restart();
    assert!(owner.get("/public").set_cookie(REMEMBER).is_some());

    let mut expired = site.remembered();
    site.wait(30 * DAY);
    assert!(expired.get("/public").set_cookie(REMEMBER).is_none());
}

#[test]
fn a_refresh_does_not_revive_a_cookie_after_a_password_change() {
    let site = site();
    site.world.users.set_hash("1", "old");
    let mut browser = site.remembered();
    browser.restart();
    site.world.users.set_hash("1", "new");
    browser.get("/public");
    assert_eq!(browser.get("/who").body, "nobody");
    assert!(browser.cookie(REMEMBER).is_none());
}

#[test]
fn logout_takes_precedence_over_the_refresh() {
    let site = site();
    let mut browser = site.remembered();
    let response = browser.post("/logout", "");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(
        response
            .set_cookies()
            .iter()
            .filter(|it| it.name == REMEMBER)
            .count(),
        1
    );
}

/// Pages with their own `Cache-Control`: the last part of the path.
fn cached_pages(config: &mut ServiceConfig) {
    fn cached(caching: &str) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        if caching != "unsaid" {
            response.insert_header((CACHE_CONTROL, caching));
        }
        response.finish()
    }
    async fn unasked(caching: Path<String>) -> HttpResponse {
        cached(&caching)
    }
    async fn asked(caching: Path<String>, _: CurrentUser<User>) -> HttpResponse {
        cached(&caching)
    }
    async fn log_in(req: HttpRequest, caching: Path<String>) -> Result<HttpResponse> {
        let remembered = LoginOptions::new().remember(true);
        login_user_with(&req, &User::from(1), remembered).await?;
        Ok(cached(&caching))
    }
    config
        .route("/unasked/{caching}", web::get().to(unasked))
        .route("/asked/{caching}", web::get().to(asked))
        .route("/login/{caching}", web::post().to(log_in));
}

#[test]
fn no_shared_cache_gets_a_remember_cookie() {
    let cookie = RememberCookie::new().refresh_each_request(true);
    let manager = builder::<User>().remember_cookie(cookie).build().unwrap();
    let app = serve!(cached_pages, cookie_session(), manager.clone());
    let mut browser = app.browser();
    browser.post("/login/unsaid", "");

    // The response's own header is kept if it excludes shared caches.
    for (said, caching) in [
        ("unsaid", "private"),
        ("no-store", "no-store"),
        ("max-age=60,%20Private", "max-age=60, Private"),
        (
            "no-cache,%20must-revalidate",
            "no-cache, must-revalidate, private",
        ),
    ] {
        for page in ["unasked", "asked"] {
            let response = browser.get(&format!("/{page}/{said}"));
            assert!(response.set_cookie(REMEMBER).is_some(), "{page} {said}");
            let caches: Vec<_> = response.headers("cache-control").collect();
            assert_eq!(caches.join(", "), caching, "{page}");
            assert!(response.varies_by("Cookie"), "{page} {said}");
        }
    }
    // If the response is public, the cookie can wait for another page.
    for said in ["public", "max-age=60", "public,%20s-maxage=60"] {
        for page in ["unasked", "asked"] {
            let response = browser.get(&format!("/{page}/{said}"));
            assert!(response.set_cookie(REMEMBER).is_none(), "{page} {said}");
            assert_ne!(response.header("cache-control"), Some("private"), "{page}");
        }
    }
    // A login cannot wait.
    for (said, caching) in [
        ("public", "private"),
        ("Public,%20max-age=60,%20S-MaxAge=9", "max-age=60, private"),
        ("no-cache", "no-cache, private"),
    ] {
        let login = browser.post(&format!("/login/{said}"), "");
        assert!(login.set_cookie(REMEMBER).is_some());
        let caches: Vec<_> = login.headers("cache-control").collect();
        assert_eq!(caches.join(", "), caching);
    }
}

#[test]
fn a_page_without_a_cookie_to_refresh_sets_no_cache_headers() {
    let cookie = RememberCookie::new().refresh_each_request(true);
    let manager = builder::<User>().remember_cookie(cookie).build().unwrap();
    let app = serve!(cached_pages, cookie_session(), manager.clone());
    let response = app.browser().get("/unasked/unsaid");
    assert_eq!(response.header("cache-control"), None);
    assert_eq!(response.header("vary"), None);
}

#[test]
fn no_shared_cache_gets_a_session_cookie_of_a_login() {
    let manager = builder::<User>().build().unwrap();
    let app = serve!(cached_pages, cookie_session(), manager.clone());
    let mut browser = app.browser();
    browser.post("/login/unsaid", "");
    for (said, caching) in [
        ("public,%20max-age=60", "max-age=60, private"),
        ("no-store", "no-store"),
    ] {
        browser.restart();
        let response = browser.get(&format!("/asked/{said}"));
        assert!(response.set_cookie(SESSION).is_some());
        let caches: Vec<_> = response.headers("cache-control").collect();
        assert_eq!(caches.join(", "), caching);
    }
    let again = browser.get("/asked/public");
    assert_eq!(again.header("cache-control"), Some("public"));
}
