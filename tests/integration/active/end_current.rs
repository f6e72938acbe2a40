//! Ending the current login is a logout: for the rest of the request, and without a trace later.

use std::sync::{Arc, Mutex};

use actix_login::{
    ActiveLogins, CurrentUser, FlashedMessages, LoginEvent, LoginId, end_login, flash,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, Form, ServiceConfig},
};
use serde::Deserialize;

use crate::{
    serve,
    support::{
        Browser, Log, REMEMBER, SESSION, TestApp,
        active_site::{self, Site, Users, current, log_in, log_in_remembered, logins, who},
        cookie_session,
    },
};

type User = active_site::User;

#[derive(Deserialize)]
struct Ended {
    id: LoginId,
}

/// Ends a login, says so, and asks who is logged in then.
async fn end_and_say(req: HttpRequest, form: Form<Ended>) -> Result<impl Responder> {
    end_login(&req, form.id).await?;
    flash(&req, "info", "Ended.");
    let user = <CurrentUser<User> as actix_web::FromRequest>::extract(&req).await?;
    Ok(format!("{:?}", user.get_id()))
}

async fn messages(flashes: FlashedMessages) -> String {
    let texts = flashes.iter().map(|flash| flash.message.as_str());
    texts.collect::<Vec<_>>().join(",")
}

/// An app that says when a login has ended.
struct App {
    app: TestApp,
    log: Log,
    events: Arc<Mutex<Vec<&'static str>>>,
}

impl App {
    fn new() -> Self {
        let (log, users) = (Log::default(), Users::new());
        let events = Arc::<Mutex<Vec<&'static str>>>::default();
        let noted = Arc::clone(&events);
        let manager = active_site::builder(&users)
            .active_logins(ActiveLogins::in_memory())
            .on_event(move |req, event, _| {
                noted.lock().unwrap().push(event.name());
                if matches!(event, LoginEvent::LoginEnded { .. }) {
                    flash(req, "info", "You were logged out.");
                }
                if matches!(event, LoginEvent::RememberCookieRejected { .. }) {
                    flash(req, "info", "Not remembered.");
                }
            })
            .build()
            .unwrap();
        let captured = log.clone();
        let app = serve!(
            {
                captured.capture();
                let pages = active_site::pages(&users);
                move |config: &mut ServiceConfig| {
                    config
                        .configure(pages)
                        .route("/end-and-say", web::post().to(end_and_say))
                        .route("/messages", web::get().to(messages));
                }
            },
            manager.clone(),
            cookie_session()
        );
        Self { app, log, events }
    }

    fn logged_in(&self, remember: bool) -> Browser {
        let mut browser = self.app.browser();
        let log_in = if remember { log_in_remembered } else { log_in };
        assert_eq!(log_in(&mut browser, 1).status, 200);
        browser
    }

    /// Ends the login of this browser from another one.
    fn end(&self, browser: &mut Browser) {
        let id = current(browser).id;
        let ended = self.logged_in(false).post("/end", &format!("id={id}"));
        assert_eq!(ended.status, 200);
    }
}

#[test]
fn ending_the_current_login_logs_the_request_out() {
    for remember in [false, true] {
        let site = App::new();
        let mut browser = site.logged_in(remember);
        let id = current(&mut browser).id;
        let response = browser.post("/end-and-say", &format!("id={id}"));
        assert_eq!((response.status, response.body.as_str()), (200, "None"));
        assert_eq!(browser.cookie(REMEMBER), None);
        site.events.lock().unwrap().clear();
        assert_eq!(browser.get("/messages").body, "Ended.");
        assert_eq!(who(&mut browser), "None");
        assert_eq!(*site.events.lock().unwrap(), ["user_accessed"]);
        assert!(!site.log.text().contains("WARN"), "{}", site.log.text());
    }
}

#[test]
fn ending_a_login_that_was_superseded_logs_the_request_out() {
    let site = App::new();
    let mut browser = site.logged_in(true);
    assert_eq!(browser.post("/end-others", "").status, 200);
    let id = current(&mut browser).id;
    let response = browser.post("/end-and-say", &format!("id={id}"));
    assert_eq!(response.body, "None");
    assert_eq!(browser.cookie(REMEMBER), None);
}

#[test]
fn ending_the_current_login_is_reported_as_a_logout() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let id = current(&mut browser).id;
    browser.post("/end", &format!("id={id}"));
    assert_eq!(site.events.count(LoginEvent::UserLoggedOut), 1);
    assert_eq!(who(&mut browser), "None");
    assert_eq!(site.events.count_named("login_ended"), 0);
    assert_eq!(site.events.count_named("remember_cookie_rejected"), 0);
}

#[test]
fn ending_another_login_keeps_the_request_logged_in() {
    let site = App::new();
    let mut browser = site.logged_in(true);
    let mut other = site.logged_in(true);
    let id = current(&mut other).id;
    let response = browser.post("/end-and-say", &format!("id={id}"));
    assert_eq!(response.body, "Some(1)");
    assert_eq!(logins(&mut browser).len(), 1);
    assert_eq!(browser.get("/messages").body, "Ended.");
}

#[test]
fn ending_the_login_of_a_cookie_beside_another_session_clears_the_cookie() {
    let site = App::new();
    let mut browser = site.logged_in(false);
    let mut other = site.logged_in(true);
    let token = other.cookie(REMEMBER).unwrap().to_owned();
    browser.cookies.insert(REMEMBER.to_owned(), token);
    let id = current(&mut other).id;
    let response = browser.post("/end-and-say", &format!("id={id}"));
    assert_eq!(response.body, "Some(1)");
    assert_eq!(browser.cookie(REMEMBER), None);
}

#[test]
fn a_message_of_a_login_ended_observer_is_shown_whichever_page_comes_first() {
    for first in [None, Some("/who"), Some("/logins"), Some("/remembered")] {
        let site = App::new();
        let mut browser = site.logged_in(false);
        site.end(&mut browser);
        if let Some(page) = first {
            browser.get(page);
        }
        assert_eq!(
            browser.get("/messages").body,
            "You were logged out.",
            "{first:?}"
        );
        assert_eq!(browser.get("/messages").body, "");
    }
}

#[test]
fn a_message_about_the_cookie_survives_the_end_of_the_session() {
    for keep_session in [true, false] {
        let site = App::new();
        let mut browser = site.logged_in(true);
        site.end(&mut browser);
        if !keep_session {
            browser.cookies.remove(SESSION);
        }
        let expected = if keep_session {
            "You were logged out.,Not remembered."
        } else {
            "Not remembered."
        };
        browser.get("/who");
        assert_eq!(browser.get("/messages").body, expected);
    }
}
