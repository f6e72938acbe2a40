//! One app on several machines: PostgreSQL alone, or with sessions and active logins in Redis.
//!
//! `cargo run -p two-machines` says what it needs, and the README how to start two of it.

mod account;
mod bounded;
mod config;
mod data_folder;
mod database;
mod failure;
mod login;
mod pages;
mod passwords;
mod users;

use std::{error::Error, io, net::TcpListener, time::Duration};

use actix_login::{
    ActiveLogins, LoginManager,
    store::{RedisLoginStore, SqlLoginStore},
};
use actix_session::{
    SessionMiddleware,
    config::BrowserSession,
    storage::{CookieSessionStore, RedisSessionStore, SessionStore},
};
use actix_web::{
    App, HttpServer,
    cookie::{Key, time},
    error::ErrorBadRequest,
    middleware::DefaultHeaders,
    rt, web,
    web::Data,
};
use deadpool_redis::Runtime;
use sqlx::PgPool;

use crate::{
    bounded::BoundedStore,
    config::{Config, NEEDS_REDIS},
    passwords::Passwords,
    users::{User, Users},
};

/// The default of `login_deadline`. A session in Redis must not end before.
const LOGIN_DAYS: u32 = 31;
const LOGIN_DEADLINE: Duration = Duration::from_secs(LOGIN_DAYS as u64 * 24 * 60 * 60);

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    if let Err(error) = run().await {
        // As text: the error says how to install what is missing.
        eprintln!("{error}");
        std::process::exit(1);
    }
    Ok(())
}

async fn run() -> Result<(), Box<dyn Error>> {
    let config = Config::from_env()?;
    let key = data_folder::open(&config.data_dir)?;
    let pool = database::open(&config.database_url).await?;
    match config.redis_url.clone() {
        Some(url) => {
            let logins = RedisLoginStore::new(&url);
            let logins = logins
                .await
                .map_err(|error| format!("{error}: {NEEDS_REDIS}"))?;
            // Not `RedisSessionStore::new`: its connection waits for a minute and more, after Redis has
            // come back, before it tries again.
            let connections =
                deadpool_redis::Config::from_url(url).create_pool(Some(Runtime::Tokio1))?;
            let sessions = RedisSessionStore::builder_pooled(connections)
                .cache_keygen(|key| format!("session:{key}"))
                .build();
            let sessions = BoundedStore(sessions.await?);
            let active_logins = ActiveLogins::in_store(logins);
            serve(config, key, pool, active_logins, move || sessions.clone()).await
        }
        None => {
            let logins = SqlLoginStore::postgres(pool.clone());
            logins.create_table().await?;
            rt::spawn(database::remove_expired(logins.clone()));
            let active_logins = ActiveLogins::in_store(logins);
            serve(
                config,
                key,
                pool,
                active_logins,
                CookieSessionStore::default,
            )
            .await
        }
    }
}

async fn serve<S: SessionStore + 'static>(
    config: Config,
    key: Key,
    pool: PgPool,
    active_logins: ActiveLogins,
    sessions: impl Fn() -> S + Clone + Send + 'static,
) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(&config.address)
        .map_err(|error| format!("{}: {error}", config.address))?;
    let local_url = format!("http://{}", listener.local_addr()?);
    let https = config
        .site_url
        .as_ref()
        .is_some_and(|url| url.starts_with("https://"));

    let users = Data::new(Users::new(pool));
    let passwords = Passwords::new().await;
    let passwords = Data::new(passwords.map_err(|failure| failure.to_string())?);

    let loader = users.clone();
    let mut builder = LoginManager::<User>::builder(key.master())
        .user_loader(async move |id: i64| loader.by_id(id).await)
        .login_view("/login")
        .refresh_view("/confirm")
        .fresh_deadline(Duration::from_secs(15 * 60))
        .login_deadline(LOGIN_DEADLINE)
        .active_logins(active_logins.idle_timeout(LOGIN_DEADLINE))
        // After a logout, the Back button must not show the pages of the account.
        .cache_control("no-store");
    if config.trusted_proxies > 0 {
        builder = builder.trusted_proxies(config.trusted_proxies, &config.proxy_header);
    }
    if let Some(url) = config.site_url {
        builder = builder.server_origin(url);
    }
    let login_manager = builder.build()?;

    println!("{local_url}");
    HttpServer::new(move || {
        let lifecycle =
            BrowserSession::default().state_ttl(time::Duration::days(LOGIN_DAYS.into()));
        let session = SessionMiddleware::builder(sessions(), key.clone())
            .cookie_secure(https)
            .session_lifecycle(lifecycle)
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
