//! Mailed links: replayed, late, for another purpose, and made for another site.

use std::{fs, thread};

use crate::app::{App, PASSWORD, is_logged_in, log_in, token_of};

const ANN: &str = "ann@example.com";
const NEW_PASSWORD: &str = "a wholly new password";

#[test]
fn a_reset_link_works_once_and_ends_all_logins() {
    let mut app = App::start();
    let mut logged_in = app.signed_up(ANN);
    let token = app.reset_token(ANN);
    let mut browser = app.browser();
    let page = format!("/reset/finish?token={token}");
    assert_eq!(browser.get(&page).status, 200);

    let weak = browser.post("/reset/finish", &[("token", &token), ("password", "short")]);
    assert_eq!(weak.location(), Some(&*page));
    let fields = [("token", &*token), ("password", NEW_PASSWORD)];
    let done = browser.post("/reset/finish", &fields);
    let login_page = browser.follow(&done);
    assert!(login_page.body.contains("Please log in with it."));
    assert!(!is_logged_in(&mut browser) && !is_logged_in(&mut logged_in));
    assert_eq!(app.mail_to(ANN).subject, "Your password was changed");

    let replayed = [("token", &*token), ("password", "the thief's password")];
    assert_eq!(browser.get(&page).status, 404);
    assert_eq!(browser.post("/reset/finish", &replayed).status, 404);
    let refused = log_in(&mut browser, ANN, PASSWORD);
    assert_eq!(refused.location(), Some("/login"));
    let done = log_in(&mut browser, ANN, NEW_PASSWORD);
    assert_eq!(done.location(), Some("/account"));
    assert_eq!(browser.get("/account/logins").fields("id").len(), 1);
}

#[test]
fn a_reset_in_the_browser_of_the_user_logs_that_out_too() {
    let mut app = App::start();
    let mut browser = app.signed_up(ANN);
    let token = app.reset_token(ANN);
    let fields = [("token", &*token), ("password", NEW_PASSWORD)];
    let done = browser.post("/reset/finish", &fields);
    let page = browser.follow(&done);
    assert!(page.body.contains("Please log in with it."), "{page:?}");
    assert!(!page.body.contains("You were logged out"), "{page:?}");
    assert!(!is_logged_in(&mut browser));
}

#[test]
fn only_one_of_two_requests_at_once_uses_a_link() {
    let mut app = App::start();
    app.signed_up(ANN);
    let token = app.reset_token(ANN);
    let requests = [1, 2].map(|number| {
        let (mut browser, token) = (app.browser(), token.clone());
        thread::spawn(move || {
            let password = format!("new password number {number}");
            let fields = [("token", &*token), ("password", &*password)];
            browser.post("/reset/finish", &fields).status
        })
    });
    let mut statuses = requests.map(|request| request.join().unwrap());
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404]);
}

#[test]
fn a_link_expires_after_30_minutes() {
    let mut app = App::start();
    app.signed_up(ANN);
    let token = app.reset_token(ANN);
    let mut browser = app.browser();
    let page = format!("/reset/finish?token={token}");
    let pass = |app: &App, seconds: &'static str| {
        assert_eq!(app.execute(seconds).rows_affected(), 1);
    };
    pass(
        &app,
        "UPDATE mailed_links SET expires_at = expires_at - 29 * 60",
    );
    assert_eq!(browser.get(&page).status, 200);
    pass(&app, "UPDATE mailed_links SET expires_at = expires_at - 60");
    assert_eq!(browser.get(&page).status, 404);
    let fields = [("token", &*token), ("password", NEW_PASSWORD)];
    assert_eq!(browser.post("/reset/finish", &fields).status, 404);
    app.logged_in(ANN);
}

/// As mail programs break them.
#[test]
fn a_link_that_was_cut_off_does_not_work_and_says_so() {
    let mut app = App::start();
    let mut ann = app.signed_up(ANN);
    let token = app.reset_token(ANN);
    let half = format!("/reset/finish?token={}", &token[..20]);
    for path in [
        "/sign-up/finish",
        "/reset/finish",
        "/account/email/finish",
        "/reset/finish?tok",
        &half,
    ] {
        let page = ann.get(path);
        assert_eq!(page.status, 404, "{path}");
        assert!(page.body.contains("The link does not work"), "{page:?}");
    }
}

#[test]
fn a_link_is_for_one_purpose() {
    let mut app = App::start();
    let mut ann = app.signed_up(ANN);
    let mut browser = app.browser();
    browser.post("/sign-up", &[("email", "new@example.com")]);
    let sign_up = token_of(&app.mail_to("new@example.com").link());
    ann.post("/account/email", &[("email", "other@example.com")]);
    let change = token_of(&app.mail_to("other@example.com").link());
    let reset = app.reset_token(ANN);
    for (path, tokens) in [
        ("/reset/finish", [&sign_up, &change]),
        ("/sign-up/finish", [&reset, &change]),
        ("/account/email/finish", [&reset, &sign_up]),
    ] {
        for token in tokens {
            let fields = [
                ("token", &**token),
                ("name", "X"),
                ("password", NEW_PASSWORD),
            ];
            assert_eq!(ann.post(path, &fields).status, 404, "{path}");
        }
    }
    app.logged_in(ANN);
}

#[test]
fn the_database_holds_no_token() {
    let mut app = App::start();
    app.signed_up(ANN);
    let token = app.reset_token(ANN);
    let mut found_account = false;
    for file in fs::read_dir(app.data.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let contains = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        assert!(!contains(&token));
        assert!(!contains(PASSWORD));
        found_account |= contains(ANN);
    }
    assert!(found_account);
}

#[test]
fn a_link_leads_to_this_site_whatever_the_host_of_the_request() {
    let mut app = App::start();
    app.signed_up(ANN);
    let mut attacker = app.browser();
    attacker.host = "evil.example".to_owned();
    assert_eq!(attacker.post("/reset", &[("email", ANN)]).status, 200);
    let link = app.mail_to(ANN).link();
    assert!(link.starts_with(&app.site.url), "{link}");
}
