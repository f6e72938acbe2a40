//! What refusals flash.

use actix_login::LoginManager;
use actix_web::{HttpRequest, http::header::ACCEPT_LANGUAGE};

use super::{app, flashing, pair, shown, usual_app};
use crate::{
    serve,
    support::{SECRET, cookie_session, pages::User},
};

#[test]
fn a_refusal_flashes_flask_logins_message() {
    let app = usual_app();
    let mut browser = app.browser();
    browser.get("/guarded");
    assert_eq!(
        shown(&mut browser),
        [pair("message", "Please log in to access this page.")]
    );
    browser.post("/stale-login", "");
    browser.get("/fresh");
    assert_eq!(
        shown(&mut browser),
        [pair(
            "message",
            "Please reauthenticate to access this page."
        )]
    );
}

#[test]
fn messages_and_categories_are_configurable() {
    let app = app(|builder| {
        builder
            .login_message("Bonvolu ensaluti por uzi tiun pa\u{11d}on.")
            .login_message_category("info")
            .needs_refresh_message("To protect your account, please reauthenticate.")
            .needs_refresh_message_category("warning")
    });
    let mut browser = app.browser();
    browser.get("/guarded");
    assert_eq!(
        shown(&mut browser),
        [pair("info", "Bonvolu ensaluti por uzi tiun pa\u{11d}on.")]
    );
    browser.post("/stale-login", "");
    browser.get("/fresh");
    assert_eq!(
        shown(&mut browser),
        [pair(
            "warning",
            "To protect your account, please reauthenticate."
        )]
    );
}

#[test]
fn messages_are_localized_with_the_request() {
    let app = app(|builder| {
        builder.localize(|req, message| {
            let language = req.headers().get(ACCEPT_LANGUAGE);
            match language.and_then(|language| language.to_str().ok()) {
                Some("de") => format!("[de] {message}"),
                _ => message.to_owned(),
            }
        })
    });
    let mut browser = app.browser();
    browser
        .request("GET", "/guarded")
        .header("Accept-Language", "de")
        .send();
    assert_eq!(
        shown(&mut browser),
        [pair("message", "[de] Please log in to access this page.")]
    );
    browser.post("/stale-login", "");
    let request = browser.request("GET", "/fresh");
    request.header("Accept-Language", "de").send();
    browser.get("/fresh");
    assert_eq!(
        shown(&mut browser),
        [
            pair("message", "[de] Please reauthenticate to access this page."),
            pair("message", "Please reauthenticate to access this page.")
        ]
    );
}

#[test]
fn an_empty_message_is_not_flashed() {
    let app = app(|builder| {
        let builder = builder.login_message("").needs_refresh_message("");
        builder.localize(|_, message| format!("localized {message}"))
    });
    let mut browser = app.browser();
    let refused = browser.get("/guarded");
    assert_eq!(refused.status, 302);
    assert!(refused.set_cookies().is_empty());
    browser.post("/stale-login", "");
    assert_eq!(browser.get("/fresh").status, 302);
    assert_eq!(shown(&mut browser), []);
}

#[test]
fn neither_a_handler_nor_a_plain_401_flashes() {
    let app = app(|builder| builder.unauthorized_handler(async |_: &HttpRequest| "handled"));
    let refused = app.browser().get("/guarded");
    assert_eq!(refused.body, "handled");
    assert!(refused.set_cookies().is_empty());
    let manager = LoginManager::<User>::builder(SECRET)
        .user_loader(async |id: u64| Some(User::from(id)))
        .build()
        .unwrap();
    let app = serve!(flashing, manager.clone(), cookie_session());
    let refused = app.browser().get("/guarded");
    assert_eq!(refused.status, 401);
    assert!(refused.set_cookies().is_empty());
}
