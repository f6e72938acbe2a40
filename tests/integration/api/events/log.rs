//! What the log contains of events, and what it never contains.

use std::time::Duration;

use tracing::Level;

use super::{API_KEY, ID, builder, remembered, telling};
use crate::{
    serve,
    support::{
        Browser, Clock, Log, REMEMBER, SESSION, cookie_session,
        pages::{User, manager},
    },
};

/// The lines that this crate has logged.
fn own_lines(log: &Log) -> String {
    let text = log.text();
    let own = text.lines().filter(|line| line.contains(" actix_login: "));
    own.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_log_has_each_events_stable_name_and_no_secret() {
    let (log, clock) = (Log::default(), Clock::new());
    let manager = builder(&clock).build().unwrap();
    let captured = log.clone();
    let app = serve!(
        {
            captured.capture_up_to(Level::TRACE);
            telling
        },
        manager.clone(),
        cookie_session()
    );
    let mut secrets = vec![ID.to_string(), API_KEY.to_owned()];

    let mut browser = remembered(&app);
    let mut remember = |browser: &Browser| {
        for name in [SESSION, REMEMBER] {
            let value = browser.cookie(name);
            secrets.extend(value.map(str::to_owned));
        }
    };
    remember(&browser);
    let keep = browser.clone();
    browser.restart();
    browser.get("/fresh");
    remember(&browser);
    browser.post("/confirm", "");
    remember(&browser);
    browser.user_agent = Some("Thief/1.0".to_owned());
    browser.get("/who");
    clock.advance(Duration::from_secs(1000));
    browser.get("/who");
    remember(&browser);
    browser.post("/bye", "");
    let mut forger = keep.clone();
    forger.cookies.remove(SESSION);
    let forged = format!("{}x", forger.cookies[REMEMBER]);
    forger.cookies.insert(REMEMBER.into(), forged.clone());
    forger.get("/guarded");
    let mut api = app.browser();
    api.request("GET", "/who")
        .header("X-Api-Key", API_KEY)
        .send();
    secrets.push(forged);

    for name in [
        "user_logged_in",
        "user_logged_out",
        "user_loaded_from_cookie",
        "user_loaded_from_request",
        "user_login_confirmed",
        "user_unauthorized",
        "user_needs_refresh",
        "session_protected",
        "user_accessed",
        "remember_cookie_rejected",
        "login_ended",
    ] {
        assert!(log.says(&format!("event=\"{name}\"")), "{name}");
    }
    let lines = own_lines(&log);
    assert!(lines.contains("event="));
    for secret in &secrets {
        // A single part, such as the signature, must not be logged either.
        for part in secret.split(['|', '.']).filter(|part| part.len() > 8) {
            assert!(!lines.contains(part), "{part} is in the log:\n{lines}");
        }
    }
}

#[test]
fn the_info_level_logs_logins_but_no_mere_visits() {
    let log = Log::default();
    let (captured, manager) = (log.clone(), manager::<User>());
    let app = serve!(
        {
            captured.capture();
            telling
        },
        manager.clone(),
        cookie_session()
    );
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.get("/who");
    browser.post("/bye", "");
    assert!(log.says("event=\"user_logged_out\""));
    assert!(log.text().contains("event=\"user_logged_in\""));
    assert!(!log.text().contains("user_accessed"));
}
