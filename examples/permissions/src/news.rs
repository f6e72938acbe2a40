//! The news: handlers that ask for permissions, with actix-web-grants.

use std::collections::HashSet;

use actix_login::{AuthenticatedUser, current_user, flash};
use actix_web::{
    Error, HttpRequest, HttpResponse, Responder, Result,
    dev::ServiceRequest,
    get, post,
    web::{self, Data, Form, Path, ServiceConfig},
};
use actix_web_grants::{
    GrantsMiddleware,
    authorities::{AuthDetails, AuthoritiesCheck},
    protect,
};
use minijinja::{context, value::Serde};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, SqlitePool};

use crate::{failure::Failure, pages, roles::Permission, users::User};

/// The middleware asks for the user of each request of its scope. Around the app, it would do so for the
/// style sheet, too.
pub fn routes(config: &mut ServiceConfig) {
    let news = web::scope("/news")
        .service(list)
        .service(publish)
        .service(delete)
        .wrap(GrantsMiddleware::with_extractor(permissions));
    config.service(news);
}

async fn permissions(req: &ServiceRequest) -> Result<HashSet<Permission>, Error> {
    let user = current_user::<User>(req.request()).await?;
    let role = user.user().map(|user| user.role);
    Ok(role.map(|role| role.permissions()).unwrap_or_default())
}

#[derive(FromRow, Serialize)]
struct Item {
    id: i64,
    author: String,
    text: String,
}

#[get("")]
async fn list(
    req: HttpRequest,
    pool: Data<SqlitePool>,
    granted: AuthDetails<Permission>,
) -> Result<impl Responder> {
    let items: Vec<Item> = sqlx::query_as("SELECT * FROM news ORDER BY id DESC LIMIT 50")
        .fetch_all(&**pool)
        .await
        .map_err(Failure::from)?;
    let values = context! {
        items => Serde(items),
        may_publish => granted.has_authority(&Permission::PublishNews),
        may_delete => granted.has_authority(&Permission::DeleteNews),
    };
    pages::render(&req, "news.html", values).await
}

#[derive(Deserialize)]
struct NewItem {
    text: String,
}

/// What `protect` responds has no request, and so no lay-out.
fn not_allowed() -> HttpResponse {
    HttpResponse::Forbidden().body("Your role does not allow this.")
}

/// `protect` asks after the arguments are extracted, and a `check` of a guard before.
#[post("")]
#[protect("Permission::PublishNews", ty = "Permission", error = not_allowed)]
async fn publish(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<NewItem>,
    pool: Data<SqlitePool>,
) -> Result<impl Responder> {
    if !pages::is_short_text(&form.text, 500) {
        flash(&req, "error", "A text has 1 to 500 characters.");
        return Ok(pages::redirect(&req, "/news"));
    }
    sqlx::query("INSERT INTO news (author, text) VALUES (?, ?)")
        .bind(&user.name)
        .bind(&form.text)
        .execute(&**pool)
        .await
        .map_err(Failure::from)?;
    Ok(pages::redirect(&req, "/news"))
}

#[post("/{id}/delete")]
#[protect("Permission::DeleteNews", ty = "Permission", error = not_allowed)]
async fn delete(req: HttpRequest, id: Path<i64>, pool: Data<SqlitePool>) -> Result<impl Responder> {
    sqlx::query("DELETE FROM news WHERE id = ?")
        .bind(*id)
        .execute(&**pool)
        .await
        .map_err(Failure::from)?;
    Ok(pages::redirect(&req, "/news"))
}
