//! Logging in, staying logged in, logging out.

use actix_login::{CurrentUser, LoginManager, UserMixin, login_user, logout_user};
use actix_session::Session;
use actix_web::{
    FromRequest, HttpRequest, Responder, Result,
    web::{self, Path, ServiceConfig},
};

use crate::{
    serve,
    support::{
        MemorySessionStore, SECRET, SESSION, TestApp, cookie_session,
        pages::{INACTIVE, User, manager, pages},
    },
};

fn app() -> TestApp {
    let manager = manager::<User>();
    serve!(pages::<User>, manager.clone(), cookie_session())
}

/// An app with one more page, for `POST` requests to `/extra`.
macro_rules! app_with {
    ($extra:expr, $session:expr) => {{
        let (manager, session) = (manager::<User>(), $session);
        let configure = |config: &mut ServiceConfig| {
            pages::<User>(config);
            config.route("/extra", web::post().to($extra));
        };
        serve!(configure, manager.clone(), session.session())
    }};
}

#[test]
fn a_user_logs_in_stays_logged_in_and_logs_out() {
    let app = app();
    let mut browser = app.browser();
    assert_eq!(browser.get("/who").body, "nobody");
    let refused = browser.get("/protected");
    assert_eq!(refused.status, 302);
    assert_eq!(refused.location(), Some("/login?next=%2Fprotected"));

    assert_eq!(browser.post("/login/1", "").body, "logged in");
    assert_eq!(browser.get("/who").body, "1");
    assert_eq!(browser.get("/protected").body, "user 1");
    assert!(browser.get("/protected").set_cookie(SESSION).is_none());

    browser.post("/logout", "");
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(browser.get("/protected").status, 302);
}

#[test]
fn a_login_takes_effect_within_its_own_request() {
    async fn login_and_ask(req: HttpRequest, before: CurrentUser<User>) -> Result<impl Responder> {
        login_user(&req, &User::from(2)).await?;
        let after = CurrentUser::<User>::extract(&req).await?;
        Ok(format!("{:?} {:?}", before.get_id(), after.get_id()))
    }
    let app = app_with!(login_and_ask, MemorySessionStore::default());
    assert_eq!(app.browser().post("/extra", "").body, "None Some(2)");
}

#[test]
fn browsers_do_not_share_logins() {
    let app = app();
    let (mut first, mut second) = (app.browser(), app.browser());
    first.post("/login/1", "");
    second.post("/login/2", "");
    assert_eq!(first.get("/who").body, "1");
    assert_eq!(second.get("/who").body, "2");
    assert_eq!(app.browser().get("/who").body, "nobody");
}

#[test]
fn an_inactive_user_is_refused_and_nothing_changes() {
    let store = MemorySessionStore::default();
    let (manager, session) = (manager::<User>(), store.clone());
    let app = serve!(pages::<User>, manager.clone(), session.session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.post("/cart/melon", "");
    let before = store.content();

    let refused = browser.post(&format!("/login/{INACTIVE}"), "");

    assert_eq!((refused.status, refused.body.as_str()), (403, ""));
    assert!(refused.set_cookies().is_empty());
    assert_eq!(store.content(), before);
    assert_eq!(browser.get("/who").body, "1");
}

#[test]
fn a_forced_login_of_an_inactive_user_is_known_but_refused() {
    let app = app();
    let mut browser = app.browser();
    assert_eq!(browser.post(&format!("/force/{INACTIVE}"), "").status, 200);
    assert_eq!(browser.get("/who").body, INACTIVE.to_string());
    assert_eq!(browser.get("/protected").status, 302);
}

#[test]
fn an_id_that_does_not_parse_ends_the_login() {
    /// Prints its id in a form that it cannot parse.
    #[derive(Clone)]
    struct Odd;
    struct OddId;
    impl std::fmt::Display for OddId {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("odd")
        }
    }
    impl std::str::FromStr for OddId {
        type Err = ();
        fn from_str(_: &str) -> Result<Self, ()> {
            Err(())
        }
    }
    impl UserMixin for Odd {
        type Id = OddId;
        const NAME: &'static str = "User";
        fn get_id(&self) -> OddId {
            OddId
        }
    }
    async fn login(req: HttpRequest) -> Result<impl Responder> {
        login_user(&req, &Odd).await?;
        Ok("logged in")
    }
    async fn who(user: CurrentUser<Odd>) -> impl Responder {
        user.is_authenticated().to_string()
    }
    let store = MemorySessionStore::default();
    let session = store.clone();
    let manager = LoginManager::<Odd>::builder(SECRET)
        .user_loader(async |_: OddId| Some(Odd))
        .build()
        .unwrap();
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/login", web::post().to(login))
            .route("/who", web::get().to(who));
    };
    let app = serve!(configure, manager.clone(), session.session());
    let mut browser = app.browser();
    assert_eq!(browser.post("/login", "").status, 200);

    let response = browser.get("/who");

    assert_eq!((response.status, response.body.as_str()), (200, "false"));
    assert!(store.content()[&store.only_id()].is_empty());
}

