//! Guests: users created by the app that represent anonymous visitors and pass no guard.

use actix_login::{
    AuthenticatedUser, CurrentUser, LoginManager, LoginScope, UserMixin, fresh_login_required,
    login_fresh, login_required, login_source,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{Count, SECRET, TestApp, cookie_session, pages::login},
};

/// Claims every property that could pass a guard.
#[derive(Clone)]
struct Member {
    id: u64,
    permissions: Vec<&'static str>,
}

impl UserMixin for Member {
    type Id = u64;
    const NAME: &'static str = "User";

    fn get_id(&self) -> u64 {
        self.id
    }

    fn is_active(&self) -> bool {
        true
    }

    fn is_authenticated(&self) -> bool {
        true
    }

    fn is_anonymous(&self) -> bool {
        false
    }
}

impl From<u64> for Member {
    fn from(id: u64) -> Self {
        let permissions = vec!["read", "write"];
        Self { id, permissions }
    }
}

async fn who(user: CurrentUser<Member>, req: HttpRequest) -> Result<impl Responder> {
    Ok(format!(
        "{:?} authenticated: {} active: {} anonymous: {} fresh: {} source: {:?} permissions: {}",
        user.get_id(),
        user.is_authenticated(),
        user.is_active(),
        user.is_anonymous(),
        user.is_fresh() || login_fresh(&req).await?,
        login_source(&req).await?,
        user.user_or_guest()
            .map_or_else(|| "none".to_owned(), |user| user.permissions.join(" ")),
    ))
}

async fn without_guest(user: CurrentUser<Member>) -> impl Responder {
    user.user().is_some().to_string()
}

async fn page() -> impl Responder {
    "in"
}

#[login_required]
async fn by_attribute() -> impl Responder {
    "in"
}

#[login_required(Member)]
async fn by_typed_attribute() -> impl Responder {
    "in"
}

#[fresh_login_required]
async fn by_fresh_attribute() -> impl Responder {
    "in"
}

#[login_required(check = anyone)]
async fn by_check() -> impl Responder {
    "in"
}

fn anyone(_: &Member) -> bool {
    true
}

async fn by_extractor(_: AuthenticatedUser<Member>) -> impl Responder {
    "in"
}

/// The guest is extracted before the guard of the second argument runs.
async fn by_both_extractors(
    _: CurrentUser<Member>,
    _: AuthenticatedUser<Member>,
) -> impl Responder {
    "in"
}

fn doors(config: &mut ServiceConfig) {
    let scope = |path: &str| web::scope(path).route("/page", web::get().to(page));
    let asks_first = web::scope("/asked")
        .route("/page", web::get().to(by_attribute))
        .wrap(LoginScope::new());
    config
        .service(scope("/scope").wrap(LoginScope::new().login_required()))
        .service(scope("/fresh").wrap(LoginScope::new().fresh_login_required()))
        .service(scope("/checked").wrap(LoginScope::new().check(anyone)))
        .service(scope("/typed").wrap(LoginScope::new().user_type::<Member>().login_required()))
        .service(scope("/anonymous").wrap(LoginScope::new().anonymous_required("/home")))
        .service(asks_first)
        .route("/who", web::get().to(who))
        .route("/without-guest", web::get().to(without_guest))
        .route("/attribute", web::get().to(by_attribute))
        .route("/typed-attribute", web::get().to(by_typed_attribute))
        .route("/fresh-attribute", web::get().to(by_fresh_attribute))
        .route("/check", web::get().to(by_check))
        .route("/extractor", web::get().to(by_extractor))
        .route("/both-extractors", web::get().to(by_both_extractors))
        .route("/login/{id}", web::post().to(login::<Member>));
}

const DOORS: &[&str] = &[
    "/attribute",
    "/typed-attribute",
    "/fresh-attribute",
    "/check",
    "/extractor",
    "/both-extractors",
    "/scope/page",
    "/fresh/page",
    "/checked/page",
    "/typed/page",
    "/asked/page",
];

fn app() -> (TestApp, Count) {
    let made = Count::default();
    let count = made.clone();
    let manager = LoginManager::<Member>::builder(SECRET)
        .user_loader(async |id: u64| (id != 0).then(|| Member::from(id)))
        .anonymous_user(move || {
            count.add();
            let permissions = vec!["read"];
            Member { id: 0, permissions }
        })
        .build()
        .unwrap();
    let app = serve!(doors, manager.clone(), cookie_session());
    (app, made)
}

#[test]
fn a_request_with_a_guest_stays_anonymous() {
    let (app, _) = app();
    assert_eq!(
        app.browser().get("/who").body,
        "None authenticated: false active: false anonymous: true fresh: false source: None \
         permissions: read"
    );
    assert_eq!(app.browser().get("/without-guest").body, "false");
}

#[test]
fn a_user_is_no_guest() {
    let (app, made) = app();
    let mut browser = app.browser();
    browser.post("/login/7", "");
    assert_eq!(
        browser.get("/who").body,
        "Some(7) authenticated: true active: true anonymous: false fresh: true \
         source: Some(Session) permissions: read write"
    );
    assert_eq!(made.get(), 0);
}

#[test]
fn a_guest_that_calls_itself_authenticated_passes_no_guard() {
    let (app, _) = app();
    for door in DOORS {
        let response = app.browser().get(door);
        assert_eq!(
            (response.status, response.body.as_str()),
            (401, ""),
            "{door}"
        );
    }
}

#[test]
fn a_user_passes_the_guards_that_refuse_a_guest() {
    let (app, _) = app();
    let mut browser = app.browser();
    browser.post("/login/7", "");
    for door in DOORS {
        assert_eq!(browser.get(door).body, "in", "{door}");
    }
}

#[test]
fn anonymous_required_admits_a_guest() {
    let (app, _) = app();
    assert_eq!(app.browser().get("/anonymous/page").body, "in");
}

#[test]
fn each_request_that_asks_for_a_guest_gets_its_own() {
    let (app, made) = app();
    app.browser().get("/who");
    app.browser().get("/who");
    assert_eq!(made.get(), 2);
    app.browser().get("/attribute");
    assert_eq!(made.get(), 2);
}
