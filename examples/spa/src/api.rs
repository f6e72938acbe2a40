//! What the page of another origin calls: JSON, and 401 where a page would redirect to the login.

use actix_login::{
    AuthenticatedUser, CurrentUser, LoginManager, LoginScope, login_required, login_user,
    logout_user,
};
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, Result,
    error::InternalError,
    get, post,
    web::{self, Data, Json, JsonConfig, ServiceConfig},
};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;

use crate::{
    passwords::{self, Passwords},
    socket,
    users::{self, User},
};

pub fn routes(config: &mut ServiceConfig) {
    let refusal = async |_: &HttpRequest| problem(HttpResponse::Unauthorized(), "log in first");
    config.service(
        web::scope("/api")
            .service(sign_up)
            .service(login)
            .service(logout)
            .service(end_all)
            .service(me)
            .service(set_status)
            .service(socket::socket)
            .default_service(web::to(not_found))
            .wrap(LoginScope::new().unauthorized_handler(refusal)),
    );
}

#[derive(Serialize)]
struct Problem {
    error: &'static str,
}

async fn not_found() -> HttpResponse {
    problem(HttpResponse::NotFound(), "there is no such thing")
}

fn problem(mut response: HttpResponseBuilder, error: &'static str) -> HttpResponse {
    response.json(Problem { error })
}

/// What scripts send wrong is told in JSON, too.
pub fn json_config() -> JsonConfig {
    JsonConfig::default()
        .limit(8 * 1024)
        .error_handler(|error, _| {
            let response = problem(
                HttpResponse::BadRequest(),
                "That is not the JSON that is expected.",
            );
            InternalError::from_response(error, response).into()
        })
}

/// `Json` accepts `application/json` alone, which no form can send and for which a script needs a preflight.
#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

#[post("/sign-up")]
async fn sign_up(
    req: HttpRequest,
    body: Json<Credentials>,
    pool: Data<SqlitePool>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let Credentials { name, password } = body.into_inner();
    let objection = objection(&name).or_else(|| passwords::objection(&password));
    if let Some(objection) = objection {
        return Ok(problem(HttpResponse::UnprocessableEntity(), objection));
    }
    let hash = passwords.hash(password).await?;
    let Some(user) = users::create(&pool, &name, &hash).await? else {
        return Ok(problem(HttpResponse::Conflict(), "That name is taken."));
    };
    login_user(&req, &user).await?;
    Ok(HttpResponse::Created().json(user))
}

/// A real app limits how often a password may be tried, as the example `accounts` does.
#[post("/login")]
async fn login(
    req: HttpRequest,
    body: Json<Credentials>,
    pool: Data<SqlitePool>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let Credentials { name, password } = body.into_inner();
    let user = users::by_name(&pool, &name).await?;
    let Some(user) = passwords.check(user, password).await? else {
        let error = "That is not the right name and password.";
        return Ok(problem(HttpResponse::Unauthorized(), error));
    };
    login_user(&req, &user).await?;
    Ok(HttpResponse::Ok().json(user))
}

#[post("/logout")]
async fn logout(req: HttpRequest) -> Result<HttpResponse> {
    logout_user(&req).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends all logins of the user, and with them their WebSockets.
#[post("/end-all-logins")]
#[login_required]
async fn end_all(req: HttpRequest, user: AuthenticatedUser<User>) -> Result<HttpResponse> {
    LoginManager::<User>::of(&req)?
        .end_all_logins_of(&user.id)
        .await?;
    logout_user(&req).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[get("/me")]
#[login_required]
async fn me(user: CurrentUser<User>) -> HttpResponse {
    HttpResponse::Ok().json(user.user())
}

#[derive(Deserialize)]
struct Status {
    status: String,
}

#[post("/status")]
#[login_required]
async fn set_status(
    user: AuthenticatedUser<User>,
    body: Json<Status>,
    pool: Data<SqlitePool>,
) -> Result<HttpResponse> {
    if body.status.chars().count() > users::MAX_STATUS {
        return Ok(problem(
            HttpResponse::UnprocessableEntity(),
            "That is too long.",
        ));
    }
    users::set_status(&pool, &user, &body.status).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is wrong with a name, for its owner.
fn objection(name: &str) -> Option<&'static str> {
    let fits = (1..=40).contains(&name.len());
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (!fits || !is_plain).then_some("A name has up to 40 letters (a to z) and digits.")
}
