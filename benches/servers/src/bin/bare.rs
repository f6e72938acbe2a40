//! actix-web alone. The id is in a cookie as it is, which no app may do: this is the floor.

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, Responder, Result,
    cookie::Cookie,
    error::ErrorUnauthorized,
    get, post,
    web::{self, Data},
};
use apps::{Users, greeting};
use servers::{ADDRESS, announce};

const USER: &str = "user";

#[get("/public")]
async fn public() -> &'static str {
    "Hello!"
}

#[post("/login")]
async fn log_in() -> impl Responder {
    HttpResponse::Ok()
        .cookie(Cookie::new(USER, "1"))
        .body("Logged in")
}

#[get("/protected")]
async fn protected(req: HttpRequest, users: Data<Users>) -> Result<String> {
    let id = req.cookie(USER).and_then(|user| user.value().parse().ok());
    if let Some(id) = id
        && let Some(user) = users.find(id).await
    {
        return Ok(greeting(user));
    }
    Err(ErrorUnauthorized("not logged in"))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let users = web::Data::new(servers::users());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(users.clone())
            .service(public)
            .service(log_in)
            .service(protected)
    });
    let server = server.workers(1).bind(ADDRESS)?;
    announce(&server.addrs())?;
    server.run().await
}
