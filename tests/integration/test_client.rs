//! `actix_login::test`: the client that starts logged in, as in "Automated Testing" of
//! Flask-Login's documents.

use actix_login::{
    CurrentUser, FlashedMessages, LoginManager, LoginManagerBuilder, LoginOptions, RememberCookie,
    SessionProtection, UserMixin, fresh_login_required, login_user_with, test::client,
};
use actix_session::{Session, SessionMiddleware, storage::SessionStore};
use actix_web::{
    App, HttpRequest, Responder, Result,
    http::StatusCode,
    rt::System,
    test::{TestRequest, init_service},
    web::{self, Form, Redirect, ServiceConfig},
};
use serde::Deserialize;

use crate::support::{
    MemorySessionStore, REMEMBER, SECRET, SESSION, cookie_session,
    pages::{User, builder, pages},
};

#[fresh_login_required]
async fn fresh() -> impl Responder {
    "fresh"
}

async fn public() -> impl Responder {
    "public"
}

#[derive(Deserialize)]
struct Credentials {
    id: u64,
}

async fn login(req: HttpRequest, form: Form<Credentials>) -> Result<impl Responder> {
    let options = LoginOptions::new().remember(true);
    login_user_with(&req, &User::from(form.id), options).await?;
    Ok(Redirect::to("/who").see_other())
}

async fn login_page(flashes: FlashedMessages) -> impl Responder {
    let texts: Vec<String> = flashes.into_iter().map(|flash| flash.message).collect();
    texts.join("|")
}

async fn in_a_circle() -> impl Responder {
    Redirect::to("/circle")
}

async fn elsewhere() -> impl Responder {
    Redirect::to("//other.example/")
}

async fn count(session: Session, _: CurrentUser<User>) -> Result<impl Responder> {
    let count = session.get::<u32>("count")?.unwrap_or(0) + 1;
    session.insert("count", count)?;
    Ok(count.to_string())
}

fn tested(config: &mut ServiceConfig) {
    config
        .configure(pages::<User>)
        .route("/fresh", web::get().to(fresh))
        .route("/public", web::get().to(public))
        .route("/login", web::post().to(login))
        .route("/login", web::get().to(login_page))
        .route("/circle", web::get().to(in_a_circle))
        .route("/elsewhere", web::get().to(elsewhere))
        .route("/count", web::get().to(count));
}

type Builder = LoginManagerBuilder<User>;

fn usual() -> Builder {
    builder().remember_cookie(RememberCookie::new().secure(false))
}

/// Runs a test on an app of these pages: `on!(builder, session, |app| { … })`.
macro_rules! on {
    ($builder:expr, $session:expr, |$app:ident| $test:block) => {
        System::new().block_on(async {
            let manager = $builder.build().unwrap();
            let app = App::new().configure(tested).wrap(manager).wrap($session);
            let $app = init_service(app).await;
            $test
        })
    };
}

#[test]
fn a_client_sends_requests_as_a_logged_in_user() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app).user(&User::from(1));
        // This request has user 1 already logged in!
        assert_eq!(client.get("/who").await.text(), "1");
        assert_eq!(client.get("/protected").await.text(), "user 1");
    });
}

#[test]
fn users_of_two_types_are_logged_in_together() {
    #[derive(Clone, UserMixin)]
    struct Admin {
        id: u64,
    }
    async fn both(user: CurrentUser<User>, admin: CurrentUser<Admin>) -> impl Responder {
        format!("{:?} {:?}", user.get_id(), admin.get_id())
    }
    let users = usual().build().unwrap();
    let admins = LoginManager::<Admin>::builder(SECRET)
        .user_loader(async |id: u64| Some(Admin { id }))
        .build()
        .unwrap();
    System::new().block_on(async {
        let app = App::new().route("/both", web::get().to(both));
        let app = app.wrap(admins).wrap(users).wrap(cookie_session());
        let app = init_service(app).await;
        let mut client = client(&app)
            .user(&User::from(1))
            .user(&Admin { id: 7 })
            .user(&User::from(2));
        assert_eq!(client.get("/both").await.text(), "Some(2) Some(7)");
        assert_eq!(client.get("/both").await.text(), "Some(2) Some(7)");
    });
}

#[test]
fn a_client_without_a_user_is_anonymous() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app);
        let refused = client.get("/protected").await;
        assert_eq!(refused.status(), StatusCode::FOUND);
        assert_eq!(refused.location(), Some("/login?next=%2Fprotected"));
        assert!(refused.headers().contains_key("set-cookie"));
        assert!(refused.body().is_empty());
    });
}

#[test]
fn the_login_is_fresh_unless_told_otherwise() {
    on!(usual(), cookie_session(), |app| {
        let user = User::from(1);
        assert_eq!(client(&app).user(&user).get("/fresh").await.text(), "fresh");
        let fresh = client(&app)
            .user(&user)
            .fresh_login(true)
            .get("/fresh")
            .await;
        assert_eq!(fresh.text(), "fresh");

        let mut stale = client(&app).user(&user).fresh_login(false);
        assert_eq!(stale.get("/fresh").await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(stale.get("/protected").await.text(), "user 1");
        assert_eq!(stale.get("/fresh").await.status(), StatusCode::UNAUTHORIZED);
    });
}

async fn stays_logged_in<S: SessionStore + 'static>(
    protection: SessionProtection,
    session: SessionMiddleware<S>,
) {
    let manager = usual().session_protection(protection).build().unwrap();
    let app = App::new().configure(tested).wrap(manager).wrap(session);
    let app = init_service(app).await;
    let mut client = client(&app).user(&User::from(1));
    for _ in 0..3 {
        assert_eq!(client.get("/fresh").await.text(), "fresh");
        assert_eq!(client.get("/who").await.text(), "1");
    }
}

