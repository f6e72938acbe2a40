//! How pages are made: templates in one lay-out, which shows who is logged in and what was flashed.

use std::sync::LazyLock;

use actix_login::{CurrentUser, FlashedMessages, Timestamp, current_user};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder, Result, get,
    http::{StatusCode, header},
    web::{Data, Redirect, ServiceConfig},
};
use minijinja::{Environment, Value, context, value::Serde};
use sqlx::SqlitePool;

use crate::{failure::Failure, notes, users::User};

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
        "home.html",
        "layout.html",
        "login.html",
        "message.html",
        "new_token.html",
        "sign_up.html",
        "tokens.html",
    ] {
        // A mistake in a template shows at the first request of any page.
        if let Err(error) = environment.add_template(name, source) {
            tracing::error!("{error}");
        }
    }
    environment
});

pub fn routes(config: &mut ServiceConfig) {
    config.service(home).service(style);
}

#[get("/")]
async fn home(
    req: HttpRequest,
    user: CurrentUser<User>,
    pool: Data<SqlitePool>,
) -> Result<impl Responder> {
    let notes = match user.user() {
        Some(user) => notes::of_user(&pool, user.id).await?,
        None => Vec::new(),
    };
    render(&req, "home.html", context! { notes => Serde(notes) }).await
}

#[get("/style.css")]
async fn style() -> impl Responder {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(include_str!("../templates/style.css"))
}

pub async fn not_found(req: HttpRequest) -> Result<impl Responder> {
    let values = context! { title => "Not found", text => "There is no such page." };
    let page = render(&req, "message.html", values).await?;
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
