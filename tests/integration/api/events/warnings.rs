//! Which events are warnings in the log: those that an attacker causes.

use std::time::Duration;

use actix_login::{ActiveLogins, LoginOptions, begin_login, pending_failed};
use actix_web::{
    HttpRequest, Result,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        Browser, Log, REMEMBER, SESSION,
        active_site::{self, Users, current, log_in_remembered, who},
        cookie_session, pages,
    },
};

/// What an app has logged while `visit` was there, with each login in a store.
fn logged(visit: impl FnOnce(&mut Browser, Browser)) -> Log {
    let (log, users) = (Log::default(), Users::new());
    let manager = active_site::builder(&users)
        .active_logins(ActiveLogins::in_memory().cookie_grace(Duration::ZERO))
        .build()
        .unwrap();
    let captured = log.clone();
    let app = serve!(
        {
            captured.capture();
            active_site::pages(&users)
        },
        manager.clone(),
        cookie_session()
    );
    let mut browser = app.browser();
    assert_eq!(log_in_remembered(&mut browser, 1).status, 200);
    visit(&mut browser, app.browser());
    log
}

#[test]
fn a_login_that_its_user_ended_elsewhere_is_no_warning() {
    let log = logged(|browser, mut elsewhere| {
        log_in_remembered(&mut elsewhere, 1);
        let id = current(browser).id;
        assert_eq!(elsewhere.post("/end", &format!("id={id}")).status, 200);
        assert_eq!(who(browser), "None");
    });
    assert!(log.says("event=\"remember_cookie_rejected\" reason=\"revoked\""));
    assert!(log.says("event=\"login_ended\" reason=\"revoked\""));
    assert!(!log.text().contains("WARN"), "{}", log.text());
}

/// Asserts that the log has a warning of this event.
#[track_caller]
fn assert_warns(log: &Log, event: &str) {
    let event = format!("event=\"{event}\"");
    assert!(log.says(&event), "{}", log.text());
    let text = log.text();
    let mut lines = text.lines().filter(|line| line.contains(&event));
    assert!(lines.all(|line| line.contains("WARN")), "{text}");
}

#[test]
fn a_forged_cookie_is_a_warning() {
    for cookie in ["forged", "one; remember_token=another"] {
        let log = logged(|browser, _| {
            browser.cookies.remove(SESSION);
            browser.cookies.insert(REMEMBER.into(), cookie.into());
            assert_eq!(who(browser), "None");
        });
        assert_warns(&log, "remember_cookie_rejected");
    }
}

#[test]
fn a_copied_cookie_is_a_warning() {
    let log = logged(|browser, _| {
        let mut thief = browser.clone();
        thief.restart();
        assert_eq!(who(&mut thief), "Some(1)");
        assert_eq!(who(&mut thief), "Some(1)");
        assert_eq!(who(browser), "None");
    });
    assert_warns(&log, "remember_cookie_reused");
}

#[test]
fn another_client_is_a_warning() {
    let log = logged(|browser, _| {
        browser.user_agent = Some("Thief/1.0".to_owned());
        assert_eq!(who(browser), "Some(1)");
    });
    assert_warns(&log, "session_protected");
}

#[test]
fn too_many_wrong_codes_are_a_warning() {
    async fn begin(req: HttpRequest) -> Result<&'static str> {
        begin_login(&req, &pages::User::from(1), LoginOptions::new()).await?;
        Ok("begun")
    }
    async fn fail(req: HttpRequest) -> Result<&'static str> {
        pending_failed(&req).await?;
        Ok("wrong")
    }
    let log = Log::default();
    let captured = log.clone();
    let builder = pages::builder::<pages::User>().active_logins(ActiveLogins::in_memory());
    let manager = builder.build().unwrap();
    let app = serve!(
        {
            captured.capture();
            |config: &mut ServiceConfig| {
                config
                    .route("/begin", web::post().to(begin))
                    .route("/fail", web::post().to(fail));
            }
        },
        manager.clone(),
        cookie_session()
    );
    let mut browser = app.browser();
    assert_eq!(browser.post("/begin", "").body, "begun");
    for _ in 0..5 {
        browser.post("/fail", "");
    }
    assert_warns(&log, "too_many_attempts");
}
