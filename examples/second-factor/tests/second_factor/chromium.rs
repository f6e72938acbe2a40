//! The pages in a real Chromium, if there is one.
//!
//! This makes the picture of the documentation:
//! `SCREENSHOTS=/tmp cargo test -p second-factor chromium && cp /tmp/second-factor-enrolment-phone.png docs/images`

use example_support::{Chromium, ChromiumProfile};
use serde_json::json;

use crate::app::{App, NAME, PASSWORD, code, wrong_code};

#[test]
fn a_user_sets_up_the_second_factor_and_logs_in_with_a_code() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start();
    let browser = profile.start(&app.site.url);
    browser.open("/sign-up");
    browser.looks_well("second-factor-sign-up");
    send_password(&browser);
    browser.arrives_at("/account");
    browser.looks_well("second-factor-account-without");
    browser.click("main button");
    browser.arrives_at("/second-factor");
    browser.looks_well("second-factor-enrolment");

    let key = text(&browser, "main code");
    send_code(&browser, &wrong_code(&key));
    browser.shows(".error", "code");
    send_code(&browser, &code(&key));
    browser.shows("h1", "Your backup codes");
    browser.looks_well("second-factor-backup-codes");
    let backup_code = text(&browser, ".codes code");
    browser.click("main .button");
    browser.shows("main", "You have 8 backup codes left.");
    browser.looks_well("second-factor-account");
    app.await_next_code();

    log_out(&browser);
    browser.open("/account");
    browser.arrives_at("/login?next=%2Faccount");
    browser.looks_well("second-factor-login");
    send_password(&browser);
    browser.arrives_at("/login/code?next=%2Faccount");
    browser.looks_well("second-factor-code");
    // The password alone opens no other page.
    browser.open("/account");
    browser.arrives_at("/login?next=%2Faccount");
    browser.open("/login/code?next=%2Faccount");
    send_code(&browser, &wrong_code(&key));
    browser.shows(".error", "That code is wrong");
    send_code(&browser, &code(&key));
    browser.arrives_at("/account");

    log_out(&browser);
    browser.open("/login");
    send_password(&browser);
    browser.arrives_at("/login/code");
    send_code(&browser, &backup_code);
    browser.shows("main", "You have 7 backup codes left.");
}

#[test]
fn a_remembered_login_outlives_the_browser_and_asks_for_both_factors() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start();
    let key = app.enrolled().key;
    let browser = profile.start(&app.site.url);
    browser.open("/login");
    browser.click("[name=remember]");
    send_password(&browser);
    browser.arrives_at("/login/code");
    // Before the code, nothing is remembered.
    browser.quit();
    let browser = profile.start(&app.site.url);
    browser.open("/account");
    browser.arrives_at("/login?next=%2Faccount");
    browser.click("[name=remember]");
    send_password(&browser);
    browser.arrives_at("/login/code?next=%2Faccount");
    send_code(&browser, &code(&key));
    browser.arrives_at("/account");
    browser.quit();
    app.await_next_code();

    let browser = profile.start(&app.site.url);
    browser.open("/account");
    browser.click(".danger");
    browser.shows("h1", "Confirm it is you");
    browser.looks_well("second-factor-confirm");
    browser.fill_in("[name=password]", PASSWORD);
    browser.click("main button");
    browser.shows("h1", "One more step");
    send_code(&browser, &code(&key));
    browser.arrives_at("/account");
    browser.click(".danger");
    browser.shows("main", "Your password is enough to log in.");
}

/// The reply to the second click would show none of the first one's effects.
#[test]
fn a_second_click_on_a_button_sends_nothing() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start();
    let browser = profile.start(&app.site.url);
    browser.open("/login");
    browser.hold_forms();
    send_password(&browser);
    browser.click("main button");
    assert_eq!(browser.forms_sent(), 1);
}

/// Fills in and sends the form for a sign-up or a login.
fn send_password(browser: &Chromium<'_>) {
    browser.fill_in("[name=name]", NAME);
    browser.fill_in("[name=password]", PASSWORD);
    browser.click("main button");
}

fn send_code(browser: &Chromium<'_>, code: &str) {
    browser.fill_in("[name=code]", code);
    browser.click("main button");
}

fn log_out(browser: &Chromium<'_>) {
    browser.click("nav button");
    browser.arrives_at("/");
}

/// The text of the first element of this kind.
fn text(browser: &Chromium<'_>, selector: &str) -> String {
    let script = "return document.querySelector(arguments[0]).textContent";
    let text = browser.run(script, json!([selector]));
    text.as_str().unwrap().to_owned()
}
