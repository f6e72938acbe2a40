//! What the app is for, from the sign-up to the deletion.

use crate::app::{App, PASSWORD, is_logged_in, log_in};

const ANN: &str = "ann@example.com";
const NEW_PASSWORD: &str = "a wholly new password";

#[test]
fn a_user_signs_up_logs_in_and_deletes_the_account() {
    let mut app = App::start();
    let mut browser = app.browser();
    browser.post("/sign-up", &[("email", " Ann@Example.com")]);
    let mail = app.mail_to(ANN);
    assert_eq!(mail.subject, "Welcome");
    let link = mail.link();
    let page = browser.get(&link);
    let token = page.fields("token")[0].to_owned();

    let mut fields = [("token", &*token), ("name", "Ann"), ("password", "short")];
    let refused = browser.post("/sign-up/finish", &fields);
    let page = browser.follow(&refused);
    assert!(page.body.contains("A password has at least 12 characters."));
    fields[2].1 = PASSWORD;
    let done = browser.post("/sign-up/finish", &fields);
    let page = browser.follow(&done);
    assert!(page.body.contains("Welcome! Your account is ready."));
    assert!(
        page.body.contains(r#"<a href="/account">Ann</a>"#),
        "{page:?}"
    );

    let renamed = browser.post("/account", &[("name", "<Ann & Bob>")]);
    let page = browser.follow(&renamed);
    assert!(page.body.contains("&lt;Ann &amp; Bob&gt;</a>"), "{page:?}");

    assert_eq!(browser.get("/logout").status, 404);
    assert!(is_logged_in(&mut browser));
    let out = browser.post("/logout", &[]);
    assert!(browser.follow(&out).body.contains("You are logged out."));
    assert!(!is_logged_in(&mut browser));

    log_in(&mut browser, ANN, PASSWORD);
    let mut other = app.logged_in(ANN);
    let deleted = browser.post("/account/delete", &[]);
    let page = browser.follow(&deleted);
    assert!(page.body.contains("Your account is deleted."));
    assert!(!is_logged_in(&mut browser) && !is_logged_in(&mut other));
    let refused = log_in(&mut browser, ANN, PASSWORD);
    assert_eq!(refused.location(), Some("/login"));

    // The link of the sign-up has been used.
    assert_eq!(browser.get(&link).status, 404);
    assert_eq!(browser.post("/sign-up/finish", &fields).status, 404);
    // The address is free again, and the new account has nothing of the old one.
    app.signed_up(ANN);
    assert!(!is_logged_in(&mut other));
}

#[test]
fn a_login_returns_to_the_page_that_was_asked_for() {
    let mut app = App::start();
    app.signed_up(ANN);
    let mut browser = app.browser();
    let refused = browser.get("/account/password");
    let page = browser.follow(&refused);
    assert!(page.body.contains("Please log in to access this page."));
    assert_eq!(page.fields("next"), ["&#x2f;account&#x2f;password"]);
    let fields = |next| [("email", ANN), ("password", PASSWORD), ("next", next)];
    let done = browser.post("/login", &fields("/account/password"));
    assert_eq!(done.location(), Some("/account/password"));

    let done = browser.post("/login", &fields("https://evil.example/"));
    assert_eq!(done.location(), Some("/account"));
}

#[test]
fn a_remembered_login_outlives_the_browser_and_the_server() {
    let mut app = App::start();
    app.signed_up(ANN);
    let forgotten = app.logged_in(ANN);
    let mut remembered = app.browser();
    let fields = [("email", ANN), ("password", PASSWORD), ("remember", "on")];
    remembered.post("/login", &fields);

    let app = app.restart();
    // The new program listens on another port.
    let (mut forgotten, mut remembered) = (forgotten.at(&app.site), remembered.at(&app.site));
    assert!(is_logged_in(&mut forgotten));
    forgotten.restart();
    remembered.restart();
    assert!(!is_logged_in(&mut forgotten));
    assert!(is_logged_in(&mut remembered));

    // A remembered login is not fresh.
    let refused = remembered.get("/account/delete");
    assert_eq!(
        refused.location(),
        Some("/confirm?next=%2Faccount%2Fdelete")
    );
    let wrong = [("password", "not this one"), ("next", "/account/delete")];
    let refused = remembered.post("/confirm", &wrong);
    let page = remembered.follow(&refused);
    assert!(page.body.contains("That is not the right password."));
    let right = [("password", PASSWORD), ("next", "/account/delete")];
    let done = remembered.post("/confirm", &right);
    assert_eq!(remembered.follow(&done).status, 200);
}

#[test]
fn a_new_password_ends_the_other_logins_and_keeps_this_one() {
    let mut app = App::start();
    let mut browser = app.signed_up(ANN);
    let mut other = app.logged_in(ANN);
    let reset = app.reset_token(ANN);

    let changed = browser.post("/account/password", &[("password", NEW_PASSWORD)]);
    assert_eq!(changed.location(), Some("/account"));
    assert_eq!(app.mail_to(ANN).subject, "Your password was changed");
    assert!(is_logged_in(&mut browser));
    let refused = other.get("/account");
    let page = other.follow(&refused);
    assert!(page.body.contains("or the password has changed."));
    assert_eq!(browser.get("/account/logins").fields("id").len(), 1);

    assert_eq!(log_in(&mut other, ANN, PASSWORD).location(), Some("/login"));
    assert_eq!(
        log_in(&mut other, ANN, NEW_PASSWORD).location(),
        Some("/account")
    );
    // A link that was mailed before does not undo it.
    assert_eq!(
        other.get(&format!("/reset/finish?token={reset}")).status,
        404
    );
}

#[test]
fn a_new_address_counts_once_its_link_is_opened() {
    let mut app = App::start();
    app.signed_up("bob@example.com");
    let mut ann = app.signed_up(ANN);
    let mut bob = app.logged_in("bob@example.com");

    ann.post("/account/email", &[("email", "new@example.com")]);
    let link = app.mail_to("new@example.com").link();
    assert!(ann.get("/account").body.contains(ANN));
    assert_eq!(bob.get(&link).status, 404);
    let token = ann.get(&link).fields("token")[0].to_owned();
    let stolen = bob.post("/account/email/finish", &[("token", &token)]);
    assert_eq!(stolen.status, 404);
    let done = ann.post("/account/email/finish", &[("token", &token)]);
    assert!(ann.follow(&done).body.contains("new@example.com"));
    assert_eq!(app.mail_to(ANN).subject, "Your address was changed");

    assert_eq!(log_in(&mut bob, ANN, PASSWORD).location(), Some("/login"));
    app.logged_in("new@example.com");
    let again = ann.post("/account/email/finish", &[("token", &token)]);
    assert_eq!(again.status, 404);

    // An address that has an account gets no link, and the page tells nothing.
    let free = ann.post("/account/email", &[("email", "free@example.com")]);
    let taken = ann.post("/account/email", &[("email", "bob@example.com")]);
    assert_eq!((taken.status, &taken.body), (free.status, &free.body));
    assert_eq!(
        app.mail_to("bob@example.com").subject,
        "You have an account"
    );
}
