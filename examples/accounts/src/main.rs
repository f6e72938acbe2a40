//! User accounts in SQLite: sign-up, login, profile, password reset, active logins, deletion.
//!
//! `cargo run -p accounts` and open the address that it prints. Mails are printed, too.

mod config;
mod data_folder;
mod database;
mod deletion;
mod email;
mod email_change;
mod failure;
mod limits;
mod links;
mod login;
mod logins;
mod mail;
mod pages;
mod password_change;
mod password_reset;
mod passwords;
mod profile;
mod sign_up;
mod users;

use std::{error::Error, io, net::TcpListener, time::Duration};

use actix_login::{
    ActiveLogins, CookieRejectReason, LoginEndReason, LoginEvent, LoginManager, RememberCookie,
    flash, store::SqlLoginStore,
};
use actix_session::{SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    App, HttpServer, error::ErrorBadRequest, middleware::DefaultHeaders, rt, web, web::Data,
};

use crate::{
    config::Config, limits::Limits, mail::Mail, passwords::Passwords, users::User, users::Users,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let config = Config::from_env()?;
    let listener = TcpListener::bind(&config.address)
        .map_err(|error| format!("{}: {error}", config.address))?;
    let local_url = format!("http://{}", listener.local_addr()?);
    // A mailed link must not be made from the `Host` of a request: a stranger chooses that.
    let site_url = config.site_url.clone().unwrap_or(local_url.clone());
    let https = site_url.starts_with("https://");

    let key = data_folder::open(&config.data_dir)?;
    let pool = database::open(&config.data_dir).await?;
    let active_logins = SqlLoginStore::sqlite(pool.clone());
    active_logins.create_table().await?;

    let users = Data::new(Users::new(pool.clone()));
    let passwords = Data::new(
        Passwords::new()
            .await
            .map_err(|failure| failure.to_string())?,
    );
    let limits = Data::new(Limits::new());
    let mail = Data::new(Mail::new(site_url.clone()));
    rt::spawn(database::remove_expired(
        pool,
        active_logins.clone(),
        limits.clone(),
    ));

    let (loader, warnings) = (users.clone(), mail.clone());
    let mut builder = LoginManager::<User>::builder(key.master())
        .user_loader(async move |id: i64| loader.by_id(id).await)
        .login_view("/login")
        .refresh_view("/confirm")
        // Before critical pages the password is asked again after this time.
        .fresh_deadline(Duration::from_secs(15 * 60))
        .active_logins(ActiveLogins::in_store(active_logins).idle_timeout(2 * DAY))
        .remember_cookie(RememberCookie::new().secure(https).duration(90 * DAY))
        // After a logout, the Back button must not show the pages of the account.
        .cache_control("no-store")
        .on_event(move |req, event, user| {
            if let Some(text) = why_logged_out(event) {
                flash(req, "message", text);
            }
            // Of owner and thief only the one who comes second sees the message.
            if let (LoginEvent::RememberCookieReused, Some(user)) = (event, user) {
                let text = "A copy of your login was used, and the login was ended. If it was not \
                            you, change your password.";
                warnings.send(&user.email, "Your login was used elsewhere", text);
            }
        });
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
        // The default response tells which field is wrong, and how; a browser sends none like that.
        let forms = web::FormConfig::default()
            .limit(8 * 1024)
            .error_handler(|_, _| ErrorBadRequest("The form is incomplete."));
        App::new()
            .app_data(users.clone())
            .app_data(passwords.clone())
            .app_data(limits.clone())
            .app_data(mail.clone())
            .app_data(forms)
            .configure(pages::routes)
            .configure(sign_up::routes)
            .configure(login::routes)
            .configure(profile::routes)
            .configure(email_change::routes)
            .configure(password_change::routes)
            .configure(password_reset::routes)
            .configure(logins::routes)
            .configure(deletion::routes)
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

/// What a browser is told whose session or remember cookie is refused; the same text for both is shown
/// once. All other events are none of this kind.
fn why_logged_out(event: LoginEvent) -> Option<&'static str> {
    const EXPIRED: &str = "You were logged out after a long time.";
    const ENDED: &str = "You were logged out elsewhere, or the password has changed.";
    const COPIED: &str = "Your login was used elsewhere. If it was not you, change your password.";
    match event {
        LoginEvent::LoginEnded { reason, .. } => match reason {
            LoginEndReason::Expired => Some(EXPIRED),
            LoginEndReason::RememberCookieReused => Some(COPIED),
            // The user has just logged in again.
            LoginEndReason::Replaced => None,
            _ => Some(ENDED),
        },
        LoginEvent::RememberCookieRejected { reason } => match reason {
            CookieRejectReason::Expired => Some(EXPIRED),
            // No cookie of this site.
            CookieRejectReason::Forged | CookieRejectReason::Conflict => None,
            _ => Some(ENDED),
        },
        LoginEvent::RememberCookieReused => Some(COPIED),
        _ => None,
    }
}
