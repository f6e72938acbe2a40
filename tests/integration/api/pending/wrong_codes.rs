//! Wrong codes: they count per user, and after five of them no code is looked at.

use actix_login::{ActiveLogins, LoginEvent, LoginManager, store::MemoryLoginStore};

use super::site::{MINUTE, RIGHT, Site, begin, on_each_store, send_code, who};
use crate::support::{Clock, SECRET, cookie_session};

#[test]
fn five_wrong_codes_end_all_pending_logins_of_the_user() {
    on_each_store(|site| {
        let mut browsers = [(); 3].map(|()| site.pending(1));
        let mut other = site.pending(2);
        for pending in [0, 1, 0, 2] {
            assert_eq!(send_code(&mut browsers[pending], "wrong").body, "wrong");
        }
        let last = send_code(&mut browsers[1], "wrong");
        assert_eq!((last.status, last.body.as_str()), (429, ""));
        assert_eq!(site.checked(), 5);
        assert_eq!(site.count(LoginEvent::PendingLoginFailed), 5);
        assert_eq!(site.count(LoginEvent::TooManyAttempts), 1);

        for browser in &mut browsers {
            assert_eq!(browser.get("/code").status, 302);
            assert_eq!(send_code(browser, RIGHT).status, 302);
            assert_eq!(browser.post("/complete", "").status, 429);
            assert_eq!(browser.post("/failed", "").status, 429);
            assert_eq!(begin(browser, 1).status, 429);
            assert_eq!(who(browser), "None None");
        }
        assert_eq!(site.checked(), 5);
        assert_eq!(send_code(&mut other, RIGHT).body, "right");
    });
}

#[test]
fn a_code_that_cannot_be_checked_does_not_count() {
    on_each_store(|site| {
        let mut browser = site.pending(1);
        for _ in 0..6 {
            let response = browser.post("/failing-check", "");
            assert_eq!((response.status, response.body.as_str()), (500, ""));
        }
        for _ in 0..4 {
            assert_eq!(send_code(&mut browser, "wrong").body, "wrong");
        }
        assert_eq!(browser.post("/failing-check", "").status, 500);
        assert_eq!(site.count(LoginEvent::PendingLoginFailed), 4);
        assert_eq!(send_code(&mut browser, "wrong").status, 429);
        assert_eq!(browser.post("/failing-check", "").status, 302);
        assert_eq!(who(&mut browser), "None None");
    });
}

#[test]
fn the_user_may_begin_again_ten_minutes_after_the_first_wrong_code() {
    on_each_store(|site| {
        let mut old = site.pending(1);
        assert_eq!(send_code(&mut old, "wrong").body, "wrong");
        site.clock.advance(9 * MINUTE);
        let mut browser = site.pending(1);
        for _ in 0..3 {
            assert_eq!(send_code(&mut browser, "wrong").body, "wrong");
        }
        assert_eq!(send_code(&mut browser, "wrong").status, 429);
        assert_eq!(begin(&mut site.browser(), 1).status, 429);
        site.clock.advance(MINUTE);
        // The pending login of two minutes ago has ended, and not only been refused.
        assert_eq!(browser.get("/code").status, 302);
        let mut browser = site.pending(1);
        for _ in 0..4 {
            assert_eq!(send_code(&mut browser, "wrong").body, "wrong");
        }
        assert_eq!(send_code(&mut browser, RIGHT).body, "right");
    });
}

#[test]
fn a_count_that_starts_late_lasts_its_whole_time() {
    on_each_store(|site| {
        let mut browser = site.pending(1);
        assert_eq!(send_code(&mut browser, "wrong").body, "wrong");
        // The entry of the counter is about to expire.
        site.clock.advance(20 * MINUTE - MINUTE / 60);
        let mut browser = site.pending(1);
        for _ in 0..4 {
            assert_eq!(send_code(&mut browser, "wrong").body, "wrong");
        }
        site.clock.advance(9 * MINUTE);
        let mut browser = site.pending(1);
        assert_eq!(send_code(&mut browser, "wrong").status, 429);
    });
}

#[test]
fn a_right_code_forgets_the_wrong_ones() {
    on_each_store(|site| {
        for _ in 0..3 {
            let mut browser = site.pending(1);
            for _ in 0..4 {
                assert_eq!(send_code(&mut browser, "wrong").body, "wrong");
            }
            assert_eq!(send_code(&mut browser, RIGHT).body, "right");
        }
    });
}

#[test]
fn wrong_codes_that_the_app_reports_count_as_well() {
    on_each_store(|site| {
        let mut browser = site.pending(1);
        assert_eq!(send_code(&mut browser, "wrong").body, "wrong");
        for _ in 0..3 {
            assert_eq!(browser.post("/failed", "").body, "counted");
        }
        assert_eq!(browser.post("/failed", "").status, 429);
        assert_eq!(browser.post("/complete", "").status, 429);
        assert_eq!(site.count(LoginEvent::PendingLoginFailed), 5);
    });
}

#[test]
fn a_rotation_of_keys_keeps_pending_logins_and_the_count() {
    let (store, clock) = (MemoryLoginStore::new(), Clock::new());
    let active = || ActiveLogins::in_store(store.clone());
    let old = Site::with_clock(
        |builder| builder.active_logins(active()),
        cookie_session,
        clock.clone(),
    );
    let users = old.users.clone();
    let new = Site::with_clock(
        |_| {
            LoginManager::builder([8; 32])
                .previous_keys([SECRET])
                .user_loader(async move |id: u64| users.get(id))
                .login_view("/login")
                .active_logins(active())
        },
        cookie_session,
        clock,
    );
    let mut browser = old.pending(1);
    for _ in 0..3 {
        assert_eq!(send_code(&mut browser, "wrong").body, "wrong");
    }
    let mut rotated = new.browser();
    rotated.cookies.clone_from(&browser.cookies);
    assert_eq!(send_code(&mut rotated, "wrong").body, "wrong");
    let mut winner = rotated.clone();
    assert_eq!(send_code(&mut winner, RIGHT).body, "right");

    let mut browser = old.pending(2);
    for _ in 0..4 {
        assert_eq!(send_code(&mut browser, "wrong").body, "wrong");
    }
    rotated.cookies.clone_from(&browser.cookies);
    assert_eq!(send_code(&mut rotated, "wrong").status, 429);
    assert_eq!(begin(&mut browser, 2).status, 429);
}