#[test]
fn session_protection_may_stay_on_with_every_store() {
    System::new().block_on(async {
        for protection in [
            SessionProtection::Off,
            SessionProtection::Basic,
            SessionProtection::Strong,
        ] {
            stays_logged_in(protection, cookie_session()).await;
            stays_logged_in(protection, MemorySessionStore::default().session()).await;
        }
    });
}

#[test]
fn session_protection_detects_another_client_in_tests_too() {
    on!(
        usual().session_protection(SessionProtection::Strong),
        cookie_session(),
        |app| {
            let mut client = client(&app).user(&User::from(1));
            assert_eq!(client.get("/who").await.text(), "1");
            let thief = TestRequest::get().uri("/who");
            let thief = thief.insert_header(("User-Agent", "Thief/1.0"));
            assert_eq!(client.send(thief).await.text(), "nobody");
        }
    );
}

#[test]
fn a_user_unknown_to_the_loader_is_anonymous() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app).user(&User::from(0));
        assert_eq!(client.get("/who").await.text(), "nobody");
        assert_eq!(client.get("/protected").await.status(), StatusCode::FOUND);
    });
}

#[test]
fn a_page_that_asks_for_no_user_keeps_the_login_for_the_next_page() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app).user(&User::from(1));
        assert_eq!(client.get("/public").await.text(), "public");
        assert_eq!(client.cookie(SESSION), None);
        assert_eq!(client.get("/who").await.text(), "1");
        assert!(client.cookie(SESSION).is_some());
    });
}

#[test]
fn a_logout_outlasts_its_request() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app).user(&User::from(1));
        assert_eq!(client.post("/logout", ()).await.text(), "logged out");
        assert_eq!(client.get("/who").await.text(), "nobody");
    });
}

#[test]
fn a_login_as_another_user_in_the_first_request_lasts() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app).user(&User::from(1));
        client.post("/login/2", ()).await;
        assert_eq!(client.get("/who").await.text(), "2");
        assert_eq!(client.get("/who").await.text(), "2");
    });
}

#[test]
fn a_login_over_the_first_one_clears_its_session() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app).user(&User::from(1));
        assert_eq!(client.get("/count").await.text(), "1");
        assert_eq!(client.get("/count").await.text(), "2");
        client.post("/login/2", ()).await;
        assert_eq!(client.get("/count").await.text(), "1");
    });
}

#[test]
fn two_clients_of_one_app_do_not_share_cookies() {
    on!(usual(), MemorySessionStore::default().session(), |app| {
        let mut first = client(&app).user(&User::from(1));
        let mut second = client(&app).user(&User::from(2));
        assert_eq!(first.get("/who").await.text(), "1");
        assert_eq!(second.get("/who").await.text(), "2");
        assert_eq!(first.get("/count").await.text(), "1");
        assert_eq!(second.get("/count").await.text(), "1");
        assert_eq!(client(&app).get("/who").await.text(), "nobody");
    });
}

#[test]
fn a_client_logs_in_with_the_apps_own_form_and_keeps_its_cookies() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app);
        let response = client.post("/login", [("id", "3")]).await;
        assert_eq!(response.location(), Some("/who"));
        assert!(client.cookie(SESSION).is_some() && client.cookie(REMEMBER).is_some());
        assert_eq!(client.get("/fresh").await.text(), "fresh");

        // As after a restart of the browser.
        client.forget_cookie(SESSION);
        assert_eq!(
            client.get("/fresh").await.status(),
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(client.get("/who").await.text(), "3");
        client.forget_cookie(SESSION);
        client.forget_cookie(REMEMBER);
        assert_eq!(client.get("/who").await.text(), "nobody");
    });
}

#[test]
fn a_cookie_that_the_app_removes_is_gone() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app);
        client.post("/login", [("id", "3")]).await;
        client.post("/logout", ()).await;
        assert_eq!(client.cookie(REMEMBER), None);
    });
}

#[test]
fn redirects_are_followed_on_demand() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app).follow_redirects(true);
        let page = client.get("/protected").await;
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(page.text(), "Please log in to access this page.");
        assert_eq!(client.post("/login", [("id", "3")]).await.text(), "3");
    });
}

#[test]
fn redirects_are_neither_followed_endlessly_nor_off_the_site() {
    on!(usual(), cookie_session(), |app| {
        let mut client = client(&app).follow_redirects(true);
        let response = client.get("/circle").await;
        assert_eq!(response.location(), Some("/circle"));
        let response = client.get("/elsewhere").await;
        assert_eq!(response.location(), Some("//other.example/"));
    });
}

#[test]
#[should_panic = "its `LoginManager` has no `user_loader`"]
fn a_user_of_a_manager_without_user_loader_is_an_error() {
    let api = LoginManager::<User>::builder(SECRET).header_loader(async |_: &str| None::<User>);
    on!(api, cookie_session(), |app| {
        client(&app).user(&User::from(1)).get("/who").await;
    });
}
