//! What a pending login depends on: a user who is active and can be loaded, and who ends no other logins.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use actix_login::{
    ActiveLogins, CurrentUser, LoginManager, LoginOptions, PendingUser, begin_login,
    end_other_logins, login_user,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{Data, Path, ServiceConfig, get, post},
};

use crate::{
    serve,
    support::{
        Browser, SECRET, TestApp, cookie_session,
        site::{User, Users, World},
    },
};

struct Site {
    app: TestApp,
    users: Users,
    is_down: Arc<AtomicBool>,
}

impl Site {
    fn new() -> Self {
        let users = World::new().users;
        let is_down = Arc::<AtomicBool>::default();
        let (loaded, fails) = (users.clone(), Arc::clone(&is_down));
        let manager = LoginManager::<User>::builder(SECRET)
            .user_loader(async move |id: String| {
                if fails.load(Ordering::SeqCst) {
                    return Err("the database is down");
                }
                Ok(loaded.find(&id))
            })
            .login_view("/login")
            .active_logins(ActiveLogins::in_memory())
            .build()
            .unwrap();
        let served = users.clone();
        Self {
            app: serve!(pages(served.clone()), manager.clone(), cookie_session()),
            users,
            is_down,
        }
    }

    /// A browser in which user `1` has sent the right password.
    fn pending(&self) -> Browser {
        let mut browser = self.app.browser();
        assert_eq!(browser.post("/begin/false", "").status, 200);
        browser
    }
}

fn pages(users: Users) -> impl FnOnce(&mut ServiceConfig) {
    async fn begin(
        req: HttpRequest,
        force: Path<bool>,
        users: Data<Users>,
    ) -> Result<&'static str> {
        let options = LoginOptions::new().force(*force);
        begin_login(&req, &users.find("1").unwrap(), options).await?;
        Ok("the code, please")
    }
    async fn ask(user: PendingUser<User>) -> impl Responder {
        user.id.clone()
    }
    async fn check(req: HttpRequest, user: PendingUser<User>) -> Result<String> {
        let is_right = user.check_code(&req, async |_: &User| true).await?;
        Ok(is_right.to_string())
    }
    async fn who(user: CurrentUser<User>) -> String {
        user.get_id().unwrap_or_else(|| "nobody".to_owned())
    }
    async fn log_in(req: HttpRequest, users: Data<Users>) -> Result<&'static str> {
        login_user(&req, &users.find("1").unwrap()).await?;
        Ok("logged in")
    }
    async fn end_others(req: HttpRequest) -> Result<&'static str> {
        end_other_logins(&req).await?;
        Ok("ended")
    }
    move |config| {
        config
            .app_data(Data::new(users))
            .route("/begin/{force}", post().to(begin))
            .route("/code", get().to(ask))
            .route("/code", post().to(check))
            .route("/login", post().to(log_in))
            .route("/end-others", post().to(end_others))
            .route("/who", get().to(who));
    }
}

#[test]
fn an_inactive_user_begins_no_login_without_force() {
    let site = Site::new();
    site.users.deactivate("1");
    let mut browser = site.app.browser();
    let refused = browser.post("/begin/false", "");
    assert_eq!((refused.status, refused.body.as_str()), (403, ""));
    assert_eq!(browser.get("/code").status, 302);
    assert_eq!(browser.post("/begin/true", "").status, 200);
    assert_eq!(browser.get("/code").body, "1");
}

#[test]
fn a_pending_login_ends_once_its_user_is_deactivated() {
    let site = Site::new();
    let [mut asking, mut checking] = [(); 2].map(|()| site.pending());
    site.users.deactivate("1");
    assert_eq!(asking.get("/code").status, 302);
    assert_eq!(checking.post("/code", "").status, 302);
    assert_eq!(checking.get("/who").body, "nobody");
    // Reactivated.
    site.users.add("1");
    assert_eq!(asking.get("/code").status, 302);
    assert_eq!(checking.post("/code", "").status, 302);
    assert_eq!(checking.get("/who").body, "nobody");
}

#[test]
fn a_failing_loader_ends_no_pending_login() {
    let site = Site::new();
    let mut browser = site.pending();
    site.is_down.store(true, Ordering::SeqCst);
    for method in ["GET", "POST"] {
        let failed = browser.request(method, "/code").send();
        assert_eq!((failed.status, failed.body.as_str()), (500, ""), "{method}");
        assert_eq!(failed.set_cookies(), [], "{method}");
    }
    site.is_down.store(false, Ordering::SeqCst);
    assert_eq!(browser.get("/code").body, "1");
    assert_eq!(browser.post("/code", "").body, "true");
    assert_eq!(browser.get("/who").body, "1");
}

#[test]
fn ending_other_logins_ends_the_pending_logins_of_the_user() {
    let site = Site::new();
    let mut elsewhere = site.pending();
    let mut browser = site.app.browser();
    assert_eq!(browser.post("/login", "").status, 200);
    assert_eq!(browser.post("/end-others", "").body, "ended");
    assert_eq!(elsewhere.post("/code", "").status, 302);
    assert_eq!(elsewhere.get("/who").body, "nobody");
    assert_eq!(browser.get("/who").body, "1");
}
