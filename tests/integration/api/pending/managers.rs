//! Two managers on one store: each has its own pending logins and its own count.

use actix_login::{
    ActiveLogins, CurrentUser, LoginManager, LoginOptions, PendingUser, UserMixin, begin_login,
    logout_user, store::MemoryLoginStore,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, Path, ServiceConfig},
};

use crate::{
    serve,
    support::{SECRET, cookie_session, pages::User},
};

#[derive(Clone, UserMixin)]
struct Admin {
    id: u64,
}

impl From<u64> for Admin {
    fn from(id: u64) -> Self {
        Self { id }
    }
}

async fn begin<U: UserMixin + From<u64>>(req: HttpRequest) -> Result<impl Responder> {
    begin_login(&req, &U::from(1), LoginOptions::new()).await?;
    Ok("begun")
}

async fn check<U: UserMixin>(
    req: HttpRequest,
    user: PendingUser<U>,
    code: Path<String>,
) -> Result<impl Responder> {
    let is_right = user.check_code(&req, async |_| *code == "right").await?;
    Ok(is_right.to_string())
}

async fn logout<U: UserMixin>(req: HttpRequest) -> Result<impl Responder> {
    LoginManager::<U>::of(&req)?.logout_user(&req).await?;
    Ok("logged out")
}

async fn logout_nearest(req: HttpRequest) -> Result<impl Responder> {
    logout_user(&req).await?;
    Ok("logged out")
}

async fn who(user: CurrentUser<User>, admin: CurrentUser<Admin>) -> String {
    format!("{:?} {:?}", user.get_id(), admin.get_id())
}

fn pages(config: &mut ServiceConfig) {
    config
        .route("/who", web::get().to(who))
        .route("/user/begin", web::post().to(begin::<User>))
        .route("/user/code/{code}", web::post().to(check::<User>))
        .route("/user/logout", web::post().to(logout::<User>))
        .route("/admin/begin", web::post().to(begin::<Admin>))
        .route("/admin/code/{code}", web::post().to(check::<Admin>))
        .route("/logout", web::post().to(logout_nearest));
}

#[test]
fn two_managers_keep_their_pending_logins_and_counts_apart() {
    let memory = MemoryLoginStore::new();
    let users = LoginManager::<User>::builder(SECRET)
        .user_loader(async |id: u64| Some(User::from(id)))
        .active_logins(ActiveLogins::in_store(memory.clone()))
        .build()
        .unwrap();
    let admins = LoginManager::<Admin>::builder(SECRET)
        .user_loader(async |id: u64| Some(Admin::from(id)))
        .active_logins(ActiveLogins::in_store(memory))
        .build()
        .unwrap();
    let app = serve!(pages, admins.clone(), users.clone(), cookie_session());

    let mut browser = app.browser();
    browser.post("/user/begin", "");
    assert_eq!(browser.post("/admin/code/right", "").status, 401);
    browser.post("/admin/begin", "");
    for _ in 0..4 {
        assert_eq!(browser.post("/user/code/wrong", "").body, "false");
    }
    let mut copy = browser.clone();
    assert_eq!(browser.post("/user/code/wrong", "").status, 429);
    assert_eq!(browser.post("/admin/code/wrong", "").body, "false");

    // A logout of the user leaves the pending login of the admin in the session.
    browser.post("/user/logout", "");
    assert_eq!(browser.post("/admin/code/right", "").body, "true");
    assert_eq!(browser.get("/who").body, "None Some(1)");
    assert_eq!(copy.post("/admin/code/right", "").status, 401);

    // The nearest manager is the admins'.
    browser.post("/logout", "");
    assert_eq!(browser.get("/who").body, "None None");
}
