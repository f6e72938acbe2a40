//! Logging in, staying logged in, logging out.

use actix_login::{
    AuthenticatedUser, CurrentUser, LoginManager, UserMixin, login_required, login_user,
    logout_user,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{SECRET, SESSION, TestApp, cookie_session},
};

#[derive(Clone, UserMixin)]
struct User {
    id: u64,
}

fn manager() -> LoginManager<User> {
    LoginManager::<User>::builder(SECRET)
        .user_loader(async |id: u64| (id == 1).then_some(User { id }))
        .login_view("/login")
        .build()
        .unwrap()
}

fn pages(config: &mut ServiceConfig) {
    async fn who(user: CurrentUser<User>) -> impl Responder {
        format!("{:?}", user.get_id())
    }
    async fn login(req: HttpRequest) -> Result<impl Responder> {
        login_user(&req, &User { id: 1 }).await?;
        Ok("logged in")
    }
    async fn logout(req: HttpRequest) -> Result<impl Responder> {
        logout_user(&req).await?;
        Ok("logged out")
    }
    #[login_required]
    async fn protected(user: AuthenticatedUser<User>) -> impl Responder {
        format!("user {}", user.id)
    }
    config
        .route("/who", web::get().to(who))
        .route("/login", web::post().to(login))
        .route("/logout", web::post().to(logout))
        .service(web::resource("/protected").to(protected));
}

fn app() -> TestApp {
    let manager = manager();
    serve!(pages, manager.clone(), cookie_session())
}

#[test]
fn a_user_logs_in_stays_logged_in_and_logs_out() {
    let app = app();
    let mut browser = app.browser();
    assert_eq!(browser.get("/who").body, "None");
    let refused = browser.get("/protected");
    assert_eq!(refused.status, 302);
    assert_eq!(refused.location(), Some("/login?next=%2Fprotected"));

    assert_eq!(browser.post("/login", "").body, "logged in");
    assert_eq!(browser.get("/who").body, "Some(1)");
    assert_eq!(browser.get("/protected").body, "user 1");
    assert!(browser.get("/protected").set_cookie(SESSION).is_none());

    browser.post("/logout", "");
    assert_eq!(browser.get("/who").body, "None");
    assert_eq!(browser.get("/protected").status, 302);
}
