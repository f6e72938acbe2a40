//! Why a login ended or a remember cookie was rejected, and which reasons are warnings in the log.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_login::{
    ActiveLogins, CookieRejectReason, LoginEndReason,
    LoginEvent::{LoginEnded, RememberCookieRejected},
    flask::encode_cookie,
};
use actix_web::HttpRequest;

use crate::{
    serve,
    support::{
        Browser, Log, REMEMBER, SESSION,
        active_site::{self, Users, current, log_in_remembered, who},
        cookie_session,
        site::{Builder, Site, User, World},
    },
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The reasons of the ends and rejections so far, each with the user's id if it is known.
#[derive(Clone, Default)]
struct Reasons(Arc<Mutex<Vec<Noted>>>);

/// The name of an event, and its reason.
type Noted = (&'static str, Option<String>);

impl Reasons {
    fn take(&self) -> Vec<(&'static str, Option<String>)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn site(settings: impl FnOnce(Builder) -> Builder) -> (Site, Reasons) {
    let reasons = Reasons::default();
    let noted = reasons.clone();
    let site = Site::new(|manager| {
        settings(manager).on_event(move |_: &HttpRequest, event, user: Option<&User>| {
            let reason = match event {
                LoginEnded { reason, .. } => reason.name(),
                RememberCookieRejected { reason } => reason.name(),
                _ => return,
            };
            let user = user.map(|user| user.id.clone());
            noted.0.lock().unwrap().push((reason, user));
        })
    });
    (site, reasons)
}

fn active(manager: Builder) -> Builder {
    manager.active_logins(ActiveLogins::in_memory())
}

#[test]
fn a_login_that_ended_names_its_reason_and_its_user_if_known() {
    let known = Some("1".to_owned());
    let (site, reasons) = self::site(|manager| manager.visit_deadline(DAY));
    for (end, expected) in [
        (
            (|site: &Site| site.wait(DAY)) as fn(&Site),
            (LoginEndReason::Expired, None),
        ),
        (
            |site| drop(site.world.users.set_hash("1", "new")),
            (LoginEndReason::AuthHashChanged, known),
        ),
        (
            |site| site.world.users.remove("1"),
            (LoginEndReason::UserNotFound, None),
        ),
    ] {
        let mut browser = site.logged_in();
        end(&site);
        assert_eq!(browser.get("/who").body, "nobody");
        assert_eq!(reasons.take(), [(expected.0.name(), expected.1)]);
    }
}

#[test]
fn a_login_that_another_one_takes_the_place_of_has_ended() {
    let (site, reasons) = self::site(|manager| manager.visit_deadline(DAY));
    let mut browser = site.logged_in();
    browser.post("/login", "1");
    assert_eq!(reasons.take(), [], "the same user goes on");
    browser.post("/login", "2");
    let replaced = [(LoginEndReason::Replaced.name(), None)];
    assert_eq!(reasons.take(), replaced);
    site.wait(DAY);
    browser.post("/login", "2");
    let expired = (LoginEndReason::Expired.name(), None);
    assert_eq!(reasons.take(), [expired]);
    browser.get("/who");
    assert_eq!(reasons.take(), []);

    let (site, reasons) = self::site(active);
    let mut browser = site.logged_in();
    let mut copy = browser.clone();
    browser.post("/logout", "");
    copy.post("/login", "1");
    assert_eq!(reasons.take(), replaced);
    copy.post("/login", "1");
    assert_eq!(reasons.take(), []);
}

#[test]
fn a_login_that_was_ended_on_the_server_is_revoked() {
    let (site, reasons) = site(active);
    let mut owner = site.remembered();
    let mut copy = owner.clone();
    owner.post("/logout", "");
    assert_eq!(copy.get("/who").body, "nobody");
    let revoked = LoginEndReason::Revoked.name();
    assert_eq!(reasons.take(), [(revoked, None), (revoked, None)]);
}

#[test]
fn a_rejected_cookie_names_its_reason_and_its_user_if_known() {
    let (site, reasons) = site(|manager| manager);
    let browser = site.remembered();
    let token = browser.cookie(REMEMBER).unwrap().to_owned();
    let rejected = |value: &str| {
        let mut thief = site.thief(value);
        assert_eq!(thief.get("/who").body, "nobody");
        assert_eq!(thief.cookie(REMEMBER), None);
        reasons.take()
    };
    let forged = [(CookieRejectReason::Forged.name(), None)];
    for value in ["", "1", &token[1..], &encode_cookie("1", b"secret")] {
        assert_eq!(rejected(value), forged, "{value:?}");
    }
    let conflict = format!("{token}; {REMEMBER}=other");
    assert_eq!(
        rejected(&conflict),
        [(CookieRejectReason::Conflict.name(), None)]
    );
    site.world.users.set_hash("1", "new");
    let changed = CookieRejectReason::AuthHashChanged.name();
    assert_eq!(rejected(&token), [(changed, Some("1".to_owned()))]);
    site.world.users.remove("1");
    let not_found = CookieRejectReason::UserNotFound.name();
    assert_eq!(rejected(&token), [(not_found, None)]);
    site.wait(366 * DAY);
    assert_eq!(
        rejected(&token),
        [(CookieRejectReason::Expired.name(), None)]
    );
}

#[test]
fn flasks_cookie_is_expired_after_the_configured_day() {
    let world = World::new();
    let until = world.clock.reader()();
    let (site, reasons) = site(|manager| manager.accept_flask_cookies("secret", until));
    site.wait(DAY);
    let mut browser = site.thief(&encode_cookie("1", b"secret"));
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(reasons.take(), [(CookieRejectReason::Expired.name(), None)]);
}

/// What an app has logged while `visit` was there, with each login in a store.
fn logged(visit: impl FnOnce(&mut Browser, Browser)) -> Log {
    let (log, users) = (Log::default(), Users::new());
    let manager = active_site::builder(&users)
        .active_logins(ActiveLogins::in_memory())
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

#[test]
fn a_forged_cookie_is_a_warning() {
    let log = logged(|browser, _| {
        browser.cookies.remove(SESSION);
        browser.cookies.insert(REMEMBER.into(), "forged".into());
        assert_eq!(who(browser), "None");
    });
    assert!(log.says("reason=\"forged\""));
    assert!(log.text().contains("WARN"), "{}", log.text());
}
