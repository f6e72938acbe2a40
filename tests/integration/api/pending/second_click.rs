//! The form with the code sent twice: the second request changes nothing.

use super::site::{MINUTE, RIGHT, Site, begin, on_each_store, send_code, who};
use crate::support::Browser;

fn shown(browser: &mut Browser) -> String {
    browser.get("/flashes").body
}

#[test]
fn a_second_click_leaves_the_session_of_the_first_alone() {
    on_each_store(|site| {
        let mut browser = site.pending(1);
        let mut second = browser.clone();
        assert_eq!(send_code(&mut browser, RIGHT).body, "right");
        for refused in [send_code(&mut second, RIGHT), second.get("/code")] {
            assert_eq!(refused.status, 302);
            assert_eq!(refused.location(), Some("/login"));
            assert_eq!(refused.set_cookies(), []);
        }
        assert_eq!(who(&mut second), "None None");
        assert_eq!(who(&mut browser), "Some(1) Some(1)");
    });
}

#[test]
fn who_has_logged_in_is_not_told_to_log_in() {
    let site = Site::new();
    let mut browser = site.pending(1);
    send_code(&mut browser, RIGHT);
    let refused = browser.get("/code");
    assert_eq!(refused.location(), Some("/login"));
    assert_eq!(shown(&mut browser), "");
    assert_eq!(who(&mut browser), "Some(1) Some(1)");
}

#[test]
fn a_stranger_and_a_user_who_took_too_long_are_told_to_log_in() {
    let site = Site::new();
    let mut late = site.pending(1);
    site.clock.advance(10 * MINUTE);
    for browser in [&mut late, &mut site.browser()] {
        assert_eq!(browser.get("/code").location(), Some("/login"));
        assert_eq!(shown(browser), "Please log in to access this page.");
    }
    begin(&mut late, 1);
    assert_eq!(send_code(&mut late, RIGHT).body, "right");
}
