//! Freshness that ends: the manager's deadline, and the time of one guard.

use std::time::Duration;

use actix_login::{LoginManager, LoginScope, config::LOGIN_DEADLINE, fresh_login_required};
use actix_web::web::{self, Data, ServiceConfig};

use crate::{
    serve,
    support::{
        SECRET, cookie_session,
        site::{Site, User, World, pages},
    },
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn refreshing() -> Site {
    Site::new(|manager| manager.fresh_deadline(MINUTE).refresh_view("/again"))
}

#[test]
fn without_a_deadline_a_login_stays_fresh() {
    let site = Site::new(|manager| manager);
    let mut browser = site.logged_in();
    site.wait(LOGIN_DEADLINE - SECOND);
    assert_eq!(browser.get("/account").body, "account");
}

#[test]
fn after_the_fresh_deadline_the_user_must_authenticate_again() {
    let site = refreshing();
    let mut browser = site.logged_in();
    site.wait(MINUTE - SECOND);
    assert_eq!(browser.get("/who").body, "1 fresh");
    assert_eq!(browser.get("/account").body, "account");
    site.wait(SECOND);
    assert_eq!(browser.get("/who").body, "1 stale");
    assert_eq!(browser.get("/login-fresh").body, "false");
    let refused = browser.get("/account");
    assert_eq!(refused.location(), Some("/again?next=%2Faccount"));
    assert_eq!(browser.get("/protected").body, "protected");
}

#[test]
fn confirm_login_starts_the_fresh_deadline_anew() {
    let site = refreshing();
    let mut browser = site.logged_in();
    site.wait(2 * MINUTE);
    assert_eq!(browser.post("/confirm", "").body, "confirmed");
    assert_eq!(browser.get("/account").body, "account");
    site.wait(MINUTE - SECOND);
    assert_eq!(browser.get("/account").body, "account");
    site.wait(SECOND);
    assert_eq!(browser.get("/account").status, 302);
}

#[test]
fn a_new_login_starts_the_fresh_deadline_anew() {
    let site = refreshing();
    let mut browser = site.logged_in();
    site.wait(MINUTE);
    browser.post("/login", "1");
    assert_eq!(browser.get("/who").body, "1 fresh");
    site.wait(MINUTE);
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn a_changed_password_does_not_extend_freshness() {
    let site = refreshing();
    let mut browser = site.logged_in();
    site.wait(MINUTE - SECOND);
    assert_eq!(browser.post("/password", "new").body, "changed");
    assert_eq!(browser.get("/who").body, "1 fresh");
    site.wait(SECOND);
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn the_end_of_freshness_changes_no_session() {
    let site = refreshing();
    let mut browser = site.logged_in();
    site.wait(MINUTE);
    let response = browser.get("/who");
    assert_eq!(response.body, "1 stale");
    assert!(response.set_cookies().is_empty());
}

#[test]
fn the_shorter_of_deadline_and_within_counts() {
    for (deadline, fresh_for) in [(2 * MINUTE, MINUTE), (MINUTE / 2, MINUTE / 2)] {
        let site = Site::new(|manager| manager.fresh_deadline(deadline));
        let mut browser = site.logged_in();
        site.wait(fresh_for - SECOND);
        assert_eq!(browser.get("/within").body, "within");
        site.wait(SECOND);
        assert_eq!(browser.get("/within").status, 401);
    }
}

#[test]
fn within_ends_freshness_without_a_deadline() {
    let site = Site::new(|manager| manager.refresh_view("/again"));
    let mut browser = site.logged_in();
    site.wait(MINUTE);
    assert_eq!(browser.get("/account").body, "account");
    let refused = browser.get("/within");
    assert_eq!(refused.location(), Some("/again?next=%2Fwithin"));
    browser.post("/confirm", "");
    assert_eq!(browser.get("/within").body, "within");
}

#[fresh_login_required(within = "15m")]
async fn minutes() -> &'static str {
    "within"
}

#[fresh_login_required(within = "2h")]
async fn hours() -> &'static str {
    "within"
}

#[fresh_login_required(within = "3d")]
async fn days() -> &'static str {
    "within"
}

