//! How pages are made: templates in one lay-out, which shows who is logged in and what was flashed.

use std::sync::LazyLock;

use actix_login::{FlashedMessages, current_user};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder, Result, get,
    http::StatusCode,
    web::{Redirect, ServiceConfig},
};
use minijinja::{Environment, Value, context, value::Serde};

use crate::{admins::Admin, failure::Failure, users::User};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../templates/", $name)))),*]
    };
}

/// Values are escaped in all of them: their names end with `.html`.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in templates![
        "admin.html",
        "admin_login.html",
        "document.html",
        "documents.html",
        "home.html",
        "layout.html",
        "login.html",
        "message.html",
        "news.html",
        "roles.html",
    ] {
        // A mistake in a template shows at the first request of any page.
        if let Err(error) = environment.add_template(name, source) {
            tracing::error!("{error}");
        }
    }
    environment
});

pub fn routes(config: &mut ServiceConfig) {
    config.service(home);
}

#[get("/")]
async fn home(req: HttpRequest) -> Result<impl Responder> {
    render(&req, "home.html", context! {}).await
}

pub async fn not_found(req: HttpRequest) -> Result<HttpResponse> {
    let text = "There is no such page.";
    message(&req, StatusCode::NOT_FOUND, "Not found", text).await
}

/// The response to a user who does not pass the check of a guard.
pub async fn forbidden(req: &HttpRequest) -> Result<HttpResponse> {
    let text = "Your role does not allow this.";
    message(req, StatusCode::FORBIDDEN, "Not allowed", text).await
}

/// A page from a template, for the current user and the current administrator.
pub async fn render(req: &HttpRequest, template: &str, values: Value) -> Result<HttpResponse> {
    let current_admin = current_user::<Admin>(req).await?;
    let current_user = current_user::<User>(req).await?;
    let flashes = FlashedMessages::extract(req).await?;
    let values = context! {
        current_admin => Serde(current_admin),
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

/// Whether a text of a form may be stored. Browsers check the same, and other clients nothing.
pub fn is_short_text(text: &str, max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= max
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
