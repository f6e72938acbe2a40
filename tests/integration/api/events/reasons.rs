//! Why a login ended or a remember cookie was rejected.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_login::{
    ActiveLogins, CookieRejectReason, LoginEndReason,
    LoginEvent::{LoginEnded, RememberCookieRejected},
    RememberCookie,
    flask::encode_cookie,
};
use actix_web::HttpRequest;

use crate::support::{
    REMEMBER, SECRET,
    site::{Builder, Site, User, World},
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
    site_in(&World::new(), settings)
}

fn site_in(world: &World, settings: impl FnOnce(Builder) -> Builder) -> (Site, Reasons) {
    let reasons = Reasons::default();
    let noted = reasons.clone();
    let site = Site::deployed(world, SECRET, |manager| {
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
fn a_login_from_before_active_logins_is_revoked() {
    let world = World::new();
    let before = Site::deployed(&world, SECRET, |manager| manager);
    let (site, reasons) = site_in(&world, active);
    let mut browser = site.returning(&before.remembered());
    assert_eq!(browser.get("/who").body, "nobody");
    let revoked = LoginEndReason::Revoked.name();
    assert_eq!(reasons.take(), [(revoked, None), (revoked, None)]);
}

#[test]
fn a_login_whose_cookie_was_copied_names_its_reason_and_its_user() {
    let (site, reasons) = site(|manager| {
        let logins = ActiveLogins::in_memory();
        manager.active_logins(logins.cookie_grace(Duration::ZERO))
    });
    let mut owner = site.remembered();
    let mut thief = site.thief(owner.cookie(REMEMBER).unwrap());
    assert_eq!(thief.get("/who").body, "1 stale");
    assert_eq!(thief.get("/who").body, "1 stale");
    assert_eq!(owner.get("/who").body, "nobody");
    let reused = LoginEndReason::RememberCookieReused.name();
    assert_eq!(reasons.take(), [(reused, Some("1".to_owned()))]);
}

#[test]
fn a_session_and_a_cookie_of_a_deleted_user_name_the_same_reason() {
    let (site, reasons) = site(|manager| manager);
    let mut browser = site.remembered();
    site.world.users.remove("1");
    assert_eq!(browser.get("/who").body, "nobody");
    let not_found = CookieRejectReason::UserNotFound.name();
    assert_eq!(reasons.take(), [(not_found, None), (not_found, None)]);
}

#[test]
fn a_cookie_past_a_deadline_that_was_set_later_is_expired() {
    let world = World::new();
    let before = Site::deployed(&world, SECRET, |manager| manager);
    let old = before.remembered();
    let shorter = RememberCookie::new().remember_deadline(DAY);
    let (site, reasons) = site_in(&world, |manager| manager.remember_cookie(shorter));
    site.wait(DAY);
    let mut browser = site.thief(old.cookie(REMEMBER).unwrap());
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(reasons.take(), [(CookieRejectReason::Expired.name(), None)]);
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

#[test]
fn flasks_cookie_after_a_logout_is_revoked_and_names_its_user() {
    let world = World::new();
    let until = world.clock.reader()() + DAY;
    let (site, reasons) = site_in(&world, |manager| {
        active(manager).accept_flask_cookies("secret", until)
    });
    let token = encode_cookie("1", b"secret");
    let mut browser = site.thief(&token);
    assert_eq!(browser.get("/who").body, "1 stale");
    assert_eq!(browser.post("/logout", "").status, 200);
    assert_eq!(site.thief(&token).get("/who").body, "nobody");
    let revoked = CookieRejectReason::Revoked.name();
    assert_eq!(reasons.take(), [(revoked, Some("1".to_owned()))]);
}

#[test]
fn flasks_cookie_with_an_id_too_long_is_of_no_user() {
    let world = World::new();
    let until = world.clock.reader()() + DAY;
    let (site, reasons) = site_in(&world, |manager| {
        manager.accept_flask_cookies("secret", until)
    });
    let mut browser = site.thief(&encode_cookie(&"1".repeat(513), b"secret"));
    assert_eq!(browser.get("/who").body, "nobody");
    let not_found = CookieRejectReason::UserNotFound.name();
    assert_eq!(reasons.take(), [(not_found, None)]);
}
