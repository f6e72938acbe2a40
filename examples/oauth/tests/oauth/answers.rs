//! Answers of the provider that belong to another browser or another login, or come twice.

use crate::app::{ANN, App, MALLORY, parameter};

#[test]
fn an_answer_of_another_browser_logs_nobody_in() {
    let app = App::start();
    let answer = app.visitor().answer("/login/begin", MALLORY);
    // As if Mallory had sent a link.
    let mut victim = app.visitor();
    let refused = victim.app.get(&answer);
    assert_eq!(refused.location(), Some("/login"));
    let page = victim.app.follow(&refused);
    assert!(page.body.contains("not begun in this browser"), "{page:?}");
    assert!(!victim.is_logged_in());

    // Not even while the victim is about to log in.
    victim.question("/login/begin");
    let refused = victim.app.get(&answer);
    let page = victim.app.follow(&refused);
    assert!(page.body.contains("not begun in this browser"), "{page:?}");
    assert!(!victim.is_logged_in());

    let mut ann = app.logged_in(ANN);
    ann.app.get(&answer);
    assert!(ann.app.get("/account").body.contains("Ann"));
    assert_eq!(app.users(), 1);
}

/// Two tabs, of which the older one comes back first; and another site that sends some answer.
#[test]
fn an_answer_to_an_older_attempt_leaves_the_newer_one() {
    let app = App::start();
    let mut visitor = app.visitor();
    let older = visitor.answer("/login/begin", ANN);
    let newer = visitor.answer("/login/begin", ANN);
    for answer in [&*older, "/login/callback?state=guessed&code=guessed"] {
        assert_eq!(visitor.app.get(answer).location(), Some("/login"));
        assert!(!visitor.is_logged_in());
    }
    visitor.app.get(&newer);
    assert!(visitor.is_logged_in());
}

#[test]
fn an_answer_works_once() {
    let app = App::start();
    let mut visitor = app.visitor();
    let answer = visitor.answer("/login/begin", ANN);
    let mut copy = visitor.clone();
    visitor.app.get(&answer);
    assert!(visitor.is_logged_in());
    let again = visitor.app.get(&answer);
    assert_eq!(again.location(), Some("/login"));
    let page = visitor.app.get("/account");
    assert!(page.body.contains("not begun in this browser"), "{page:?}");
    visitor.app.post("/logout", &[]);
    visitor.app.get(&answer);
    assert!(!visitor.is_logged_in());
    // With the cookies of that time, the app asks the provider, which knows that the code is used.
    let refused = copy.app.get(&answer);
    assert_eq!(refused.location(), Some("/login"));
    assert!(!copy.is_logged_in());
}

#[test]
fn a_stolen_code_is_worthless_in_the_login_of_the_thief() {
    let app = App::start();
    let answer = app.visitor().answer("/login/begin", ANN);
    let stolen = parameter(&answer, "code").unwrap();
    let mut thief = app.visitor();
    let question = thief.question("/login/begin");
    let state = parameter(&question, "state").unwrap();
    let refused = thief
        .app
        .get(&format!("/login/callback?code={stolen}&state={state}"));
    assert_eq!(refused.location(), Some("/login"));
    assert!(!thief.is_logged_in());
}

/// Whoever has stolen the secret of the app as well still lacks the verifier.
#[test]
fn the_own_provider_exchanges_no_code_without_its_verifier() {
    let app = App::start();
    let mut visitor = app.visitor();
    let question = visitor.question("/login/begin");
    let redirect_uri = parameter(&question, "redirect_uri").unwrap();
    let answer = visitor.choose(&question, ANN);
    let code = parameter(&answer, "code").unwrap();
    let refused = visitor
        .provider
        .request("POST", "/token")
        // `example:example-secret`
        .header("Authorization", "Basic ZXhhbXBsZTpleGFtcGxlLXNlY3JldA==")
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", &"x".repeat(43)),
        ])
        .send();
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("invalid_grant"), "{refused:?}");
}

#[test]
fn an_answer_without_state_or_code_logs_nobody_in() {
    let app = App::start();
    let mut visitor = app.visitor();
    for query in ["", "?code=x", "?state=", "?code=x&state=", "?error=x"] {
        visitor.question("/login/begin");
        let refused = visitor.app.get(&format!("/login/callback{query}"));
        assert_eq!(refused.location(), Some("/login"), "{query}");
        assert!(!visitor.is_logged_in());
    }
}

#[test]
fn a_login_never_leads_to_another_site() {
    let app = App::start();
    for next in [
        "https%3A%2F%2Fevil.example%2F",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "javascript%3Aalert(1)",
    ] {
        let mut visitor = app.visitor();
        let page = visitor.app.get(&format!("/login?next={next}"));
        assert!(!page.body.contains("evil"), "{next}");
        let answer = visitor.answer(&format!("/login/begin?next={next}"), ANN);
        assert_eq!(visitor.app.get(&answer).location(), Some("/account"));
    }
}