#[test]
fn an_id_of_more_than_512_bytes_is_refused() {
    #[derive(Clone, UserMixin)]
    #[user(name = "User")]
    struct Named {
        id: String,
    }
    async fn login(req: HttpRequest, length: Path<usize>) -> Result<impl Responder> {
        let id = "x".repeat(*length);
        login_user(&req, &Named { id }).await?;
        Ok("logged in")
    }
    async fn who(user: CurrentUser<Named>) -> impl Responder {
        user.user().map_or(0, |user| user.id.len()).to_string()
    }
    let manager = LoginManager::<Named>::builder(SECRET)
        .user_loader(async |id: String| Some(Named { id }))
        .build()
        .unwrap();
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/login/{length}", web::post().to(login))
            .route("/who", web::get().to(who));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    assert_eq!(browser.post("/login/512", "").status, 200);
    assert_eq!(browser.get("/who").body, "512");

    let refused = browser.post("/login/513", "");

    assert_eq!((refused.status, refused.body.as_str()), (500, ""));
    assert!(refused.set_cookies().is_empty());
    assert_eq!(browser.get("/who").body, "512");
}

#[test]
fn a_login_on_a_purged_session_is_an_error() {
    async fn purge_and_login(req: HttpRequest, session: Session) -> Result<impl Responder> {
        session.purge();
        login_user(&req, &User::from(2)).await?;
        Ok("logged in")
    }
    let app = app_with!(purge_and_login, MemorySessionStore::default());
    let mut browser = app.browser();
    browser.post("/login/1", "");

    let refused = browser.post("/extra", "");

    assert_eq!((refused.status, refused.body.as_str()), (500, ""));
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_malformed_record_is_no_login_and_is_removed() {
    async fn write_garbage(session: Session) -> Result<impl Responder> {
        session.insert("_login", [1, 2, 3])?;
        session.insert("cart", "melon")?;
        Ok("written")
    }
    let store = MemorySessionStore::default();
    let app = app_with!(write_garbage, store.clone());
    let mut browser = app.browser();
    browser.post("/extra", "");
    assert!(store.content()[&store.only_id()].contains_key("_login"));

    let response = browser.get("/who");

    assert_eq!((response.status, response.body.as_str()), (200, "nobody"));
    assert!(!store.content()[&store.only_id()].contains_key("_login"));
    assert_eq!(browser.get("/cart").body, "melon");
}

#[test]
fn a_record_that_is_not_json_is_no_login_and_no_error() {
    let store = MemorySessionStore::default();
    let (manager, session) = (manager::<User>(), store.clone());
    let app = serve!(pages::<User>, manager.clone(), session.session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    store.spoil("_login", "{not json");

    assert_eq!(browser.get("/who").body, "nobody");
    assert!(!store.content()[&store.only_id()].contains_key("_login"));
}

#[test]
fn a_user_can_log_in_over_a_malformed_record() {
    let store = MemorySessionStore::default();
    let (manager, session) = (manager::<User>(), store.clone());
    let app = serve!(pages::<User>, manager.clone(), session.session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    store.spoil("_login", "7");

    assert_eq!(browser.post("/login/2", "").status, 200);
    assert_eq!(browser.get("/who").body, "2");
}

/// The owner of that data is unknown.
#[test]
fn data_beside_a_malformed_record_goes_to_no_other_user() {
    for asks_before in [true, false] {
        let store = MemorySessionStore::default();
        let (manager, session) = (manager::<User>(), store.clone());
        let app = serve!(pages::<User>, manager.clone(), session.session());
        let mut browser = app.browser();
        browser.post("/login/1", "");
        browser.post("/cart/melon", "");
        store.spoil("_login", "\"f.1.of.another.version\"");
        if asks_before {
            assert_eq!(browser.get("/who").body, "nobody");
            assert_eq!(browser.get("/cart").body, "melon");
        }
        assert_eq!(browser.post("/login/2", "").status, 200);
        assert_eq!(browser.get("/who").body, "2");
        assert_eq!(browser.get("/cart").body, "empty");
    }
}

#[test]
fn a_user_id_may_be_any_text() {
    #[derive(Clone, UserMixin)]
    #[user(name = "User")]
    struct Named {
        id: String,
    }
    async fn login(req: HttpRequest) -> Result<impl Responder> {
        let id = "佐藤 a|b;\"c\".d\\\n".to_owned();
        login_user(&req, &Named { id }).await?;
        Ok("logged in")
    }
    async fn who(user: CurrentUser<Named>) -> Option<String> {
        user.get_id()
    }
    let manager = LoginManager::<Named>::builder(SECRET)
        .user_loader(async |id: String| Some(Named { id }))
        .build()
        .unwrap();
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/login", web::post().to(login))
            .route("/who", web::get().to(who));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/login", "");
    assert_eq!(browser.get("/who").body, "佐藤 a|b;\"c\".d\\\n");
}

#[test]
fn a_logout_works_in_a_session_that_the_app_has_purged() {
    async fn purge_and_logout(req: HttpRequest, session: Session) -> Result<impl Responder> {
        session.purge();
        logout_user(&req).await?;
        Ok("logged out")
    }
    let app = app_with!(purge_and_logout, MemorySessionStore::default());
    let mut browser = app.browser();
    browser.post("/login/1", "");

    assert_eq!(browser.post("/extra", "").body, "logged out");
    assert_eq!(browser.get("/who").body, "nobody");
}
