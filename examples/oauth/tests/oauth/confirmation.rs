//! Authenticating again before a critical page, and what does not count as that.

use serde_json::Value;

use crate::{
    app::{ANN, App, BEN, parameter},
    fake_provider::{FakeProvider, now},
};

const ELEVEN_MINUTES: u64 = 11 * 60;

#[test]
fn the_provider_is_told_to_ask_again() {
    let app = App::start();
    let mut visitor = app.logged_in(ANN);
    let question = visitor.question("/confirm/begin");
    assert_eq!(parameter(&question, "prompt").as_deref(), Some("login"));
    assert_eq!(parameter(&question, "max_age").as_deref(), Some("0"));
}

#[test]
fn a_login_from_an_old_session_at_the_provider_is_not_fresh() {
    let provider = FakeProvider::start();
    let app = App::with_provider(&provider);
    for time in [Value::Null, (now() - ELEVEN_MINUTES).into()] {
        let mut visitor = app.visitor();
        let question = visitor.question("/login/begin");
        let mut claims = provider.claims(&question, "7");
        claims["auth_time"] = time;
        provider.answer(&mut visitor.app, &question, claims);
        assert!(visitor.is_logged_in());
        assert!(!visitor.opens_critical_pages());
    }
}

#[test]
fn an_old_session_at_the_provider_confirms_nothing() {
    let provider = FakeProvider::start();
    let app = App::with_provider(&provider);
    let mut visitor = app.visitor();
    let question = visitor.question("/login/begin");
    let claims = provider.claims(&question, "7");
    provider.answer(&mut visitor.app, &question, claims);
    visitor.change_device();
    // The browser has removed `max_age` from the URL, so the provider did not ask.
    for time in [Value::Null, (now() - ELEVEN_MINUTES).into()] {
        let question = visitor.question("/confirm/begin?next=%2Faccount%2Fdelete");
        let mut claims = provider.claims(&question, "7");
        claims["auth_time"] = time;
        let refused = provider.answer(&mut visitor.app, &question, claims);
        assert_eq!(
            refused.location(),
            Some("/confirm?next=%2Faccount%2Fdelete")
        );
        assert!(!visitor.opens_critical_pages());
    }
    let question = visitor.question("/confirm/begin");
    let claims = provider.claims(&question, "7");
    provider.answer(&mut visitor.app, &question, claims);
    assert!(visitor.opens_critical_pages());
}

#[test]
fn somebody_else_confirms_nothing() {
    let app = App::start();
    let mut visitor = app.logged_in(ANN);
    visitor.change_device();
    let answer = visitor.answer("/confirm/begin", BEN);
    let refused = visitor.app.get(&answer);
    assert_eq!(refused.location(), Some("/confirm"));
    let page = visitor.app.follow(&refused);
    assert!(page.body.contains("That is somebody else"), "{page:?}");
    assert!(visitor.app.get("/account").body.contains("Ann"));
    assert!(!visitor.opens_critical_pages());
}

#[test]
fn the_own_provider_keeps_a_session_and_its_time() {
    let app = App::start();
    let mut visitor = app.logged_in(ANN);
    let question = visitor.question("/confirm/begin");
    let asked = visitor.provider.get(&question);
    assert!(!asked.body.contains("logged in here"));
    let stripped = question
        .replace("max_age=0", "")
        .replace("prompt=login", "");
    let spared = visitor.provider.get(&stripped);
    assert!(spared.body.contains("logged in here"), "{spared:?}");
}
