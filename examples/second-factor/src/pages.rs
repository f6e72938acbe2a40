//! How pages are made: templates in one lay-out, which shows who is logged in and what was flashed.

use std::sync::LazyLock;

use actix_login::{FlashedMessages, current_user};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder, Result, get,
    http::{StatusCode, header},
    web::{Redirect, ServiceConfig},
};
use minijinja::{Environment, Value, context, value::Serde};

use crate::{failure::Failure, users::User};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../templates/", $name)))),*]
    };
}

/// Values are escaped in all of them: their names end with `.html`.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in templates![
        "account.html",
        "backup_codes.html",
        "code.html",
        "confirm.html",
        "enrolment.html",
        "home.html",
        "layout.html",
        "login.html",
        "message.html",
        "sign_up.html",
    ] {
        // A mistake in a template shows at the first request of any page.
        if let Err(error) = environment.add_template(name, source) {
            tracing::error!("{error}");
        }
    }
    environment
});

pub fn routes(config: &mut ServiceConfig) {
    config.service(home).service(style).service(once);
}

#[get("/")]
async fn home(req: HttpRequest) -> Result<impl Responder> {
    render(&req, "home.html", context! {}).await
}

#[get("/style.css")]
async fn style() -> impl Responder {
    file("text/css", include_str!("../templates/style.css"))
}

#[get("/once.js")]
async fn once() -> impl Responder {
    file("text/javascript", include_str!("../templates/once.js"))
}

fn file(media_type: &str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(format!("{media_type}; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(text)
}

pub async fn not_found(req: HttpRequest) -> Result<impl Responder> {
    let text = "There is no such page.";
    message(&req, StatusCode::NOT_FOUND, "Not found", text).await
}

/// The response after the fifth wrong code. It tells the thief of a password nothing new.
pub async fn too_many_codes(req: &HttpRequest) -> Result<HttpResponse> {
    let text = "There were too many wrong codes. Please log in again in ten minutes.";
    message(req, StatusCode::TOO_MANY_REQUESTS, "Too many codes", text).await
}

/// A page from a template, for the current user.
pub async fn render(req: &HttpRequest, template: &str, values: Value) -> Result<HttpResponse> {
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

/// A page that only says something.
async fn message(
    req: &HttpRequest,
    status: StatusCode,
    title: &str,
    text: &str,
) -> Result<HttpResponse> {
    let mut page = render(req, "message.html", context! { title, text }).await?;
    *page.status_mut() = status;
    Ok(page)
}

/// To the page after a form: the browser opens it with a GET.
pub fn redirect(req: &HttpRequest, to: impl Into<String>) -> HttpResponse {
    Redirect::to(to.into())
        .see_other()
        .respond_to(req)
        .map_into_boxed_body()
}
