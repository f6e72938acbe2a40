//! What the example is for, from sign-up to the removal of the second factor.

use crate::app::{App, NAME, Owner, PASSWORD, code, codes_on, is_logged_in, log_in, send_code};

#[test]
fn a_password_and_a_code_log_a_user_in() {
    let app = App::start();
    let Owner { key, .. } = app.enrolled();

    let mut browser = app.browser();
    let refused = browser.get("/account");
    assert_eq!(refused.location(), Some("/login?next=%2Faccount"));
    let login_page = browser.follow(&refused);
    let next = login_page.fields("next")[0].replace("&#x2f;", "/");
    let fields = [("name", NAME), ("password", PASSWORD), ("next", &*next)];
    let redirect = browser.post("/login", &fields);
    assert_eq!(redirect.location(), Some("/login/code?next=%2Faccount"));
    let code_page = browser.follow(&redirect);
    assert!(code_page.body.contains("Hello ann!"));

    let fields = [("code", &*code(&key)), ("next", "/account")];
    let redirect = browser.post("/login/code", &fields);
    assert_eq!(redirect.location(), Some("/account"), "{redirect:?}");
    assert!(browser.follow(&redirect).body.contains("8 backup codes"));

    browser.post("/logout", &[]);
    assert!(!is_logged_in(&mut browser));
}

#[test]
fn a_backup_code_works_once_however_it_is_typed() {
    let app = App::start();
    let Owner {
        backup_codes: codes,
        ..
    } = app.enrolled();
    let typed = codes[0].to_uppercase().replace('-', " ");
    let mut browser = app.pending();
    assert_eq!(send_code(&mut browser, &typed).location(), Some("/account"));
    assert!(browser.get("/account").body.contains("7 backup codes"));

    let mut again = app.pending();
    for used in [&codes[0], &typed] {
        send_code(&mut again, used);
        assert!(!is_logged_in(&mut again));
    }
    send_code(&mut again, &codes[1]);
    assert!(is_logged_in(&mut again));
}

#[test]
fn names_are_compared_without_case() {
    let app = App::start();
    app.signed_up();
    let fields = [("name", "ANN"), ("password", PASSWORD)];
    let mut browser = app.browser();
    let taken = browser.post("/sign-up", &fields);
    assert_eq!(taken.location(), Some("/sign-up"));
    assert!(browser.follow(&taken).body.contains("name is taken"));
    browser.post("/login", &fields);
    assert!(is_logged_in(&mut browser));
}

#[test]
fn new_backup_codes_replace_the_old_ones() {
    let app = App::start();
    let mut owner = app.enrolled();
    let page = owner.browser.post("/second-factor/backup-codes", &[]);
    let new = codes_on(&page);
    let mut browser = app.pending();
    send_code(&mut browser, &owner.backup_codes[0]);
    assert!(!is_logged_in(&mut browser));
    send_code(&mut browser, &new[0]);
    assert!(is_logged_in(&mut browser));
}

#[test]
fn a_remembered_user_shows_both_factors_to_remove_one() {
    let app = App::start();
    let Owner { key, .. } = app.enrolled();
    let mut browser = app.browser();
    let fields = [("name", NAME), ("password", PASSWORD), ("remember", "on")];
    browser.post("/login", &fields);
    // A pending login remembers nothing yet.
    browser.restart();
    assert_eq!(browser.get("/login/code").status, 302);
    browser.post("/login", &fields);
    send_code(&mut browser, &code(&key));
    browser.restart();
    assert!(is_logged_in(&mut browser));
    app.await_next_code();

    let refused = browser.post("/second-factor/remove", &[]);
    assert!(refused.location().unwrap().starts_with("/confirm"));
    let redirect = browser.post("/confirm", &[("password", PASSWORD)]);
    assert_eq!(redirect.location(), Some("/login/code"));
    // The current login goes on, and is not fresh yet.
    assert!(is_logged_in(&mut browser));
    let refused = browser.post("/second-factor/remove", &[]);
    assert!(refused.location().unwrap().starts_with("/confirm"));

    send_code(&mut browser, &code(&key));
    let removed = browser.post("/second-factor/remove", &[]);
    assert_eq!(removed.location(), Some("/account"));
    let mut other = app.browser();
    assert_eq!(log_in(&mut other).location(), Some("/account"));
    assert_eq!(app.execute("DELETE FROM backup_codes"), 0);
    browser.restart();
    assert!(is_logged_in(&mut browser), "it is still remembered");
}
