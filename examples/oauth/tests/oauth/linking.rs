//! Which account somebody at the provider gets.

use std::thread;

use crate::{
    app::{ANN, App, BEN, BENJAMIN, MALLORY},
    fake_provider::FakeProvider,
};

#[test]
fn a_verified_address_finds_the_account_that_has_it() {
    let app = App::start();
    app.execute("INSERT INTO users (name, email) VALUES ('Ann of old', 'Ann@People.example')");
    let mut visitor = app.logged_in(ANN);
    assert!(visitor.app.get("/account").body.contains("Ann of old"));
    // From now on it is the subject that counts.
    app.execute("UPDATE users SET email = NULL");
    let mut visitor = app.logged_in(ANN);
    assert!(visitor.app.get("/account").body.contains("Ann of old"));
    assert_eq!(app.users(), 1);
}

#[test]
fn first_logins_at_the_same_time_make_one_account() {
    let app = App::start();
    let visitors: Vec<_> = (0..8)
        .map(|_| {
            let mut visitor = app.visitor();
            let answer = visitor.answer("/login/begin", ANN);
            thread::spawn(move || visitor.app.get(&answer))
        })
        .collect();
    for visitor in visitors {
        let response = visitor.join().unwrap();
        assert_eq!(response.location(), Some("/account"), "{response:?}");
    }
    assert_eq!(app.users(), 1);
}

#[test]
fn an_unverified_address_finds_nobody() {
    let app = App::start();
    app.execute("INSERT INTO users (name, email) VALUES ('Victim', 'ann@people.example')");
    let mut mallory = app.logged_in(MALLORY);
    let page = mallory.app.get("/account").body;
    assert!(page.contains("Mallory") && page.contains("no verified address"));
    assert!(!page.contains("Victim") && !page.contains("ann@"));
}

#[test]
fn nobody_waits_at_an_unverified_address_for_its_owner() {
    let app = App::start();
    app.logged_in(MALLORY);
    let mut ann = app.logged_in(ANN);
    assert!(!ann.app.get("/account").body.contains("Mallory"));
    assert_eq!(app.users(), 2);
}

#[test]
fn whoever_gets_an_address_does_not_get_its_account() {
    let app = App::start();
    app.logged_in(BEN);
    let mut benjamin = app.visitor();
    let refused = benjamin.log_in(BENJAMIN);
    assert_eq!(refused.location(), Some("/login"));
    let page = benjamin.app.follow(&refused);
    assert!(page.body.contains("Another account"), "{page:?}");
    assert!(!benjamin.is_logged_in());
    assert_eq!(app.users(), 1);
}

#[test]
fn letters_that_only_look_alike_make_another_address() {
    let provider = FakeProvider::start();
    let app = App::with_provider(&provider);
    app.execute("INSERT INTO users (name, email) VALUES ('Victim', 'kim@people.example')");
    let mut visitor = app.visitor();
    let question = visitor.question("/login/begin");
    let mut claims = provider.claims(&question, "7");
    // The sign of Kelvin, which is a `k` in lower case.
    claims["email"] = "\u{212a}im@people.example".into();
    claims["email_verified"] = true.into();
    provider.answer(&mut visitor.app, &question, claims);
    assert!(!visitor.app.get("/account").body.contains("Victim"));
    assert_eq!(app.users(), 2);
}
