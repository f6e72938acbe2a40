//! While the store is down, no login begins, is completed or is lost.

use actix_login::{LoginEvent, store::MemoryLoginStore};

use super::site::{RIGHT, Site, begin, send_code, who};
use crate::support::{Browser, Response, TestLoginStore};

fn site() -> (Site, TestLoginStore) {
    let store = TestLoginStore::new(MemoryLoginStore::new());
    (Site::on(store.clone()), store)
}

#[track_caller]
fn assert_failed(response: &Response, operation: &str) {
    let got = (response.status, response.body.as_str());
    assert_eq!(got, (500, ""), "{operation}");
    assert_eq!(response.set_cookies(), [], "{operation}");
}

#[test]
fn a_begin_that_fails_midway_leaves_no_entry() {
    for operation in ["*", "begin", "list", "end"] {
        let (site, store) = site();
        let mut browser = site.pending(1);
        store.fail(&[operation]);
        assert_failed(&begin(&mut browser, 2), operation);
        store.fail(&[]);
        if operation != "end" {
            assert_eq!(store.stored(":pending:User:2"), [], "{operation}");
        }
        assert!(browser.get("/code").body.starts_with("user 1"));
    }
}

#[test]
fn a_pending_user_needs_the_store() {
    for operation in ["*", "list", "find"] {
        let (site, store) = site();
        let mut browser = site.pending(1);
        store.fail(&[operation]);
        assert_failed(&browser.get("/code"), operation);
        store.fail(&[]);
        assert_eq!(send_code(&mut browser, RIGHT).body, "right");
    }
}

#[test]
fn a_completion_that_fails_midway_logs_nobody_in() {
    let send: [fn(&mut Browser) -> Response; 2] = [
        |browser| send_code(browser, RIGHT),
        |browser| browser.post("/complete", ""),
    ];
    for send in send {
        for operation in ["*", "list", "find", "replace_cookie", "end", "begin"] {
            let (site, store) = site();
            let mut browser = site.browser();
            browser.post("/login-at-once", "id=2");
            begin(&mut browser, 1);
            store.fail(&[operation]);
            assert_failed(&send(&mut browser), operation);
            store.fail(&[]);
            assert_eq!(who(&mut browser), "Some(2) Some(2)", "{operation}");
            assert_eq!(site.count(LoginEvent::UserLoggedIn), 1, "{operation}");
            assert_eq!(store.stored("User:1"), [], "{operation}");
        }
    }
}

#[test]
fn no_code_is_checked_that_the_store_fails_to_count() {
    for operation in ["*", "list", "replace_cookie", "begin"] {
        let (site, store) = site();
        let mut browser = site.pending(1);
        store.fail(&[operation]);
        assert_failed(&send_code(&mut browser, RIGHT), operation);
        assert_failed(&browser.post("/failed", ""), operation);
        assert_eq!(site.checked(), 0, "{operation}");
    }
}

#[test]
fn the_last_wrong_code_counts_even_if_the_pending_logins_cannot_be_ended() {
    let (site, store) = site();
    let mut browser = site.pending(1);
    for _ in 0..4 {
        send_code(&mut browser, "wrong");
    }
    store.fail(&["end"]);
    assert_failed(&send_code(&mut browser, "wrong"), "end");
    store.fail(&[]);
    assert_eq!(send_code(&mut browser, RIGHT).status, 302);
    assert_eq!(begin(&mut browser, 1).status, 429);
}

#[test]
fn a_logout_that_cannot_end_the_pending_login_fails() {
    let (site, store) = site();
    let mut browser = site.pending(1);
    store.fail(&["end"]);
    assert_failed(&browser.post("/logout", ""), "logout");
    assert_failed(&browser.post("/login-at-once", "id=1"), "login");
    store.fail(&[]);
    assert!(browser.get("/code").body.starts_with("user 1"));
    assert_eq!(who(&mut browser), "None None");
}