#[test]
fn within_is_in_minutes_hours_or_days() {
    let world = World::new();
    let manager = world.manager(SECRET, |manager| manager);
    let served = world.clone();
    let app = serve!(
        |config: &mut ServiceConfig| {
            pages(config, &served);
            config
                .route("/minutes", web::get().to(minutes))
                .route("/hours", web::get().to(hours))
                .route("/days", web::get().to(days));
        },
        manager.clone(),
        cookie_session(),
    );
    let mut browser = app.browser();
    browser.post("/login", "1");
    let mut waited = Duration::ZERO;
    for (page, fresh_for) in [
        ("/minutes", 15 * MINUTE),
        ("/hours", 2 * 60 * MINUTE),
        ("/days", 3 * 24 * 60 * MINUTE),
    ] {
        world.clock.advance(fresh_for - SECOND - waited);
        assert_eq!(browser.get(page).body, "within", "{page}");
        world.clock.advance(SECOND);
        assert_eq!(browser.get(page).status, 401, "{page}");
        waited = fresh_for;
    }
}

#[test]
fn within_refuses_anonymous_requests_and_stale_logins() {
    let site = Site::new(|manager| manager.refresh_view("/again"));
    let mut browser = site.browser();
    let anonymous = browser.get("/within");
    assert_eq!(anonymous.location(), Some("/login?next=%2Fwithin"));
    browser.post("/login?fresh=false", "1");
    let stale = browser.get("/within");
    assert_eq!(stale.location(), Some("/again?next=%2Fwithin"));
}

#[test]
fn a_check_after_within_still_counts() {
    let site = Site::new(|manager| manager);
    let mut browser = site.browser();
    browser.post("/login", "2");
    assert_eq!(browser.get("/within").status, 403);
}

#[test]
fn a_scope_can_limit_the_age_of_a_fresh_login() {
    let world = World::new();
    let manager: LoginManager<User> = world.manager(SECRET, |manager| manager);
    let users = world.users.clone();
    let app = serve!(
        {
            let users = users.clone();
            move |config: &mut ServiceConfig| {
                async fn login(
                    req: actix_web::HttpRequest,
                    users: Data<crate::support::site::Users>,
                ) -> actix_web::Result<&'static str> {
                    actix_login::login_user(&req, &users.find("1").unwrap()).await?;
                    Ok("logged in")
                }
                config
                    .app_data(Data::new(users))
                    .route("/login", web::post().to(login))
                    .service(
                        web::scope("/payments")
                            .wrap(LoginScope::new().fresh_login_required_within(MINUTE))
                            .route("", web::get().to(async || "payments")),
                    );
            }
        },
        manager.clone(),
        cookie_session(),
    );
    let mut browser = app.browser();
    browser.post("/login", "");
    world.clock.advance(MINUTE - SECOND);
    assert_eq!(browser.get("/payments").body, "payments");
    world.clock.advance(SECOND);
    assert_eq!(browser.get("/payments").status, 401);
}

#[test]
fn authenticated_at_is_the_time_of_the_login_or_its_confirmation() {
    let site = refreshing();
    let mut browser = site.logged_in();
    let at = |body: &str| body.parse::<u64>().unwrap();
    let login = at(&browser.get("/authenticated-at").body);
    site.wait(2 * MINUTE);
    assert_eq!(at(&browser.get("/authenticated-at").body), login);
    browser.post("/confirm", "");
    assert_eq!(at(&browser.get("/authenticated-at").body), login + 120);
}

#[test]
fn authenticated_at_is_none_without_credentials_in_this_session() {
    let site = refreshing();
    let mut browser = site.remembered();
    browser.restart();
    assert_eq!(browser.get("/authenticated-at").body, "never");
    assert_eq!(browser.get("/authenticated-at").body, "never");
    let mut weak = site.browser();
    assert_eq!(weak.get("/authenticated-at").body, "never");
    weak.post("/login?fresh=false", "1");
    assert_eq!(weak.get("/authenticated-at").body, "never");
}

#[test]
fn a_fresh_deadline_below_a_second_is_rejected() {
    let error = LoginManager::<User>::builder(SECRET)
        .user_loader(async |_: String| None)
        .fresh_deadline(Duration::from_millis(999))
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("fresh_deadline"), "{error}");
}
