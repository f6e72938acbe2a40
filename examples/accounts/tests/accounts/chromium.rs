//! The pages in a real Chromium, if there is one.
//!
//! This makes the pictures of the documentation:
//! `SCREENSHOTS=/tmp cargo test -p accounts chromium && cp /tmp/accounts-log{in,ins}-phone.png docs/images`

use example_support::{Chromium, ChromiumProfile, serve_elsewhere};

use crate::app::{App, PASSWORD};

const ANN: &str = "ann@example.com";

#[test]
fn a_user_signs_up_and_deletes_the_account() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let mut app = App::start();
    let browser = profile.start(&app.site.url);
    browser.open("/");
    browser.looks_well("accounts-home");
    browser.click("main a[href='/sign-up']");
    browser.arrives_at("/sign-up");
    browser.looks_well("accounts-sign-up");
    browser.fill_in("[name=email]", ANN);
    browser.click("main button");
    browser.shows("h1", "Look into your mailbox");

    browser.open_url(&app.mail_to(ANN).link());
    browser.looks_well("accounts-finish-sign-up");
    browser.fill_in("[name=name]", "Ann");
    browser.fill_in("[name=password]", PASSWORD);
    browser.click("main button");
    browser.arrives_at("/account");
    browser.shows(".flash", "Welcome! Your account is ready.");
    browser.looks_well("accounts-profile");

    browser.click("a[href='/account/delete']");
    browser.arrives_at("/account/delete");
    browser.looks_well("accounts-delete");
    browser.click("main button");
    browser.shows(".flash", "Your account is deleted.");
    browser.open("/account");
    browser.arrives_at("/login?next=%2Faccount");
    send_login(&browser);
    browser.shows(".error", "That is not the right e-mail address");
    browser.looks_well("accounts-refused-login");
}

#[test]
fn only_a_remembered_login_outlives_the_browser() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let mut app = App::start();
    app.signed_up(ANN);
    let browser = profile.start(&app.site.url);
    log_in(&browser);
    browser.quit();

    let browser = profile.start(&app.site.url);
    browser.open("/account");
    browser.arrives_at("/login?next=%2Faccount");
    browser.click("[name=remember]");
    send_login(&browser);
    browser.arrives_at("/account");
    browser.quit();

    let browser = profile.start(&app.site.url);
    browser.open("/account");
    browser.arrives_at("/account");
    // It is not fresh.
    browser.open("/account/delete");
    browser.arrives_at("/confirm?next=%2Faccount%2Fdelete");
    browser.looks_well("accounts-confirm");
    browser.fill_in("[name=password]", PASSWORD);
    browser.click("main button");
    browser.arrives_at("/account/delete");
}

#[test]
fn ending_all_other_logins_reaches_another_browser() {
    let (Some(desk), Some(cafe)) = (ChromiumProfile::new(), ChromiumProfile::new()) else {
        return;
    };
    // Without a proxy, so that the page shows the address of the browser.
    let mut app = App::start_with(|command| {
        command.env_remove("TRUSTED_PROXIES");
    });
    app.signed_up(ANN).post("/logout", &[]);
    let desk = desk.start(&app.site.url);
    let cafe = cafe.start(&app.site.url);
    desk.open("/login");
    desk.looks_well("accounts-login");
    send_login(&desk);
    desk.arrives_at("/account");
    log_in(&cafe);

    desk.open("/account/logins");
    desk.looks_well("accounts-logins");
    desk.click("form[action='/account/logins/end-others'] button");
    desk.shows(".success", "All other logins have ended.");
    desk.open("/account");
    desk.arrives_at("/account");
    cafe.open("/account");
    cafe.arrives_at("/login?next=%2Faccount");
    cafe.looks_well("accounts-ended");
}

#[test]
fn a_login_leads_to_the_page_that_was_asked_for() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let mut app = App::start();
    app.signed_up(ANN);
    let browser = profile.start(&app.site.url);
    browser.open("/account/password");
    browser.arrives_at("/login?next=%2Faccount%2Fpassword");
    browser.shows(".flash", "Please log in to access this page.");
    send_login(&browser);
    browser.arrives_at("/account/password");
    browser.looks_well("accounts-password");

    // A page of another site it does not lead to.
    for next in ["https://evil.example/", "//evil.example", r"/\evil.example"] {
        browser.click("nav button");
        browser.shows(".flash", "You are logged out.");
        browser.open(&format!("/login?next={next}"));
        send_login(&browser);
        browser.arrives_at("/account");
    }
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
    send_login(&browser);
    browser.click("main button");
    assert_eq!(browser.forms_sent(), 1);
}

#[test]
fn a_form_on_another_origin_changes_nothing() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let mut app = App::start();
    app.signed_up(ANN);
    let browser = profile.start(&app.site.url);
    log_in(&browser);
    let paths = ["/logout", "/account/delete"];
    let forms = paths.map(|path| {
        let url = &app.site.url;
        format!("<form method=post action='{url}{path}'><button>Win</button></form>")
    });
    let elsewhere = serve_elsewhere(&forms.concat());
    for path in paths {
        browser.open_url(&elsewhere);
        browser.click(&format!("form[action$='{path}'] button"));
        browser.arrives_at(path);
        browser.open("/account");
        browser.arrives_at("/account");
    }
}

fn log_in(browser: &Chromium<'_>) {
    browser.open("/login");
    send_login(browser);
    browser.arrives_at("/account");
}

/// Fills in and sends the login form of the current page.
fn send_login(browser: &Chromium<'_>) {
    browser.fill_in("[name=email]", ANN);
    browser.fill_in("[name=password]", PASSWORD);
    browser.click("main button");
}
