//! Flask-Login's remember cookies beside active logins: which login they start, and what ends them.

mod races;
mod site;

use std::time::Duration;

use actix_login::{CookieRejectReason, LoginEvent};

use crate::support::{
    Browser, REMEMBER,
    active_site::{TEN_SECONDS, log_in, logins, who},
};

use self::site::FlaskSite;

const MINUTE: Duration = Duration::from_secs(60);

/// Each function is a test over memory and one over Redis.
macro_rules! over_memory_and_redis {
    ($($name:ident),* $(,)?) => {
        mod in_memory {
            $(#[test]
            fn $name() {
                super::$name(&super::FlaskSite::in_memory(|active| active));
            })*
        }

        mod in_redis {
            $(#[test]
            fn $name() {
                if let Some(site) = super::FlaskSite::in_redis(|active| active) {
                    super::$name(&site);
                }
            })*
        }
    };
}

over_memory_and_redis!(
    a_copy_starts_no_login_after_logout,
    a_copy_starts_no_login_after_logout_of_a_login_by_password,
    a_logout_elsewhere_leaves_flasks_cookies_alone,
    a_copy_starts_no_login_after_end_all_logins_of,
    a_copy_starts_no_login_after_end_other_logins,
    a_copy_starts_no_login_after_its_login_was_ended,
    a_logout_with_the_flask_cookie_alone_ends_it,
    an_id_that_is_written_in_another_way_is_the_same_user,
    ten_requests_of_one_browser_share_a_login,
    a_client_that_keeps_no_cookies_has_one_login,
    two_browsers_have_a_login_each,
    two_browsers_with_one_fingerprint_do_not_disturb_each_other,
    a_copied_replacement_is_detected,
    other_users_keep_their_flask_cookies,
    a_logout_by_a_flask_cookie_that_was_just_replaced_ends_its_login,
    ending_other_logins_by_a_flask_cookie_that_was_just_replaced_keeps_this_browser,
);

/// Another tab has sent the cookie at the same time, and its response is not there yet.
fn a_logout_by_a_flask_cookie_that_was_just_replaced_ends_its_login(site: &FlaskSite) {
    let mut tab = site.browser_of("1");
    let mut other_tab = tab.clone();
    assert_eq!(who(&mut tab), "Some(1)");
    assert_eq!(other_tab.post("/logout", "").status, 200);
    assert_eq!(who(&mut tab), "None");
}

fn ending_other_logins_by_a_flask_cookie_that_was_just_replaced_keeps_this_browser(
    site: &FlaskSite,
) {
    let mut tab = site.browser_of("1");
    let mut other_tab = tab.clone();
    assert_eq!(who(&mut tab), "Some(1)");
    assert_eq!(other_tab.post("/end-others", "").status, 200);
    assert_eq!(who(&mut other_tab), "Some(1)");
    site.clock.advance(TEN_SECONDS);
    assert_eq!(who(&mut tab), "None");
    assert_eq!(who(&mut other_tab), "Some(1)");
}

fn is_rejected(browser: &mut Browser) {
    let response = browser.get("/who");
    assert_eq!((response.status, response.body.as_str()), (200, "None"));
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
}

fn a_copy_starts_no_login_after_logout(site: &FlaskSite) {
    let mut browser = site.browser_of("1");
    let mut copy = browser.clone();
    let mut elsewhere = site.other_browser_of("1", "elsewhere");
    let mut not_restored = site.other_browser_of("1", "not restored");
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut elsewhere), "Some(1)");

    assert_eq!(browser.post("/logout", "").status, 200);
    is_rejected(&mut copy);
    is_rejected(&mut not_restored);
    let revoked = LoginEvent::RememberCookieRejected {
        reason: CookieRejectReason::Revoked,
    };
    assert_eq!(site.events.count(revoked), 2);
    // The login of the other browser stays.
    assert_eq!(who(&mut elsewhere), "Some(1)");
    elsewhere.restart();
    assert_eq!(who(&mut elsewhere), "Some(1)");
    log_in(&mut not_restored, 1);
    assert_eq!(who(&mut not_restored), "Some(1)");
    assert_eq!(site.count(1), 2);
}

