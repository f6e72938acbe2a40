//! Forms and links on a page of another origin: another port, to which browsers send the same cookies.

use std::future::ready;

use actix_web::web::{self, Html, ServiceConfig};

use super::desk::{Browser, Desk, Remember};
use crate::{serve, support::TestApp};

/// A site whose page leads to the quickstart by two forms and a link.
fn elsewhere(quickstart: &str) -> TestApp {
    let page = format!(
        r#"<!doctype html><title>Elsewhere</title>
<form id="login" method="post" action="{quickstart}/login">
<input name="email" value="leafstorm"><input name="password" value="secret"><button>Log in</button></form>
<form id="logout" method="post" action="{quickstart}/logout"><button>Log out</button></form>
<a href="{quickstart}/protected">Protected</a>"#
    );
    let configure = move |config: &mut ServiceConfig| {
        let page = page.clone();
        let page = move || ready(Html::new(page.clone()));
        config.route("/", web::get().to(page));
    };
    serve!(configure.clone())
}

/// Opens the page of the other site, and clicks.
#[track_caller]
fn click_elsewhere(browser: &Browser<'_>, site: &TestApp, selector: &str) {
    browser.open_url(&format!("http://{}/", site.address()));
    browser.click(selector);
}

#[test]
fn a_form_on_another_origin_does_not_log_out() {
    let Some(desk) = Desk::new() else { return };
    let site = elsewhere(desk.origin());
    let browser = desk.start_browser();
    browser.log_in(Remember::Yes);
    click_elsewhere(&browser, &site, "#logout button");
    browser.arrives_at("/logout");
    browser.open("/protected");
    browser.arrives_at("/protected");
    browser.shows("p", "Logged in as: leafstorm");

    browser.click("form[action='/logout'] button");
    browser.shows("h1", "Logged out");
    browser.open("/protected");
    browser.arrives_at("/login?next=%2Fprotected");
}

#[test]
fn a_form_on_another_origin_does_not_log_in() {
    let Some(desk) = Desk::new() else { return };
    let site = elsewhere(desk.origin());
    let browser = desk.start_browser();
    click_elsewhere(&browser, &site, "#login button");
    browser.arrives_at("/login");
    browser.open("/protected");
    browser.arrives_at("/login?next=%2Fprotected");
    // The form of the own page has the same fields.
    browser.send_credentials("secret", Remember::No);
    browser.arrives_at("/protected");
}

#[test]
fn a_link_on_another_origin_opens_the_page_with_the_login() {
    let Some(desk) = Desk::new() else { return };
    let site = elsewhere(desk.origin());
    let browser = desk.start_browser();
    browser.log_in(Remember::No);
    click_elsewhere(&browser, &site, "a");
    browser.arrives_at("/protected");
    browser.shows("p", "Logged in as: leafstorm");
}
