//! How pages are made: templates in one lay-out, which shows who is logged in and what was flashed.

use std::{sync::LazyLock, time::Duration};

use actix_login::{FlashedMessages, Timestamp, current_user};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder, Result, get,
    http::{StatusCode, header},
    web::{Redirect, ServiceConfig},
};
use minijinja::{Environment, Value, context, value::Serde};

use crate::{failure::Failure, limits::TooMany, users::User};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../templates/", $name)))),*]
    };
}

/// Values are escaped in all of them: their names end with `.html`.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.add_filter("date", date);
    for (name, source) in templates![
        "change_email.html",
        "change_password.html",
        "confirm.html",
        "delete.html",
        "finish_email.html",
        "finish_reset.html",
        "finish_sign_up.html",
        "home.html",
        "layout.html",
        "login.html",
        "logins.html",
        "message.html",
        "profile.html",
        "reset.html",
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
    let page = message(&req, "Not found", "There is no such page.").await?;
    Ok(page.customize().with_status(StatusCode::NOT_FOUND))
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
pub async fn message(req: &HttpRequest, title: &str, text: &str) -> Result<HttpResponse> {
    render(req, "message.html", context! { title, text }).await
}

/// A page for a link that works no more.
pub async fn invalid_link(req: &HttpRequest) -> Result<HttpResponse> {
    let text = "This link was used before, or it has expired. Please ask for a new one.";
    let mut page = message(req, "The link does not work", text).await?;
    *page.status_mut() = StatusCode::NOT_FOUND;
    Ok(page)
}

pub async fn too_many(req: &HttpRequest, refusal: TooMany) -> Result<HttpResponse> {
    let TooMany(wait) = refusal;
    let minutes = wait.as_secs().div_ceil(60).max(1);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let text = format!("Please wait {minutes} {unit}, and try again.");
    let mut page = message(req, "Too many tries", &text).await?;
    *page.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let seconds = Duration::from_secs(minutes * 60).as_secs();
    page.headers_mut()
        .insert(header::RETRY_AFTER, seconds.into());
    Ok(page)
}

/// To the page after a form: the browser opens it with a GET.
pub fn redirect(req: &HttpRequest, to: impl Into<String>) -> HttpResponse {
    Redirect::to(to.into())
        .see_other()
        .respond_to(req)
        .map_into_boxed_body()
}

fn date(seconds: u64) -> String {
    // 2025-11-22T11:52:25Z
    let text = Timestamp::from_secs(seconds).to_string();
    format!("{} {}", &text[..10], &text[11..16])
}
