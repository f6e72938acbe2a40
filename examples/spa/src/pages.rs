//! The pages of the app's own origin, by htmx: it puts pieces of HTML from the server into the page.

use std::sync::LazyLock;

use actix_login::{
    AuthenticatedUser, FlashedMessages, NextUrl, anonymous_required, current_user, flash,
    login_required, login_url, login_user, logout_user,
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder, Result, get,
    http::{StatusCode, header},
    post,
    web::{Data, Form, Redirect, ServiceConfig},
};
use minijinja::{Environment, Value, context, value::Serde};
use serde::Deserialize;
use sqlx::SqlitePool;

use crate::{
    failure::Failure,
    passwords::Passwords,
    users::{self, User},
};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../templates/", $name)))),*]
    };
}

/// Values are escaped in all of them: their names end with `.html`.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in templates![
        "home.html",
        "layout.html",
        "login.html",
        "message.html",
        "status.html",
    ] {
        // A mistake in a template shows at the first request of any page.
        if let Err(error) = environment.add_template(name, source) {
            tracing::error!("{error}");
        }
    }
    environment
});

/// Where the other page is, which signs users up.
pub struct PageUrl(pub String);

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(home)
        .service(set_status)
        .service(login_page)
        .service(login)
        .service(logout)
        .service(style)
        .service(htmx);
}

#[get("/")]
#[login_required]
async fn home(req: HttpRequest) -> Result<impl Responder> {
    render(&req, "home.html", context! {}).await
}

#[derive(Deserialize)]
struct Status {
    status: String,
}

/// The reply to htmx: a piece of the page.
#[post("/status")]
#[login_required]
async fn set_status(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<Status>,
    pool: Data<SqlitePool>,
) -> Result<HttpResponse> {
    if form.status.chars().count() > users::MAX_STATUS {
        return Ok(HttpResponse::UnprocessableEntity().body("That is too long."));
    }
    users::set_status(&pool, &user, &form.status).await?;
    render(&req, "status.html", context! { status => &form.status }).await
}

#[get("/login")]
#[anonymous_required("/")]
async fn login_page(
    req: HttpRequest,
    next: NextUrl,
    page: Data<PageUrl>,
) -> Result<impl Responder> {
    let values = context! { next => next.get(), page_url => &page.0 };
    render(&req, "login.html", values).await
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    next: NextUrl,
}

#[post("/login")]
async fn login(
    req: HttpRequest,
    form: Form<Credentials>,
    pool: Data<SqlitePool>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let user = users::by_name(&pool, &form.name).await?;
    if let Some(user) = passwords.check(user, form.password).await? {
        login_user(&req, &user).await?;
        return Ok(redirect(&req, form.next.unwrap_or("/")));
    }
    flash(&req, "error", "That is not the right name and password.");
    let back = login_url(&req, "/login", form.next.get())?;
    Ok(redirect(&req, back))
}

#[post("/logout")]
async fn logout(req: HttpRequest) -> Result<HttpResponse> {
    logout_user(&req).await?;
    Ok(redirect(&req, "/login"))
}

#[get("/style.css")]
async fn style() -> impl Responder {
    file(
        "text/css; charset=utf-8",
        include_str!("../templates/style.css"),
    )
}

#[get("/htmx.js")]
async fn htmx() -> impl Responder {
    let script = include_str!("../templates/htmx.min.js");
    file("text/javascript; charset=utf-8", script)
}

fn file(content_type: &str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(text)
}

pub async fn not_found(req: HttpRequest) -> Result<impl Responder> {
    let values = context! { title => "Not found", text => "There is no such page." };
    let page = render(&req, "message.html", values).await?;
    Ok(page.customize().with_status(StatusCode::NOT_FOUND))
}

/// A page from a template, for the current user.
async fn render(req: &HttpRequest, template: &str, values: Value) -> Result<HttpResponse> {
    let current_user = current_user::<User>(req).await?;
    let flashes = FlashedMessages::extract(req).await?;
    let values = context! {
        current_user => Serde(current_user),
        flashes => Serde(flashes),
        ..values
    };
    let page = TEMPLATES
        .get_template(template)
        .and_then(|template| template.render(values))
        .map_err(Failure::from)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page))
}

/// To the page after a form: the browser opens it with a GET.
fn redirect(req: &HttpRequest, to: impl Into<String>) -> HttpResponse {
    Redirect::to(to.into())
        .see_other()
        .respond_to(req)
        .map_into_boxed_body()
}
