//! Login through an OpenID provider: a real one, or the example's own.
//!
//! `cargo run -p oauth` and open the address that it prints.

mod account;
mod attempt;
mod config;
mod data_folder;
mod database;
mod failure;
mod http_client;
mod identity;
mod login;
mod openid;
mod pages;
mod provider;
mod users;

use std::{error::Error, io, net::TcpListener, time::Duration};

use actix_login::LoginManager;
use actix_session::{SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    App, HttpServer, error::ErrorBadRequest, middleware::DefaultHeaders, web, web::Data,
};

use crate::{
    config::Config,
    openid::OpenId,
    users::{User, Users},
};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let config = Config::from_env()?;
    let listener = TcpListener::bind(&config.address)
        .map_err(|error| format!("{}: {error}", config.address))?;
    let local_url = format!("http://{}", listener.local_addr()?);
    let https = config
        .site_url
        .as_ref()
        .is_some_and(|url| url.starts_with("https://"));

    let site_url = config.site_url.as_ref().unwrap_or(&local_url);
    let redirect_url = format!("{site_url}/login/callback");
    let registration = match config.registration {
        Some(registration) => registration,
        None if https => {
            return Err("set ISSUER_URL: the example's own provider asks for no password".into());
        }
        None => provider::start(&config.provider_address, &redirect_url)?,
    };
    let issuer_url = registration.issuer_url.clone();
    let openid = OpenId::new(registration, redirect_url).map_err(|failure| failure.to_string())?;
    let openid = Data::new(openid);

    let key = data_folder::open(&config.data_dir)?;
    let users = Data::new(Users::new(database::open(&config.data_dir).await?));

    let loader = users.clone();
    let mut builder = LoginManager::<User>::builder(key.master())
        .user_loader(async move |id: i64| loader.by_id(id).await)
        .login_view("/login")
        .refresh_view("/confirm")
        // Before critical pages the provider is asked again after this time.
        .fresh_deadline(Duration::from_secs(15 * 60))
        // After a logout, the Back button must not show the pages of the account.
        .cache_control("no-store");
    if config.trusted_proxies > 0 {
        builder = builder.trusted_proxies(config.trusted_proxies, "X-Forwarded-For");
    }
    if let Some(url) = config.site_url {
        builder = builder.server_origin(url);
    }
    let login_manager = builder.build()?;

    println!("{local_url}");
    println!("{issuer_url}");
    HttpServer::new(move || {
        // The default `SameSite=Lax`: with `Strict`, the session would not come back from the provider.
        let session = SessionMiddleware::builder(CookieSessionStore::default(), key.clone())
            .cookie_secure(https)
            .build();
        // What a visitor sent wrong is no business of the error page.
        let queries = web::QueryConfig::default()
            .error_handler(|_, _| ErrorBadRequest("The address is incomplete."));
        App::new()
            .app_data(users.clone())
            .app_data(openid.clone())
            .app_data(queries)
            .configure(pages::routes)
            .configure(account::routes)
            .configure(login::routes)
            .default_service(web::to(pages::not_found))
            .wrap(session)
            .wrap(login_manager.clone())
            .wrap(security_headers(https))
    })
    .listen(listener)?
    .run()
    .await?;
    Ok(())
}

fn security_headers(https: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add((
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src data:; \
             form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "same-origin"));
    if https {
        headers.add(("Strict-Transport-Security", "max-age=31536000"))
    } else {
        headers
    }
}