fn a_copy_starts_no_login_after_logout_of_a_login_by_password(site: &FlaskSite) {
    let mut browser = site.browser_of("1");
    let mut copy = browser.clone();
    let logged_in = log_in(&mut browser, 1);
    assert!(logged_in.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(browser.post("/logout", "").status, 200);
    is_rejected(&mut copy);
}

/// The browser was never restored.
fn a_logout_elsewhere_leaves_flasks_cookies_alone(site: &FlaskSite) {
    let mut elsewhere = site.app.browser();
    log_in(&mut elsewhere, 1);
    elsewhere.post("/logout", "");
    assert_eq!(who(&mut site.browser_of("1")), "Some(1)");
}

fn a_copy_starts_no_login_after_end_all_logins_of(site: &FlaskSite) {
    let mut browser = site.browser_of("1");
    let mut copy = browser.clone();
    assert_eq!(who(&mut browser), "Some(1)");
    crate::support::block_on(site.manager.end_all_logins_of(&1)).unwrap();
    assert_eq!(who(&mut browser), "None");
    is_rejected(&mut copy);

    // It is noted for a user without any login, too.
    crate::support::block_on(site.manager.end_all_logins_of(&2)).unwrap();
    is_rejected(&mut site.browser_of("2"));
}

fn a_copy_starts_no_login_after_end_other_logins(site: &FlaskSite) {
    let mut browser = site.browser_of("1");
    let mut copy = browser.clone();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(browser.post("/end-others", "").status, 200);
    is_rejected(&mut copy);
    assert_eq!(who(&mut browser), "Some(1)");
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
}

fn a_copy_starts_no_login_after_its_login_was_ended(site: &FlaskSite) {
    let mut browser = site.browser_of("1");
    let mut copy = browser.clone();
    assert_eq!(who(&mut browser), "Some(1)");
    let mut elsewhere = site.other_browser_of("1", "elsewhere");
    let lines = logins(&mut elsewhere);
    let other = lines.iter().find(|line| !line.is_current).unwrap();
    assert_eq!(
        elsewhere.post("/end", &format!("id={}", other.id)).status,
        200
    );
    is_rejected(&mut copy);
    assert_eq!(who(&mut browser), "None");
    assert_eq!(who(&mut elsewhere), "Some(1)");
}

fn a_logout_with_the_flask_cookie_alone_ends_it(site: &FlaskSite) {
    let mut browser = site.browser_of("+01");
    let mut copy = site.browser_of("1");
    assert_eq!(browser.post("/logout", "").status, 200);
    is_rejected(&mut copy);
    is_rejected(&mut site.browser_of("+01"));
}

fn an_id_that_is_written_in_another_way_is_the_same_user(site: &FlaskSite) {
    let mut browser = site.browser_of("+01");
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(logins(&mut browser).len(), 1);
    assert_eq!(browser.get("/remembered").body, "true");
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.count(1), 1);

    crate::support::block_on(site.manager.end_all_logins_of(&1)).unwrap();
    assert_eq!(who(&mut browser), "None");
    for id in ["1", "+1", "01", "+01"] {
        is_rejected(&mut site.browser_of(id));
    }
}

fn ten_requests_of_one_browser_share_a_login(site: &FlaskSite) {
    let browser = site.browser_of("1");
    let requests: Vec<_> = (0..10)
        .map(|_| {
            let mut tab = browser.clone();
            std::thread::spawn(move || {
                assert_eq!(who(&mut tab), "Some(1)");
                tab
            })
        })
        .collect();
    let tabs: Vec<Browser> = requests
        .into_iter()
        .map(|tab| tab.join().unwrap())
        .collect();
    assert_eq!(site.count(1), 1);
    // Whatever response came last, the browser is logged in, and its login stays one.
    let mut replaced = tabs;
    replaced.retain(|tab| tab.cookies != browser.cookies);
    assert_eq!(replaced.len(), 1);
    let mut browser = replaced.remove(0);
    for _ in 0..3 {
        site.clock.advance(5 * MINUTE);
        assert_eq!(who(&mut browser), "Some(1)");
        browser.restart();
        assert_eq!(who(&mut browser), "Some(1)");
    }
    assert_eq!(site.count(1), 1);
}

fn a_client_that_keeps_no_cookies_has_one_login(site: &FlaskSite) {
    for _ in 0..20 {
        assert_eq!(who(&mut site.browser_of("1")), "Some(1)");
        site.clock.advance(MINUTE);
    }
    assert_eq!(site.count(1), 1);
}

fn two_browsers_have_a_login_each(site: &FlaskSite) {
    let mut browser = site.browser_of("1");
    let mut other = site.other_browser_of("1", "other");
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut other), "Some(1)");
    assert_eq!(site.count(1), 2);
}

fn two_browsers_with_one_fingerprint_do_not_disturb_each_other(site: &FlaskSite) {
    let mut browsers = [site.browser_of("1"), site.browser_of("1")];
    for _ in 0..5 {
        for browser in &mut browsers {
            assert_eq!(who(browser), "Some(1)");
        }
        site.clock.advance(5 * MINUTE);
        for browser in &mut browsers {
            assert_eq!(who(browser), "Some(1)");
            browser.restart();
        }
    }
    assert_eq!(site.count(1), 2);
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

fn a_copied_replacement_is_detected(site: &FlaskSite) {
    let mut browser = site.browser_of("1");
    assert_eq!(who(&mut browser), "Some(1)");
    browser.restart();
    let (mut thief, mut flask) = (browser.clone(), site.browser_of("1"));
    for _ in 0..2 {
        assert_eq!(who(&mut browser), "Some(1)");
        site.clock.advance(5 * MINUTE);
    }
    assert_eq!(who(&mut thief), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut browser), "None");
    is_rejected(&mut flask);
}

fn other_users_keep_their_flask_cookies(site: &FlaskSite) {
    let mut browser = site.browser_of("1");
    assert_eq!(who(&mut browser), "Some(1)");
    browser.post("/logout", "");
    assert_eq!(who(&mut site.browser_of("2")), "Some(2)");
}
