//! actix-identity by its defaults, over actix-session's Redis: `redis-sessions`.

use actix_identity::{Identity, IdentityMiddleware};
use actix_session::{SessionMiddleware, storage::RedisSessionStore};
use actix_web::{
    App, HttpMessage, HttpRequest, HttpServer,
    cookie::Key,
    error::{ErrorInternalServerError, ErrorUnauthorized},
    get, post,
    web::Data,
};
use sqlx::PgPool;
use stack::{ADDRESS, Result, announce, asked_for, find, greeting, setting, users};

#[get("/public")]
async fn public() -> &'static str {
    "Hello!"
}

#[post("/login")]
async fn log_in(req: HttpRequest, users: Data<PgPool>) -> actix_web::Result<&'static str> {
    let id = asked_for(req.query_string()).ok_or_else(|| ErrorUnauthorized("no id"))?;
    let user = find(&users, id).await.map_err(ErrorInternalServerError)?;
    let user = user.ok_or_else(|| ErrorUnauthorized("no such user"))?;
    Identity::login(&req.extensions(), user.id.to_string())?;
    Ok("Logged in")
}

/// The extractor refuses who is not logged in.
#[get("/protected")]
async fn protected(identity: Identity, users: Data<PgPool>) -> actix_web::Result<String> {
    let id = identity.id().map_err(ErrorInternalServerError)?;
    let id = id.parse().map_err(ErrorInternalServerError)?;
    let user = find(&users, id).await.map_err(ErrorInternalServerError)?;
    let user = user.ok_or_else(|| ErrorUnauthorized("no such user"))?;
    Ok(greeting(&user))
}

#[actix_web::main]
async fn main() -> Result<()> {
    let users = Data::new(users().await?);
    let key = Key::generate();
    let store = RedisSessionStore::new(setting("REDIS_URL")?).await?;
    let server = HttpServer::new(move || {
        let session = SessionMiddleware::builder(store.clone(), key.clone());
        App::new()
            .app_data(users.clone())
            .service(public)
            .service(log_in)
            .service(protected)
            .wrap(IdentityMiddleware::default())
            .wrap(session.cookie_secure(false).build())
    });
    let server = server.workers(1).bind(ADDRESS)?;
    announce(&server.addrs())?;
    Ok(server.run().await?)
}
