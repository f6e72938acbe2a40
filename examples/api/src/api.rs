//! The API: JSON for scripts with a token. It neither reads nor sets a cookie.

use actix_login::{AuthenticatedUser, ConfigError, LoginManager, LoginScope};
use actix_web::{
    HttpRequest, HttpResponse, Responder, delete,
    dev::HttpServiceFactory,
    get, post,
    web::{self, Data, Json, Path, ServiceConfig},
};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;
use utoipa::ToSchema;

use crate::{
    notes::{self, Note},
    openapi,
    problem::{self, Problem, ProblemBody},
    tokens::{self, ApiClient},
};

/// The API has its own manager, without a user loader: no session opens it.
pub fn manager(
    secret: impl AsRef<[u8]>,
    pool: SqlitePool,
) -> Result<LoginManager<ApiClient>, ConfigError> {
    LoginManager::builder(secret)
        .header_loader(async move |header: &str| tokens::client(&pool, header).await)
        .unauthorized_handler(async |_: &HttpRequest| {
            actix_web::ResponseError::error_response(&Problem::Unauthorized)
        })
        .www_authenticate("Bearer realm=\"notes\", Basic realm=\"notes\", charset=\"UTF-8\"")
        .cache_control("no-store")
        .build()
}

pub fn scope(manager: LoginManager<ApiClient>) -> impl HttpServiceFactory {
    let guard = LoginScope::new().login_required().except(["/openapi.json"]);
    web::scope("/api")
        .app_data(
            web::JsonConfig::default()
                .limit(8 * 1024)
                .error_handler(problem::of_body),
        )
        .app_data(web::PathConfig::default().error_handler(problem::of_path))
        .configure(routes)
        .default_service(web::to(async || Err::<HttpResponse, _>(Problem::NotFound)))
        .wrap(guard)
        .wrap(manager)
}

fn routes(config: &mut ServiceConfig) {
    config
        .service(openapi::document)
        .service(me)
        .service(list)
        .service(add)
        .service(remove);
}

#[derive(Serialize, ToSchema)]
pub struct Me {
    name: String,
}

/// Whose token it is.
#[utoipa::path(
    context_path = "/api",
    responses((status = 200, body = Me), (status = 401, body = ProblemBody)),
    security(("bearer" = []), ("basic" = []))
)]
#[get("/me")]
pub async fn me(client: AuthenticatedUser<ApiClient>) -> impl Responder {
    Json(Me {
        name: client.user_name.clone(),
    })
}

/// The notes of the user.
#[utoipa::path(
    context_path = "/api",
    responses((status = 200, body = [Note]), (status = 401, body = ProblemBody)),
    security(("bearer" = []), ("basic" = []))
)]
#[get("/notes")]
pub async fn list(
    client: AuthenticatedUser<ApiClient>,
    pool: Data<SqlitePool>,
) -> Result<impl Responder, Problem> {
    Ok(Json(notes::of_user(&pool, client.user_id).await?))
}

#[derive(Deserialize, ToSchema)]
pub struct NewNote {
    /// 1 to 1,000 characters.
    text: String,
}

/// Adds a note.
#[utoipa::path(
    context_path = "/api",
    responses(
        (status = 201, body = Note),
        (status = 400, body = ProblemBody),
        (status = 401, body = ProblemBody),
        (status = 409, body = ProblemBody)
    ),
    security(("bearer" = []), ("basic" = []))
)]
#[post("/notes")]
pub async fn add(
    client: AuthenticatedUser<ApiClient>,
    note: Json<NewNote>,
    pool: Data<SqlitePool>,
) -> Result<HttpResponse, Problem> {
    if !(1..=1000).contains(&note.text.chars().count()) {
        return Err(Problem::Invalid);
    }
    let note = notes::add(&pool, client.user_id, &note.text).await?;
    let note = note.ok_or(Problem::TooMany)?;
    Ok(HttpResponse::Created().json(note))
}

/// Deletes a note.
#[utoipa::path(
    context_path = "/api",
    params(("id" = i64, Path)),
    responses(
        (status = 204),
        (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody)
    ),
    security(("bearer" = []), ("basic" = []))
)]
#[delete("/notes/{id}")]
pub async fn remove(
    client: AuthenticatedUser<ApiClient>,
    id: Path<i64>,
    pool: Data<SqlitePool>,
) -> Result<HttpResponse, Problem> {
    if notes::delete(&pool, client.user_id, *id).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::NotFound)
    }
}
