//! What Flask-Login's two documents promise in prose, one test per promise, unless another module
//! covers it.

mod differences;
mod refusals;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use actix_login::{
    AuthenticatedUser, CurrentUser, FlashedMessages, LoginManager, NextUrl, UserMixin,
    confirm_login, flash, fresh_login_required, login_required, login_url, login_url_with_field,
    login_user, logout_user, make_next_param, needs_refresh, unauthorized,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{self, Form, Json, Redirect, ServiceConfig},
};
use serde::Deserialize;

use crate::{
    serve,
    support::{MemorySessionStore, SECRET, SESSION, TestApp, cookie_session, pages},
};

/// The user of the basic example. Its login id is an alternative id, which changes with each
/// password.
#[derive(Clone)]
struct User {
    email: String,
    password: String,
    alternative_id: u64,
}

impl UserMixin for User {
    type Id = u64;
    const NAME: &'static str = "User";

    fn get_id(&self) -> u64 {
        self.alternative_id
    }
}

#[derive(Clone)]
struct Users(Arc<Mutex<BTreeMap<String, User>>>);

impl Users {
    fn new() -> Self {
        let user = User {
            email: "leafstorm".to_owned(),
            password: "secret".to_owned(),
            alternative_id: 71,
        };
        Self(Arc::new(Mutex::new([(user.email.clone(), user)].into())))
    }

    fn by_alternative_id(&self, id: u64) -> Option<User> {
        let users = self.0.lock().unwrap();
        users.values().find(|it| it.alternative_id == id).cloned()
    }

