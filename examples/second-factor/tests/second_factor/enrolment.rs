//! Setting the second factor up.

use std::fs;

use crate::app::{App, Owner, code, is_logged_in, key_on, log_in, send_code, wrong_code};

#[test]
fn the_key_counts_only_after_its_first_code() {
    let app = App::start();
    let mut browser = app.signed_up();
    assert_eq!(browser.get("/second-factor").location(), Some("/account"));
    browser.post("/second-factor/begin", &[]);
    let page = browser.get("/second-factor");
    let key = key_on(&page);
    assert!(page.body.contains("<svg"));
    assert!(page.body.contains(&format!("secret={key}")));
    assert_eq!(page.header("Cache-Control"), Some("no-store"));

    browser.post("/second-factor", &[("code", &wrong_code(&key))]);
    let mut other = app.browser();
    assert_eq!(log_in(&mut other).location(), Some("/account"));
    browser.post("/second-factor", &[("code", &code(&key))]);
    app.pending();
    // The page never shows the key again.
    assert_eq!(browser.get("/second-factor").location(), Some("/account"));
    browser.post("/second-factor/begin", &[]);
    assert_eq!(browser.get("/second-factor").location(), Some("/account"));
}

#[test]
fn logins_that_showed_no_code_end_with_the_enrolment() {
    let app = App::start();
    let mut owner = app.signed_up();
    let mut thief = app.browser();
    log_in(&mut thief);
    assert!(is_logged_in(&mut thief));

    owner.post("/second-factor/begin", &[]);
    let key = key_on(&owner.get("/second-factor"));
    owner.post("/second-factor", &[("code", &code(&key))]);
    assert!(is_logged_in(&mut owner));
    assert!(!is_logged_in(&mut thief));
}

#[test]
fn the_code_of_the_enrolment_is_used_up() {
    let app = App::start();
    let mut owner = app.signed_up();
    owner.post("/second-factor/begin", &[]);
    let key = key_on(&owner.get("/second-factor"));
    let seen = code(&key);
    owner.post("/second-factor", &[("code", &seen)]);
    let mut thief = app.pending();
    send_code(&mut thief, &seen);
    assert!(!is_logged_in(&mut thief));
}

#[test]
fn the_database_has_no_backup_code() {
    let app = App::start();
    let Owner { backup_codes, .. } = app.enrolled();
    let mut content = Vec::new();
    for file in fs::read_dir(app.data.path()).unwrap() {
        content.extend(fs::read(file.unwrap().path()).unwrap());
    }
    let content = String::from_utf8_lossy(&content).to_lowercase();
    assert!(content.contains("$argon2id$"));
    for code in backup_codes {
        assert!(!content.contains(&code));
        assert!(!content.contains(&code.replace('-', "")));
    }
}
