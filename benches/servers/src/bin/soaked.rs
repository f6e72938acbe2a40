//! actix-login with all that keeps something from request to request: active logins in memory, remember
//! cookies that are renewed on each page, and a limit of logins per user.

use std::error::Error;

use actix_login::{
    ActiveLogins, AuthenticatedUser, LoginManager, LoginOptions, RememberCookie, end_other_logins,
    login_required, login_user_with, logout_user,
};
use actix_web::{
    App, HttpRequest, HttpServer, Result, cookie::Key, error::ErrorUnauthorized, get, post,
    web::Data,
};
use apps::{User, Users, greeting, session::middleware};
use servers::{ADDRESS, announce};

#[post("/login")]
async fn log_in(req: HttpRequest, users: Data<Users>) -> Result<&'static str> {
    let user = users.asked_for(req.query_string()).await;
    let user = user.ok_or_else(|| ErrorUnauthorized("no such user"))?;
    login_user_with(&req, &**user, LoginOptions::new().remember(true)).await?;
    Ok("Logged in")
}

#[get("/protected")]
#[login_required]
async fn protected(user: AuthenticatedUser<User>) -> String {
    greeting(&user)
}

#[post("/logout")]
async fn log_out(req: HttpRequest) -> Result<&'static str> {
    logout_user(&req).await?;
    Ok("Logged out")
}

#[post("/end-others")]
#[login_required]
async fn end_others(req: HttpRequest) -> Result<&'static str> {
    end_other_logins(&req).await?;
    Ok("Ended")
}

#[actix_web::main]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let users = Data::new(servers::users());
    let key = Key::generate();
    let loader = users.clone();
    let manager = LoginManager::<User>::builder(key.master())
        .shared_user_loader(async move |id: u64| loader.find(id).await.cloned())
        .remember_cookie(
            RememberCookie::new()
                .secure(false)
                .refresh_each_request(true),
        )
        .active_logins(ActiveLogins::in_memory().max_logins(5))
        .build()?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(users.clone())
            .service(log_in)
            .service(protected)
            .service(log_out)
            .service(end_others)
            .wrap(middleware(key.clone()))
            .wrap(manager.clone())
    });
    let server = server.workers(1).bind(ADDRESS)?;
    announce(&server.addrs())?;
    Ok(server.run().await?)
}