    fn check(&self, form: &Credentials) -> Option<User> {
        let user = self.0.lock().unwrap().get(&form.email).cloned();
        user.filter(|user| user.password == form.password)
    }
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

#[get("/login")]
async fn login_page() -> impl Responder {
    "<form method=post>"
}

/// The documents' login view.
#[post("/login")]
async fn login(
    req: HttpRequest,
    form: Form<Credentials>,
    users: web::Data<Users>,
    next: NextUrl,
) -> Result<impl Responder> {
    let Some(user) = users.check(&form) else {
        return Ok(Redirect::to("/login").see_other());
    };
    login_user(&req, &user).await?;
    flash(&req, "message", "Logged in successfully.");
    Ok(Redirect::to(next.unwrap_or("/")).see_other())
}

#[get("/")]
async fn index(flashes: FlashedMessages) -> impl Responder {
    Json(flashes)
}

#[get("/protected")]
#[login_required]
async fn protected(user: AuthenticatedUser<User>) -> impl Responder {
    format!("Logged in as: {}", user.email)
}

#[get("/who")]
async fn who(user: CurrentUser<User>) -> impl Responder {
    let id = user.get_id();
    let (active, anonymous) = (user.is_active(), user.is_anonymous());
    format!("{id:?} {active} {anonymous} {}", user.is_authenticated())
}

#[get("/logout")]
#[login_required]
async fn logout(req: HttpRequest) -> Result<impl Responder> {
    logout_user(&req).await?;
    Ok(Redirect::to("/").see_other())
}

#[get("/very-protected")]
#[fresh_login_required]
async fn very_protected() -> impl Responder {
    "very protected"
}

#[post("/reauthenticate")]
#[login_required]
async fn reauthenticate(req: HttpRequest) -> Result<impl Responder> {
    confirm_login(&req).await?;
    Ok("confirmed")
}

#[post("/password/{password}")]
#[login_required]
async fn change_password(
    user: AuthenticatedUser<User>,
    password: web::Path<String>,
    users: web::Data<Users>,
) -> impl Responder {
    let mut users = users.0.lock().unwrap();
    let changed = users.get_mut(&user.email).unwrap();
    changed.password = password.into_inner();
    changed.alternative_id += 1;
    "changed"
}

#[get("/ask/unauthorized")]
async fn ask_unauthorized(req: HttpRequest) -> HttpResponse {
    unauthorized(&req).await
}

#[get("/ask/needs-refresh")]
async fn ask_needs_refresh(req: HttpRequest) -> HttpResponse {
    needs_refresh(&req).await
}

#[derive(Deserialize)]
struct UrlOf {
    view: String,
    next: Option<String>,
    field: Option<String>,
}

#[get("/login-url")]
async fn url_of_login(req: HttpRequest, query: web::Query<UrlOf>) -> Result<String> {
    let (view, next) = (&query.view, query.next.as_deref());
    Ok(match &query.field {
        Some(field) => login_url_with_field(&req, view, next, field)?,
        None => login_url(&req, view, next)?,
    })
}

fn app_of(users: &Users) -> TestApp {
    let loader = users.clone();
    let manager = LoginManager::<User>::builder(SECRET)
        .user_loader(async move |id: u64| loader.by_alternative_id(id))
        .login_view("/login")
        .refresh_view("/login")
        .build()
        .unwrap();
    let users = web::Data::new(users.clone());
    let configure = move |config: &mut ServiceConfig| {
        let named = web::resource("/sign-in/here").name("users.login");
        config
            .app_data(users.clone())
            .service((login_page, login, index, protected, who, logout))
            .service((very_protected, reauthenticate, change_password))
            .service((ask_unauthorized, ask_needs_refresh, url_of_login))
            .service(named.to(async || "sign in"));
    };
    serve!(configure.clone(), manager.clone(), cookie_session())
}

fn app() -> TestApp {
    app_of(&Users::new())
}

const CREDENTIALS: &str = "email=leafstorm&password=secret";

#[test]
fn a_basic_example() {
    let app = app();
    let mut browser = app.browser();
    assert_eq!(browser.get("/login").body, "<form method=post>");
    let wrong = browser.post("/login", "email=leafstorm&password=wrong");
    assert_eq!(wrong.location(), Some("/login"));
    let refused = browser.get("/protected");
    assert_eq!(refused.location(), Some("/login?next=%2Fprotected"));
    let logged_in = browser.post(refused.location().unwrap(), CREDENTIALS);
    assert_eq!(logged_in.location(), Some("/protected"));
    assert_eq!(browser.get("/protected").body, "Logged in as: leafstorm");
    assert_eq!(browser.get("/logout").location(), Some("/"));
    assert_eq!(browser.get("/protected").status, 302);
}

#[test]
fn a_message_flashed_at_login_is_shown_on_the_next_page() {
    let app = app();
    let mut browser = app.browser();
    browser.post("/login", CREDENTIALS);
    assert_eq!(
        browser.get("/").body,
        r#"[{"category":"message","message":"Logged in successfully."}]"#
    );
}

#[test]
fn anonymous_users_are_neither_active_nor_authenticated_and_have_no_id() {
    assert_eq!(app().browser().get("/who").body, "None false true false");
    let app = app();
    let mut browser = app.browser();
    browser.post("/login", CREDENTIALS);
    assert_eq!(browser.get("/who").body, "Some(71) true false true");
}

#[test]
fn logout_cleans_up_the_users_cookies() {
    let manager = pages::manager::<pages::User>();
    let store = MemorySessionStore::default();
    let session = store.clone();
    let app = serve!(
        pages::pages::<pages::User>,
        manager.clone(),
        session.session()
    );
    let mut browser = app.browser();
    browser.post("/login/1", "");
    browser.post("/cart/melon", "");
    let before = browser.cookie(SESSION).map(str::to_owned);
    browser.post("/logout", "");
    assert_ne!(browser.cookie(SESSION).map(str::to_owned), before);
    assert!(store.content()[&store.only_id()].is_empty());
}

#[test]
fn a_changed_alternative_id_ends_the_old_sessions() {
    let users = Users::new();
    let app = app_of(&users);
    let (mut here, mut there) = (app.browser(), app.browser());
    here.post("/login", CREDENTIALS);
    there.post("/login", CREDENTIALS);
    assert_eq!(here.post("/password/new", "").body, "changed");
    assert_eq!(there.get("/who").body, "None false true false");
    assert_eq!(there.get("/protected").status, 302);
    assert_eq!(here.get("/protected").status, 302);
    here.post("/login", "email=leafstorm&password=new");
    assert_eq!(here.get("/protected").body, "Logged in as: leafstorm");
}

#[test]
fn confirm_login_marks_a_session_as_fresh_again() {
    let app = app();
    assert_eq!(app.browser().post("/reauthenticate", "").status, 302);
    let mut browser = app.browser();
    browser.post("/login", CREDENTIALS);
    browser.user_agent = Some("Updated/2.0".to_owned());
    assert_eq!(
        browser.get("/very-protected").location(),
        Some("/login?next=%2Fvery-protected")
    );
    assert_eq!(browser.post("/reauthenticate", "").body, "confirmed");
    assert_eq!(browser.get("/very-protected").body, "very protected");
}

#[test]
fn login_url_builds_the_url_of_a_login_page() {
    let app = app();
    let url = |query: &str| app.browser().get(&format!("/login-url?{query}"));
    assert_eq!(url("view=/login").body, "/login");
    assert_eq!(url("view=/login&next=/a%3Fb").body, "/login?next=%2Fa%3Fb");
    let own_host = "view=/login&next=http://shop.example/a";
    assert_eq!(url(own_host).body, "/login?next=%2Fa");
    assert_eq!(
        url("view=https://accounts.example/in%3Fa&next=/b&field=back").body,
        "https://accounts.example/in?a&back=%2Fb"
    );
    assert_eq!(
        url("view=users.login&next=/a").body,
        "/sign-in/here?next=%2Fa"
    );
    let unknown = url("view=nowhere");
    assert_eq!((unknown.status, unknown.body.as_str()), (500, ""));
    assert_eq!(url("view=javascript:x").status, 500);
}

#[test]
fn make_next_param_drops_the_login_views_scheme_and_host() {
    for (view, next, expected) in [
        (
            "https://localhost:5000/login",
            "https://localhost:5000/m?a=b",
            "/m?a=b",
        ),
        (
            "https://localhost:5000/login",
            "http://localhost:5000/m",
            "http://localhost:5000/m",
        ),
        (
            "https://localhost/login",
            "https://localhost:5000/m",
            "https://localhost:5000/m",
        ),
        ("/login", "https://localhost:5000/m", "/m"),
        ("/login", "https://localhost:5000", "/"),
        ("/login", "https://localhost?a", "/?a"),
        ("/login", "/m", "/m"),
        ("https://localhost/login", "/m", "/m"),
    ] {
        assert_eq!(make_next_param(view, next), expected, "{view} {next}");
    }
}
