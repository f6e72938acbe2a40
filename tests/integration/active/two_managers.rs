//! Two managers, each with its own kind of user, on one store.

use actix_login::{
    ActiveLogins, CurrentUser, LoginManager, UserMixin, active_logins, login_user,
    store::MemoryLoginStore,
};
use actix_web::{HttpRequest, Responder, Result, web};

use crate::{
    serve,
    support::{
        SECRET, TestLoginStore,
        active_site::{Site, logins, who},
        block_on, cookie_session, pages,
    },
};

#[derive(Clone, UserMixin)]
struct Admin {
    id: u64,
}

#[test]
fn two_managers_on_one_store_do_not_mix_their_users() {
    async fn log_in_admin(req: HttpRequest) -> Result<impl Responder> {
        login_user(&req, &Admin { id: 1 }).await?;
        Ok("logged in")
    }
    async fn admin(admin: CurrentUser<Admin>) -> impl Responder {
        format!("{:?}", admin.get_id())
    }

    let memory = MemoryLoginStore::new();
    let store = TestLoginStore::new(memory.clone());
    let users = Site::on_store(store, |manager, store| {
        manager.active_logins(ActiveLogins::in_store(store))
    });
    let admins = LoginManager::<Admin>::builder(SECRET)
        .user_loader(async |id: u64| Some(Admin { id }))
        .active_logins(ActiveLogins::in_store(memory.clone()))
        .build()
        .unwrap();
    let served = admins.clone();
    let app = serve!(
        |config| {
            config
                .route("/login", web::post().to(log_in_admin))
                .route("/who", web::get().to(admin));
        },
        served.clone(),
        cookie_session()
    );

    let mut user = users.logged_in(1);
    let mut admin = app.browser();
    admin.post("/login", "");
    assert_eq!(who(&mut admin), "Some(1)");
    assert_eq!(logins(&mut user).len(), 1);
    assert_eq!(block_on(admins.active_logins_of(&1)).unwrap().len(), 1);

    let of_admin = block_on(admins.active_logins_of(&1)).unwrap()[0].id;
    assert_eq!(user.post("/end", &format!("id={of_admin}")).status, 404);
    user.post("/end-others", "");
    assert_eq!(who(&mut admin), "Some(1)");

    block_on(admins.end_all_logins_of(&1)).unwrap();
    assert_eq!(who(&mut admin), "None");
    assert_eq!(who(&mut user), "Some(1)");
    assert_eq!(
        block_on(users.manager.active_logins_of(&1)).unwrap().len(),
        1
    );
}

#[test]
fn nested_managers_each_list_and_end_their_own_users_logins() {
    async fn log_in(req: HttpRequest) -> Result<impl Responder> {
        login_user(&req, &pages::User::from(1)).await?;
        login_user(&req, &Admin { id: 1 }).await?;
        Ok("logged in")
    }
    /// How many logins the user has, the admin has, and the user of the nearest manager has.
    async fn counts(req: HttpRequest) -> Result<impl Responder> {
        let users = LoginManager::<pages::User>::of(&req)?;
        let admins = LoginManager::<Admin>::of(&req)?;
        let of_user = users.active_logins(&req).await?.len();
        let of_admin = admins.active_logins(&req).await?.len();
        let nearest = active_logins(&req).await?.len();
        Ok(format!("{of_user} {of_admin} {nearest}"))
    }
    async fn end_users_others(req: HttpRequest) -> Result<impl Responder> {
        let users = LoginManager::<pages::User>::of(&req)?;
        users.end_other_logins(&req).await?;
        Ok("ended")
    }
    async fn end_admin(req: HttpRequest) -> Result<impl Responder> {
        let admins = LoginManager::<Admin>::of(&req)?;
        let logins = admins.active_logins(&req).await?;
        for login in logins.iter().filter(|login| login.is_current) {
            admins.end_login(&req, login.id).await?;
        }
        Ok("ended")
    }

    let memory = MemoryLoginStore::new();
    let users = pages::builder::<pages::User>();
    let users = users.active_logins(ActiveLogins::in_store(memory.clone()));
    let users = users.build().unwrap();
    let admins = LoginManager::<Admin>::builder(SECRET)
        .user_loader(async |id: u64| Some(Admin { id }))
        .active_logins(ActiveLogins::in_store(memory))
        .build()
        .unwrap();
    let app = serve!(
        |config| {
            config
                .route("/login", web::post().to(log_in))
                .route("/counts", web::get().to(counts))
                .route("/end-users-others", web::post().to(end_users_others))
                .route("/end-admin", web::post().to(end_admin));
        },
        admins.clone(),
        users.clone(),
        cookie_session()
    );

    let [mut first, mut second] = [(); 2].map(|()| {
        let mut browser = app.browser();
        browser.post("/login", "");
        browser
    });
    assert_eq!(first.get("/counts").body, "2 2 2");
    assert_eq!(first.post("/end-users-others", "").body, "ended");
    assert_eq!(first.get("/counts").body, "1 2 2");
    assert_eq!(second.get("/counts").status, 401, "the user is out");
    assert_eq!(first.post("/end-admin", "").body, "ended");
    assert_eq!(first.get("/counts").status, 401, "the admin is out");
}
