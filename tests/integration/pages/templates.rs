//! The current user in a template, as Flask-Login's documents write it.

use actix_login::{
    AuthenticatedUser, CurrentUser, FlashedMessages, LoginManager, UserMixin, flash,
};
use actix_web::{
    HttpRequest, Responder, Result,
    error::ErrorInternalServerError,
    web::{self, Html, Json, ServiceConfig},
};
use minijinja::{Environment, context, value::Serde};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    serve,
    support::{SECRET, TestApp, cookie_session, pages::login},
};

#[derive(Clone, Serialize, UserMixin)]
struct User {
    id: u64,
    name: String,
    #[user(active)]
    enabled: bool,
    /// A field with a name that this crate adds.
    is_authenticated: &'static str,
    #[serde(skip)]
    #[user(session_auth_hash)]
    password_hash: String,
}

impl From<u64> for User {
    fn from(id: u64) -> Self {
        Self {
            id,
            name: "Müller & <Söhne>".to_owned(),
            enabled: true,
            is_authenticated: "whatever it says",
            password_hash: "$argon2id$".to_owned(),
        }
    }
}

fn render(template: &str, context: minijinja::Value) -> Result<Html> {
    let mut templates = Environment::new();
    templates
        .add_template("page.html", template)
        .and_then(|()| templates.get_template("page.html")?.render(context))
        .map(Html::new)
        .map_err(ErrorInternalServerError)
}

/// The template of Flask-Login's documents.
const GREETING: &str = "{% if current_user.is_authenticated %}
  Hi {{ current_user.name }}!
{% endif %}";

async fn greeting(current_user: CurrentUser<User>) -> Result<impl Responder> {
    render(GREETING, context! { current_user => Serde(current_user) })
}

async fn permissions(current_user: CurrentUser<User>) -> Result<impl Responder> {
    let template = "{% if current_user.is_anonymous %}{{ current_user.name }} may look{% endif %}";
    render(template, context! { current_user => Serde(current_user) })
}

async fn fields(current_user: CurrentUser<User>) -> impl Responder {
    Json(current_user)
}

async fn profile(user: AuthenticatedUser<User>) -> impl Responder {
    Json(user)
}

async fn messages(req: HttpRequest, flashes: FlashedMessages) -> Result<impl Responder> {
    flash(&req, "info", "a < b");
    let template = "{% for it in flashes %}<p class={{ it.category }}>{{ it.message }}{% endfor %}";
    render(template, context! { flashes => Serde(flashes) })
}

fn templated(config: &mut ServiceConfig) {
    config
        .route("/greeting", web::get().to(greeting))
        .route("/permissions", web::get().to(permissions))
        .route("/fields", web::get().to(fields))
        .route("/profile", web::get().to(profile))
        .route("/messages", web::get().to(messages))
        .route("/login/{id}", web::post().to(login::<User>));
}

fn app(guest: Option<User>) -> TestApp {
    let mut builder =
        LoginManager::<User>::builder(SECRET).user_loader(async |id: u64| Some(User::from(id)));
    if let Some(guest) = guest {
        builder = builder.anonymous_user(move || guest.clone());
    }
    let manager = builder.build().unwrap();
    serve!(templated, manager.clone(), cookie_session())
}

fn guest() -> Option<User> {
    let name = "A guest".to_owned();
    Some(User {
        name,
        ..User::from(0)
    })
}

#[test]
fn a_template_greets_the_user_by_name_and_escapes_it() {
    let app = app(None);
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let page = browser.get("/greeting").body;
    assert_eq!(page.trim(), "Hi Müller &amp; &lt;Söhne&gt;!");
}

#[test]
fn a_template_greets_no_anonymous_visitor() {
    assert_eq!(app(None).browser().get("/greeting").body, "");
    assert_eq!(app(guest()).browser().get("/greeting").body, "");
}

#[test]
fn a_template_can_read_the_fields_of_a_guest() {
    let page = app(guest()).browser().get("/permissions").body;
    assert_eq!(page, "A guest may look");
    assert_eq!(app(None).browser().get("/permissions").body, " may look");
}

#[test]
fn a_user_serializes_as_its_fields_and_the_login_state() {
    let fields = |app: &TestApp, login: bool| -> Value {
        let mut browser = app.browser();
        if login {
            browser.post("/login/1", "");
        }
        serde_json::from_str(&browser.get("/fields").body).unwrap()
    };
    let user = json!({
        "id": 1, "name": "Müller & <Söhne>", "enabled": true,
        "is_authenticated": true, "is_active": true, "is_anonymous": false,
    });
    assert_eq!(fields(&app(None), true), user);
    assert_eq!(fields(&app(guest()), true), user);
    let nobody = json!({ "is_authenticated": false, "is_active": false, "is_anonymous": true });
    assert_eq!(fields(&app(None), false), nobody);
    let guest = json!({
        "id": 0, "name": "A guest", "enabled": true,
        "is_authenticated": false, "is_active": false, "is_anonymous": true,
    });
    assert_eq!(fields(&app(self::guest()), false), guest);
}

#[test]
fn an_authenticated_user_serializes_as_the_user_itself() {
    let app = app(None);
    let mut browser = app.browser();
    browser.post("/login/1", "");
    let shown: Value = serde_json::from_str(&browser.get("/profile").body).unwrap();
    assert_eq!(shown, serde_json::to_value(User::from(1)).unwrap());
}

#[test]
fn a_template_shows_flashes() {
    let app = app(None);
    let mut browser = app.browser();
    assert_eq!(browser.get("/messages").body, "");
    assert_eq!(browser.get("/messages").body, "<p class=info>a &lt; b");
}
