//! Guessing: codes, and who has an account.

use std::thread;

use example_support::Response;

use crate::app::{App, NAME, Owner, PASSWORD, code, is_logged_in, log_in, send_code, wrong_code};

#[test]
fn five_wrong_codes_end_all_pending_logins_of_the_user() {
    let app = App::start();
    let Owner {
        key, backup_codes, ..
    } = app.enrolled();
    let wrong = wrong_code(&key);
    let mut other = app.pending();
    let statuses: Vec<u16> = (0..5)
        // A new pending login for each code does not help.
        .map(|_| send_code(&mut app.pending(), &wrong).status)
        .collect();
    assert_eq!(statuses, [303, 303, 303, 303, 429]);

    // The right codes do not help any more, and so no guess is confirmed.
    for right in [&code(&key), &backup_codes[0]] {
        send_code(&mut other, right);
        assert!(!is_logged_in(&mut other));
    }
    let refused = log_in(&mut app.browser());
    assert_eq!(refused.status, 429);
    assert!(refused.body.contains("too many wrong codes"));
}

#[test]
fn guesses_in_parallel_are_no_more_than_five() {
    let app = App::start();
    let Owner { key, .. } = app.enrolled();
    let wrong = wrong_code(&key);
    let browsers: Vec<_> = (0..12).map(|_| app.pending()).collect();
    let threads: Vec<_> = browsers
        .into_iter()
        .map(|mut browser| {
            let wrong = wrong.clone();
            thread::spawn(move || send_code(&mut browser, &wrong))
        })
        .collect();
    let responses: Vec<Response> = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    let checked = |response: &&Response| {
        let location = response.location();
        location.is_some_and(|to| to.starts_with("/login/code"))
    };
    assert!(responses.iter().filter(checked).count() <= 4);
    assert_eq!(log_in(&mut app.browser()).status, 429);
}

#[test]
fn wrong_codes_do_not_end_the_login_of_the_owner() {
    let app = App::start();
    let mut owner = app.enrolled();
    let wrong = wrong_code(&owner.key);
    for _ in 0..5 {
        send_code(&mut app.pending(), &wrong);
    }
    assert!(is_logged_in(&mut owner.browser));
}

#[test]
fn a_wrong_password_does_not_tell_who_has_an_account_or_a_second_factor() {
    let app = App::start();
    let _owner = app.enrolled();
    let log_in = |name, password| {
        let mut browser = app.browser();
        let response = browser.post("/login", &[("name", name), ("password", password)]);
        assert_eq!(response.location(), Some("/login"));
        browser.follow(&response).body
    };
    assert_eq!(log_in(NAME, "guess"), log_in("nobody", PASSWORD));
}
