//! What administrators do: they make users, give them roles and suspend them.

use actix_login::flash;
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, Path, ServiceConfig},
};
use minijinja::{context, value::Serde};
use serde::Deserialize;

use crate::{
    pages,
    passwords::{self, Passwords},
    roles::Role,
    users::Users,
};

/// In the scope `/admin`, whose guard admits administrators alone.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list).service(create).service(change);
}

#[get("")]
async fn list(req: HttpRequest, users: Data<Users>) -> Result<impl Responder> {
    let values = context! { users => Serde(users.all().await?) };
    pages::render(&req, "admin.html", values).await
}

#[derive(Deserialize)]
struct NewUser {
    name: String,
    password: String,
    role: Role,
}

#[post("/users")]
async fn create(
    req: HttpRequest,
    form: Form<NewUser>,
    users: Data<Users>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let NewUser {
        name,
        password,
        role,
    } = form.into_inner();
    if !pages::is_short_text(&name, 40) {
        flash(&req, "error", "A name has 1 to 40 characters.");
        return Ok(pages::redirect(&req, "/admin"));
    }
    if let Some(objection) = passwords::objection(&password) {
        flash(&req, "error", objection);
        return Ok(pages::redirect(&req, "/admin"));
    }
    let hash = passwords.hash(password).await?;
    if users.create(&name, &hash, role).await?.is_none() {
        flash(&req, "error", "That name is taken.");
    }
    Ok(pages::redirect(&req, "/admin"))
}

#[derive(Deserialize)]
struct Change {
    role: Role,
    // A ticked checkbox sends `is_active=on`; an empty one sends nothing.
    is_active: Option<String>,
}

/// It counts from the user's next request on: no login holds a copy of this.
#[post("/users/{id}")]
async fn change(
    req: HttpRequest,
    id: Path<i64>,
    form: Form<Change>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    if !users
        .change(*id, form.role, form.is_active.is_some())
        .await?
    {
        return pages::not_found(req).await;
    }
    Ok(pages::redirect(&req, "/admin"))
}
