//! The thief of a password, of a cookie, or of a code.

use std::{sync::Barrier, thread};

use crate::app::{App, Owner, code, is_logged_in, send_code};

#[test]
fn the_cookie_of_a_pending_login_opens_no_page() {
    let app = App::start();
    let Owner { .. } = app.enrolled();
    let mut thief = app.pending();
    assert_eq!(thief.get("/login/code").status, 200);
    for page in ["/account", "/second-factor", "/confirm"] {
        assert_eq!(thief.get(page).status, 302, "{page}");
    }
    for form in [
        "/confirm",
        "/second-factor/begin",
        "/second-factor",
        "/second-factor/backup-codes",
        "/second-factor/remove",
    ] {
        let response = thief.post(form, &[("password", "x"), ("code", "x")]);
        assert!(response.location().unwrap().starts_with("/login"), "{form}");
    }
    assert!(!thief.get("/").body.contains("Log out"));
}

#[test]
fn a_code_works_once() {
    let app = App::start();
    let Owner { key, .. } = app.enrolled();
    let seen = code(&key);
    let mut owner = app.pending();
    send_code(&mut owner, &seen);
    assert!(is_logged_in(&mut owner));

    let mut thief = app.pending();
    let response = send_code(&mut thief, &seen);
    assert_eq!(response.location(), Some("/login/code"));
    let page = thief.follow(&response);
    assert!(page.body.contains("wrong, or was used before"), "{page:?}");
    assert!(!is_logged_in(&mut thief));
}

#[test]
fn the_cookie_of_a_pending_login_is_worthless_after_its_use() {
    let app = App::start();
    let Owner { key, .. } = app.enrolled();
    let mut owner = app.pending();
    let mut copy = owner.clone();
    send_code(&mut owner, &code(&key));
    app.await_next_code();
    let response = send_code(&mut copy, &code(&key));
    assert!(response.location().unwrap().starts_with("/login"));
    assert!(!response.location().unwrap().starts_with("/login/code"));
    assert!(!is_logged_in(&mut copy));
    assert!(is_logged_in(&mut owner));
}

#[test]
fn cancelling_ends_the_pending_login_and_its_copies() {
    let app = App::start();
    let Owner { key, .. } = app.enrolled();
    let mut owner = app.pending();
    let mut copy = owner.clone();
    owner.post("/logout", &[]);
    for browser in [&mut owner, &mut copy] {
        send_code(browser, &code(&key));
        assert!(!is_logged_in(browser));
    }
}

#[test]
fn of_backup_codes_sent_in_parallel_only_one_is_used_up() {
    let app = App::start();
    let mut owner = app.enrolled();
    for left in ["7 backup codes", "6 backup codes", "5 backup codes"] {
        let pending = app.pending();
        let start = Barrier::new(4);
        thread::scope(|scope| {
            for code in &owner.backup_codes[4..] {
                let (mut copy, start) = (pending.clone(), &start);
                scope.spawn(move || {
                    start.wait();
                    send_code(&mut copy, code)
                });
            }
        });
        let page = owner.browser.get("/account");
        assert!(page.body.contains(left), "{page:?}");
    }
}
