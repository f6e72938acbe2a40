//! Both pages in a real Chromium, if there is one.

use example_support::{Chromium, ChromiumProfile, serve_elsewhere};
use serde_json::{Value, json};

use crate::app::{App, PASSWORD};
use crate::relay::Relay;

#[test]
fn a_user_signs_up_and_logs_in_on_the_page_of_another_origin() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start();
    let browser = profile.start(&app.page_url);
    open_login(&browser);
    browser.looks_well("spa-login");
    send_password(&browser, "wrong", "#login");
    browser.shows("#message", "That is not the right name and password.");
    browser.looks_well("spa-refused-login");
    open_login(&browser);
    send_password(&browser, PASSWORD, "#sign-up");
    browser.shows(LOGGED_IN, "anna");
    browser.shows("#socket-text", "hello anna");
    browser.fill_in("#status", "reading");
    browser.click("#save-status");
    browser.shows("#message", "Saved.");
    browser.looks_well("spa-page");

    browser.click("#logout");
    browser.shows("#message", "You are logged out.");
    log_in(&browser);
    // The login is in a cookie: a reload keeps it.
    browser.open("/");
    browser.shows(LOGGED_IN, "anna");
    let status = browser.run("return document.querySelector('#status').value", json!([]));
    assert_eq!(status, "reading");
}

#[test]
fn the_socket_echoes_until_the_login_ends_in_another_browser() {
    let (Some(desk), Some(cafe)) = (ChromiumProfile::new(), ChromiumProfile::new()) else {
        return;
    };
    let app = App::start();
    app.signed_up("anna");
    let desk = desk.start(&app.page_url);
    let cafe = cafe.start(&app.page_url);
    log_in(&desk);
    log_in(&cafe);
    desk.shows("#socket-state", "open");
    desk.fill_in("#echo-text", "x < y");
    desk.click("#send-echo");
    desk.shows("#socket-text", "x < y");

    cafe.click("#end-all");
    cafe.shows("#message", "You are logged out.");
    desk.shows("#message", "You were logged out elsewhere.");
    desk.shows(LOGGED_OUT, "Log in");
    desk.looks_well("spa-ended");
    log_in(&desk);

    // A second tab of the same browser.
    let first = desk.tell("GET", "/window", &Value::Null);
    let second = desk.tell("POST", "/window/new", &json!({ "type": "tab" }));
    let show_tab = |handle: &Value| desk.tell("POST", "/window", &json!({ "handle": handle }));
    show_tab(&second["handle"]);
    desk.open("/");
    desk.shows(LOGGED_IN, "anna");
    desk.click("#logout");
    desk.shows("#message", "You are logged out.");
    show_tab(&first);
    desk.shows("#message", "You were logged out elsewhere.");
}

#[test]
fn the_socket_is_opened_again_after_a_lost_connection() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let relay = Relay::bind();
    let app = App::start_with(|command| {
        command.env("SITE_URL", relay.url());
    });
    relay.start(&app.site.url);
    app.signed_up("anna");
    let browser = profile.start(&app.page_url);
    log_in(&browser);
    browser.shows("#socket-state", "open");
    relay.cut();
    browser.shows("#socket-state", "closed");
    browser.shows("#socket-state", "open");
    browser.fill_in("#echo-text", "again");
    browser.click("#send-echo");
    browser.shows("#socket-text", "again");

    // Without a connection, the page does not hear of the end of the login.
    relay.cut();
    let mut elsewhere = app.log_in("anna");
    app.post(&mut elsewhere, "/api/end-all-logins", &json!({}));
    browser.shows("#message", "You were logged out elsewhere.");
}

#[test]
fn a_click_after_the_end_of_the_login_leads_from_htmx_to_the_login_page() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start();
    app.signed_up("anna");
    let browser = profile.start(&app.site.url);
    browser.open("/");
    browser.arrives_at("/login?next=%2F");
    browser.looks_well("spa-htmx-login");
    send_password(&browser, PASSWORD, "#login");
    browser.arrives_at("/");
    browser.fill_in("#status", "reading");
    browser.click("#save-status");
    browser.shows("#status-text", "reading");
    browser.looks_well("spa-htmx");

    let mut elsewhere = app.log_in("anna");
    let ended = app.post(&mut elsewhere, "/api/end-all-logins", &json!({}));
    assert_eq!(ended.status, 204);
    browser.click("#save-status");
    browser.arrives_at("/login?next=%2F");
    browser.shows(".flash", "Please log in to access this page.");
    send_password(&browser, PASSWORD, "#login");
    browser.arrives_at("/");
    browser.shows("#status-text", "reading");
    browser.click("#logout");
    browser.arrives_at("/login");
}

#[test]
fn a_third_origin_changes_nothing_and_reads_nothing() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start();
    app.signed_up("anna");
    let browser = profile.start(&app.site.url);
    browser.open("/login");
    send_password(&browser, PASSWORD, "#login");
    browser.arrives_at("/");
    let paths = ["/logout", "/status", "/api/logout", "/api/end-all-logins"];
    let forms = paths.map(|path| {
        let url = format!("{}{path}", app.site.url);
        format!(
            "<form method=post action='{url}'><input name=status value=x><button>Win</button></form>"
        )
    });
    let elsewhere = serve_elsewhere(&forms.concat());
    for path in paths {
        browser.open_url(&elsewhere);
        browser.click(&format!("form[action$='{path}'] button"));
        browser.arrives_at(path);
        browser.shows("body", "HTTP ERROR 403");
        assert_untouched(&browser);
    }

    browser.open_url(&elsewhere);
    let fetched = |path: &str, options: Value| {
        let script = "return fetch(arguments[0], { credentials: 'include', ...arguments[1] })\
            .then((response) => response.type, () => 'failed')";
        browser.run(script, json!([format!("{}{path}", app.site.url), options]))
    };
    assert_eq!(fetched("/api/me", json!({})), "failed");
    for path in paths {
        assert_eq!(fetched(path, json!({ "method": "POST" })), "failed");
        // Without asking for the response, which would be refused, too.
        let blind = json!({ "method": "POST", "mode": "no-cors" });
        assert_eq!(fetched(path, blind), "opaque");
    }
    let script = "return new Promise((done) => {\
        const socket = new WebSocket(arguments[0]);\
        socket.onopen = () => done('open');\
        socket.onerror = () => done('failed');\
    })";
    let socket = format!("{}/api/socket", app.site.url.replacen("http", "ws", 1));
    assert_eq!(browser.run(script, json!([socket])), "failed");
    assert_untouched(&browser);
}

const LOGGED_IN: &str = "#logged-in:not([hidden]) #user-name";
const LOGGED_OUT: &str = "#logged-out:not([hidden]) h1";

/// Opens the page of the other origin without a login.
fn open_login(browser: &Chromium<'_>) {
    browser.open("/");
    browser.shows(LOGGED_OUT, "Log in");
}

fn log_in(browser: &Chromium<'_>) {
    open_login(browser);
    send_password(browser, PASSWORD, "#login");
    browser.shows(LOGGED_IN, "anna");
}

/// Fills in the login form of either page, and clicks on one of its buttons.
fn send_password(browser: &Chromium<'_>, password: &str, button: &str) {
    browser.fill_in("#name", "anna");
    browser.fill_in("#password", password);
    browser.click(button);
}

/// The page with htmx: the login is there, and no status.
fn assert_untouched(browser: &Chromium<'_>) {
    browser.open("/");
    browser.shows("#status-text", "You have said nothing.");
}
