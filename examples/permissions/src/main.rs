//! Who may do what: roles, permissions, documents with readers, administrators, and private files.
//!
//! `cargo run -p permissions` and open the address that it prints.

mod admin_login;
mod admin_pages;
mod admins;
mod config;
mod data_folder;
mod database;
mod document_pages;
mod documents;
mod failure;
mod login;
mod news;
mod pages;
mod passwords;
mod roles;
mod routes;
mod users;

use std::{error::Error, io, net::TcpListener, time::Duration};

use actix_login::{LoginManager, LoginManagerBuilder, UserMixin};
use actix_session::{SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    App, HttpServer,
    error::ErrorBadRequest,
    middleware::DefaultHeaders,
    web::{self, Data},
};

use crate::{
    admins::{Admin, Admins},
    config::Config,
    documents::Documents,
    passwords::Passwords,
    users::{User, Users},
};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let config = Config::from_env()?;
    let listener = TcpListener::bind(&config.address)
        .map_err(|error| format!("{}: {error}", config.address))?;
    let local_url = format!("http://{}", listener.local_addr()?);
    let site_url = config.site_url.as_deref();
    let https = site_url.is_some_and(|url| url.starts_with("https://"));

    let key = data_folder::open(&config.data_dir)?;
    let pool = database::open(&config.data_dir).await?;
    let users = Data::new(Users::new(pool.clone()));
    let admins = Data::new(Admins::new(pool.clone()));
    let documents = Data::new(Documents::new(pool.clone(), &config.data_dir));
    let pool = Data::new(pool);
    let passwords = Passwords::new().await;
    let passwords = Data::new(passwords.map_err(|failure| failure.to_string())?);
    let first_password = admins.create_first(&passwords).await?;

    let loader = users.clone();
    let user_manager = LoginManager::<User>::builder(key.master())
        .user_loader(async move |id: i64| loader.by_id(id).await)
        .login_view("/login")
        .forbidden_handler(pages::forbidden);
    let user_manager = behind_proxies(user_manager, &config).build()?;
    // One key serves both: what they derive from it is bound to the name of the user type.
    let loader = admins.clone();
    let admin_manager = LoginManager::<Admin>::builder(key.master())
        .user_loader(async move |id: i64| loader.by_id(id).await)
        .login_view("/admin/login")
        .visit_deadline(Duration::from_secs(30 * 60));
    let admin_manager = behind_proxies(admin_manager, &config).build()?;

    println!("{local_url}");
    if let Some(password) = first_password {
        println!("Log in at {local_url}/admin as admin, password {password}");
    }
    let files_dir = config.files_dir;
    HttpServer::new(move || {
        let session = SessionMiddleware::builder(CookieSessionStore::default(), key.clone())
            .cookie_secure(https)
            .build();
        // What a visitor sent wrong is no business of the error page.
        let forms = web::FormConfig::default()
            .limit(64 * 1024)
            .error_handler(|_, _| ErrorBadRequest("The form is incomplete."));
        App::new()
            .app_data(users.clone())
            .app_data(admins.clone())
            .app_data(documents.clone())
            .app_data(pool.clone())
            .app_data(passwords.clone())
            .app_data(forms)
            .configure(|config| routes::routes(config, &files_dir))
            .default_service(web::to(pages::not_found))
            .wrap(routes::guard())
            .wrap(session)
            // The first one is the nearest: functions without a user type are about it.
            .wrap(user_manager.clone())
            .wrap(admin_manager.clone())
            .wrap(security_headers(https))
    })
    .listen(listener)?
    .run()
    .await?;
    Ok(())
}

/// What both managers have to know.
fn behind_proxies<U: UserMixin>(
    mut builder: LoginManagerBuilder<U>,
    config: &Config,
) -> LoginManagerBuilder<U> {
    if config.trusted_proxies > 0 {
        builder = builder.trusted_proxies(config.trusted_proxies, "X-Forwarded-For");
    }
    if let Some(url) = &config.site_url {
        builder = builder.server_origin(url);
    }
    // After a logout, the Back button must not show the pages of the account.
    builder.cache_control("no-store")
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
