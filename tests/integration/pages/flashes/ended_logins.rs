//! "Why was I logged out?": what an observer flashes, with the events of the guide.

use actix_login::{
    ActiveLogins, CookieRejectReason, CurrentUser, LoginEndReason, LoginEvent, LoginManager,
    LoginOptions, RememberCookie, flash, login_user_with, logout_user,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, Path, Redirect, ServiceConfig},
};

use super::{flashing, pair, shown};
use crate::{
    serve,
    support::{
        Browser, Clock, SECRET, TestApp, cookie_session,
        pages::{User, load},
    },
};

fn explain(req: &HttpRequest, event: LoginEvent, _: Option<&User>) {
    let text = match event {
        LoginEvent::LoginEnded { reason, .. } => match reason {
            LoginEndReason::Revoked => "ended",
            LoginEndReason::RememberCookieReused => "copied",
            _ => return,
        },
        LoginEvent::RememberCookieRejected {
            reason: CookieRejectReason::Revoked,
        } => "ended",
        LoginEvent::RememberCookieReused => "copied",
        _ => return,
    };
    flash(req, "message", text);
}

async fn log_in(req: HttpRequest, id: Path<u64>) -> Result<impl Responder> {
    let remembered = LoginOptions::new().remember(true);
    login_user_with(&req, &User::from(*id), remembered).await?;
    Ok("logged in")
}

/// The argument loads the login while it holds.
async fn reset_password(
    req: HttpRequest,
    id: Path<u64>,
    _: CurrentUser<User>,
) -> Result<impl Responder> {
    LoginManager::<User>::of(&req)?
        .end_all_logins_of(&id)
        .await?;
    logout_user(&req).await?;
    flash(&req, "success", "log in with the new password");
    Ok(Redirect::to("/messages").see_other())
}

async fn end_all(req: HttpRequest, id: Path<u64>) -> Result<impl Responder> {
    LoginManager::<User>::of(&req)?
        .end_all_logins_of(&id)
        .await?;
    Ok("ended")
}

fn app(clock: &Clock) -> TestApp {
    let manager = LoginManager::<User>::builder(SECRET)
        .user_loader(async |id: u64| load::<User>(id))
        .remember_cookie(RememberCookie::new().secure(false))
        .active_logins(ActiveLogins::in_memory())
        .on_event(explain)
        .clock(clock.reader())
        .build()
        .unwrap();
    let configure = |config: &mut ServiceConfig| {
        flashing(config);
        config
            .route("/remember/{id}", web::post().to(log_in))
            .route("/reset/{id}", web::post().to(reset_password))
            .route("/end-all/{id}", web::post().to(end_all));
    };
    serve!(configure, manager.clone(), cookie_session())
}

fn remembered(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.post("/remember/1", "").status, 200);
    browser
}

#[test]
fn a_browser_is_told_once_that_its_login_was_ended() {
    let app = app(&Clock::new());
    let mut by_both = remembered(&app);
    let mut by_cookie = remembered(&app);
    by_cookie.restart();
    app.browser().post("/end-all/1", "");
    for browser in [&mut by_both, &mut by_cookie] {
        assert_eq!(browser.get("/who").body, "nobody");
        assert_eq!(shown(browser), [pair("message", "ended")]);
        assert_eq!(browser.get("/who").body, "nobody");
        assert_eq!(shown(browser), []);
    }
}

#[test]
fn a_browser_is_told_that_its_remember_cookie_was_copied() {
    let clock = Clock::new();
    let app = app(&clock);
    let mut owner = remembered(&app);
    let mut thief = owner.clone();
    thief.restart();
    owner.restart();
    for _ in 0..2 {
        assert_eq!(thief.get("/who").body, "1");
        clock.advance(std::time::Duration::from_secs(120));
    }
    assert_eq!(owner.get("/who").body, "nobody");
    assert_eq!(shown(&mut owner), [pair("message", "copied")]);
}

#[test]
fn a_browser_that_resets_its_password_gets_no_other_message() {
    let app = app(&Clock::new());
    let mut browser = remembered(&app);
    let mut elsewhere = remembered(&app);
    browser.post("/reset/1", "");
    let expected = pair("success", "log in with the new password");
    assert_eq!(shown(&mut browser), [expected]);
    assert_eq!(elsewhere.get("/who").body, "nobody");
    assert_eq!(shown(&mut elsewhere), [pair("message", "ended")]);
}
