//! actix-identity by its defaults, over the same session cookie.

use actix_identity::{Identity, IdentityMiddleware};
use actix_web::{
    App, HttpMessage, HttpRequest, HttpServer, Result,
    cookie::Key,
    error::{ErrorInternalServerError, ErrorUnauthorized},
    get, post,
    web::Data,
};
use apps::{Users, greeting, session::middleware};
use servers::{ADDRESS, announce};

#[get("/public")]
async fn public() -> &'static str {
    "Hello!"
}

#[post("/login")]
async fn log_in(req: HttpRequest) -> Result<&'static str> {
    Identity::login(&req.extensions(), "1".to_owned())?;
    Ok("Logged in")
}

/// The extractor refuses who is not logged in.
#[get("/protected")]
async fn protected(identity: Identity, users: Data<Users>) -> Result<String> {
    let id = identity.id().map_err(ErrorInternalServerError)?;
    if let Ok(id) = id.parse()
        && let Some(user) = users.find(id).await
    {
        return Ok(greeting(user));
    }
    Err(ErrorUnauthorized("no such user"))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let users = Data::new(servers::users());
    let key = Key::generate();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(users.clone())
            .service(public)
            .service(log_in)
            .service(protected)
            .wrap(IdentityMiddleware::default())
            .wrap(middleware(key.clone()))
    });
    let server = server.workers(1).bind(ADDRESS)?;
    announce(&server.addrs())?;
    server.run().await
}
