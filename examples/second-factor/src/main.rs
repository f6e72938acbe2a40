//! Login in two steps: the password, then a code of an authenticator app or a backup code.
//!
//! `cargo run -p second-factor` and open the address that it prints.

mod account;
mod backup_codes;
mod code;
mod config;
mod data_folder;
mod database;
mod failure;
mod login;
mod pages;
mod passwords;
mod second_factor;
mod totp;
mod users;

use std::{error::Error, io, net::TcpListener, time::Duration};

use actix_login::{ActiveLogins, LoginManager, RememberCookie, store::SqlLoginStore};
use actix_session::{SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    App, HttpServer, error::ErrorBadRequest, middleware::DefaultHeaders, rt, web, web::Data,
};

use crate::{
    config::Config,
    passwords::Passwords,
    users::{User, Users},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

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

    let key = data_folder::open(&config.data_dir)?;
    let pool = database::open(&config.data_dir).await?;
    let active_logins = SqlLoginStore::sqlite(pool.clone());
    active_logins.create_table().await?;

    rt::spawn(database::remove_expired(active_logins.clone()));

    let users = Data::new(Users::new(pool));
    let passwords = Data::new(
        Passwords::new()
            .await
            .map_err(|failure| failure.to_string())?,
    );

    let loader = users.clone();
    let mut builder = LoginManager::<User>::builder(key.master())
        .user_loader(async move |id: i64| loader.by_id(id).await)
        .login_view("/login")
        .refresh_view("/confirm")
        // Before critical pages the password and the code are asked again after this time.
        .fresh_deadline(Duration::from_secs(15 * 60))
        // Pending logins need these: a copied cookie of one must be worthless once it is used.
        .active_logins(ActiveLogins::in_store(active_logins).idle_timeout(2 * DAY))
        .remember_cookie(RememberCookie::new().secure(https).duration(90 * DAY))
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
    HttpServer::new(move || {
        let session = SessionMiddleware::builder(CookieSessionStore::default(), key.clone())
            .cookie_secure(https)
            .build();
        // What a visitor sent wrong is no business of the error page.
        let forms = web::FormConfig::default()
            .limit(8 * 1024)
            .error_handler(|_, _| ErrorBadRequest("The form is incomplete."));
        App::new()
            .app_data(users.clone())
            .app_data(passwords.clone())
            .app_data(forms)
            .configure(pages::routes)
            .configure(account::routes)
            .configure(login::routes)
            .configure(code::routes)
            .configure(second_factor::routes)
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
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; \
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
