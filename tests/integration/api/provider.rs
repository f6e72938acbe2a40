//! Users who log in by an identity provider, and authenticate again there.

use std::time::Duration;

use crate::{
    serve,
    support::{
        SECRET, TestApp, cookie_session,
        site::{User, Users, World},
    },
};
use actix_login::{
    CurrentUser, LoginManager, LoginManagerBuilder, Timestamp, confirm_login, fresh_login_required,
    login_user,
};
use actix_web::{
    HttpRequest, Responder, Result,
    error::ErrorForbidden,
    web::{self, Data, Query, ServiceConfig},
};
use serde::Deserialize;

const MINUTE: Duration = Duration::from_secs(60);

/// What a provider's ID token says, which a real app verifies.
#[derive(Deserialize)]
struct IdToken {
    user: String,
    auth_time: u64,
    asked_at: u64,
}

async fn callback(
    req: HttpRequest,
    token: Query<IdToken>,
    current: CurrentUser<User>,
    users: Data<Users>,
) -> Result<impl Responder> {
    if current.get_id().as_ref() != Some(&token.user) {
        login_user(&req, &users.find(&token.user).unwrap()).await?;
        return Ok("logged in");
    }
    let auth_time = Timestamp::from_secs(token.auth_time);
    if auth_time < Timestamp::from_secs(token.asked_at) {
        return Err(ErrorForbidden("authenticate again at the provider"));
    }
    confirm_login(&req).await?;
    Ok("confirmed")
}

#[fresh_login_required]
async fn account(user: CurrentUser<User>) -> impl Responder {
    user.get_id().unwrap_or_default()
}

fn refresh_view(req: &HttpRequest) -> String {
    match req.query_string() {
        "by=provider" => "/provider".to_owned(),
        _ => "/password".to_owned(),
    }
}

fn app(world: &World) -> TestApp {
    let settings = |manager: LoginManagerBuilder<User>| {
        manager
            .fresh_deadline(MINUTE)
            .refresh_view_with(refresh_view)
    };
    let manager: LoginManager<User> = world.manager(SECRET, settings);
    let users = world.users.clone();
    serve!(
        {
            let users = users.clone();
            move |config: &mut ServiceConfig| {
                config
                    .app_data(Data::new(users))
                    .route("/callback", web::get().to(callback))
                    .route("/account", web::get().to(account));
            }
        },
        manager.clone(),
        cookie_session(),
    )
}

#[test]
fn a_user_of_a_provider_authenticates_again_there() {
    let world = World::new();
    let app = app(&world);
    let mut browser = app.browser();
    let logged_in = browser.get("/callback?user=1&auth_time=0&asked_at=0");
    assert_eq!(logged_in.body, "logged in");
    assert_eq!(browser.get("/account").body, "1");
    world.clock.advance(MINUTE);
    let stale = browser.get("/account?by=provider");
    assert!(stale.location().unwrap().starts_with("/provider?next="));
    let other = browser.get("/account");
    assert!(other.location().unwrap().starts_with("/password?next="));

    let too_old = browser.get("/callback?user=1&auth_time=99&asked_at=100");
    assert_eq!(too_old.status, 403);
    assert_eq!(browser.get("/account").status, 302);
    let again = browser.get("/callback?user=1&auth_time=100&asked_at=100");
    assert_eq!(again.body, "confirmed");
    assert_eq!(browser.get("/account").body, "1");
}

#[test]
fn another_user_of_the_provider_replaces_the_current_one() {
    let world = World::new();
    let app = app(&world);
    let mut browser = app.browser();
    browser.get("/callback?user=1&auth_time=0&asked_at=0");
    world.clock.advance(MINUTE);
    let other = browser.get("/callback?user=2&auth_time=0&asked_at=100");
    assert_eq!(other.body, "logged in");
    assert_eq!(browser.get("/account").body, "2");
}
