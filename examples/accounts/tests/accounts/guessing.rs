//! Guessing: passwords, and who has an account.

use std::time::Duration;

use example_support::{Browser, Response};

use crate::app::{App, PASSWORD, log_in, move_to};

const ANN: &str = "ann@example.com";
const NOBODY: &str = "nobody@example.com";

#[test]
fn guessing_the_password_of_an_account_is_refused() {
    let mut app = App::start();
    app.signed_up(ANN);
    // Each try comes from another address, for a known and an unknown user.
    let responses = |email: &str| -> Vec<Response> {
        (0..12)
            .map(|number| {
                let mut browser = app.browser();
                move_to(&mut browser, &format!("192.0.2.{number}"));
                log_in(&mut browser, email, &format!("guess {number}"))
            })
            .collect()
    };
    let [known, unknown] = [ANN, NOBODY].map(responses);
    for (known, unknown) in known.iter().zip(&unknown) {
        assert_eq!(known.status, unknown.status);
        assert_eq!(known.location(), unknown.location());
        assert_eq!(known.body, unknown.body);
    }
    let refused = known.iter().filter(|response| response.status == 429);
    assert_eq!(refused.count(), 2);
    assert!(known[11].header("Retry-After").is_some());

    // The right password does not help any more, and so no guess is confirmed.
    let mut browser = app.browser();
    move_to(&mut browser, "198.51.100.1");
    assert_eq!(log_in(&mut browser, ANN, PASSWORD).status, 429);
}

#[test]
fn guessing_from_one_address_is_refused_for_all_accounts() {
    let app = App::start();
    let mut browser = app.browser();
    let try_next = |browser: &mut Browser, number: u32| {
        log_in(browser, &format!("user{number}@example.com"), "guess").status
    };
    move_to(&mut browser, "2001:db8::1");
    let mut first_refusal = None;
    for number in 0..60 {
        if try_next(&mut browser, number) == 429 {
            first_refusal = Some(number);
            break;
        }
    }
    // A minute gives back 30 tries, and a slow machine may need that.
    assert!(
        first_refusal.is_some_and(|number| number >= 30),
        "{first_refusal:?}"
    );
    move_to(&mut browser, "2001:db8::2");
    assert_eq!(try_next(&mut browser, 100), 429);
    move_to(&mut browser, "2001:db8:0:1::1");
    assert_eq!(try_next(&mut browser, 101), 303);
}

#[test]
fn guessing_at_the_confirmation_is_refused() {
    let mut app = App::start();
    let mut thief = app.signed_up(ANN);
    let mut statuses = Vec::new();
    for number in 0..12 {
        let guess = format!("guess {number}");
        statuses.push(thief.post("/confirm", &[("password", &guess)]).status);
    }
    assert_eq!(statuses[..10], [303; 10]);
    assert_eq!(statuses[10..], [429; 2]);
}

/// The work is measured, and not the time, since that depends on what else the machine does.
#[test]
#[cfg(target_os = "linux")]
fn an_unknown_user_takes_as_much_work_as_a_wrong_password() {
    let mut app = App::start();
    app.signed_up(ANN);
    let mut browser = app.browser();
    let mut work = |email: &str| {
        let before = app.site.processor_time();
        log_in(&mut browser, email, "guess");
        app.site.processor_time() - before
    };
    // In turn, so that a busy machine does the same to both.
    let (mut known, mut unknown) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..9 {
        known += work(ANN);
        unknown += work(NOBODY);
    }
    // Without a hash, it is less than a tenth.
    assert!(unknown * 4 > known, "{unknown:?}, {known:?}");
}

#[test]
fn sign_up_and_reset_do_not_tell_who_has_an_account() {
    let mut app = App::start();
    app.signed_up(ANN);
    let mut browser = app.browser();
    for path in ["/sign-up", "/reset"] {
        let known = browser.post(path, &[("email", ANN)]);
        let unknown = browser.post(path, &[("email", NOBODY)]);
        assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    }
    assert_eq!(app.mail_to(ANN).subject, "You have an account");
}

#[test]
fn a_mailbox_is_not_flooded() {
    let app = App::start();
    let mut browser = app.browser();
    let mut statuses = Vec::new();
    for path in ["/sign-up", "/reset"].repeat(6) {
        statuses.push(browser.post(path, &[("email", ANN)]).status);
    }
    assert_eq!(statuses[..10], [200; 10]);
    assert_eq!(statuses[10..], [429; 2]);
}
