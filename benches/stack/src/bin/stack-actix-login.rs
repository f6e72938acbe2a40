//! actix-login by its defaults, over `cookie`, `redis-sessions`, `redis-sessions-per-worker`,
//! `redis-logins` or `postgres-logins`.

use actix_login::{
    ActiveLogins, AuthenticatedUser, LoginManager, login_required, login_user,
    store::{RedisLoginStore, SqlLoginStore},
};
use actix_session::{
    SessionMiddleware,
    storage::{CookieSessionStore, RedisSessionStore, SessionStore},
};
use actix_web::{
    App, HttpRequest, HttpServer,
    cookie::Key,
    error::{ErrorInternalServerError, ErrorUnauthorized},
    get, post,
    web::{Data, ServiceConfig},
};
use sqlx::PgPool;
use stack::{
    ADDRESS, Result, User, announce, asked_for, find, greeting, per_worker::PerWorker, setting,
    storage, users,
};

#[get("/public")]
async fn public() -> &'static str {
    "Hello!"
}

#[post("/login")]
async fn log_in(req: HttpRequest, users: Data<PgPool>) -> actix_web::Result<&'static str> {
    let id = asked_for(req.query_string()).ok_or_else(|| ErrorUnauthorized("no id"))?;
    let user = find(&users, id).await.map_err(ErrorInternalServerError)?;
    let user = user.ok_or_else(|| ErrorUnauthorized("no such user"))?;
    login_user(&req, &user).await?;
    Ok("Logged in")
}

#[get("/protected")]
#[login_required]
async fn protected(user: AuthenticatedUser<User>) -> String {
    greeting(&user)
}

fn routes(services: &mut ServiceConfig) {
    services.service(public).service(log_in).service(protected);
}

#[actix_web::main]
async fn main() -> Result<()> {
    let users = users().await?;
    let key = Key::generate();
    let loader = users.clone();
    let builder = LoginManager::<User>::builder(key.master())
        .user_loader(async move |id: i64| find(&loader, id).await)
        .login_view("/login");
    let builder = match storage().as_str() {
        "cookie" | "redis-sessions" | "redis-sessions-per-worker" => builder,
        "redis-logins" => {
            let store = RedisLoginStore::new(setting("REDIS_URL")?).await?;
            builder.active_logins(ActiveLogins::in_store(store))
        }
        "postgres-logins" => {
            let store = SqlLoginStore::postgres(users.clone());
            store.create_table().await?;
            builder.active_logins(ActiveLogins::in_store(store))
        }
        other => return Err(format!("unknown storage: {other}").into()),
    };
    let manager = builder.build()?;

    let users = Data::new(users);
    match storage().as_str() {
        "redis-sessions" => {
            let store = RedisSessionStore::new(setting("REDIS_URL")?).await?;
            serve(users, manager, key, move || store.clone()).await
        }
        "redis-sessions-per-worker" => {
            let url = setting("REDIS_URL")?;
            serve(users, manager, key, move || PerWorker::new(url.clone())).await
        }
        _ => serve(users, manager, key, CookieSessionStore::default).await,
    }
}

/// `make_store` runs in each worker.
async fn serve<S: SessionStore + 'static>(
    users: Data<PgPool>,
    manager: LoginManager<User>,
    key: Key,
    make_store: impl Fn() -> S + Clone + Send + 'static,
) -> Result<()> {
    let server = HttpServer::new(move || {
        let session = SessionMiddleware::builder(make_store(), key.clone());
        App::new()
            .app_data(users.clone())
            .configure(routes)
            .wrap(session.cookie_secure(false).build())
            .wrap(manager.clone())
    });
    let server = server.workers(1).bind(ADDRESS)?;
    announce(&server.addrs())?;
    Ok(server.run().await?)
}
