//! A JavaScript page on another origin, with JSON login, CORS and a WebSocket; and a page with htmx.
//!
//! `cargo run -p spa` and open the second address that it prints: the page of the other origin.

mod api;
mod config;
mod data_folder;
mod database;
mod failure;
mod page;
mod pages;
mod passwords;
mod socket;
mod users;

use std::{error::Error, io, net::TcpListener};

use actix_cors::Cors;
use actix_login::{
    ActiveLogins, LoginManager, RememberCookie, flash, store::SqlLoginStore, unauthorized,
};
use actix_session::{SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    error::ErrorBadRequest,
    http::header::{self, HeaderName},
    middleware::DefaultHeaders,
    rt, web,
    web::Data,
};

use crate::{config::Config, page::AppUrl, pages::PageUrl, passwords::Passwords, users::User};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let config = Config::from_env();
    let listener = TcpListener::bind(&config.address)
        .map_err(|error| format!("{}: {error}", config.address))?;
    let page_listener = TcpListener::bind(&config.page_address)
        .map_err(|error| format!("{}: {error}", config.page_address))?;
    let local_url = format!("http://{}", listener.local_addr()?);
    let local_page_url = format!("http://{}", page_listener.local_addr()?);
    let site_url = config.site_url.clone().unwrap_or(local_url.clone());
    let page_url = config.page_url.unwrap_or(local_page_url.clone());
    let https = site_url.starts_with("https://");

    let key = data_folder::open(&config.data_dir)?;
    let pool = database::open(&config.data_dir).await?;
    // Without active logins, a WebSocket could not see a logout in another tab.
    let active_logins = SqlLoginStore::sqlite(pool.clone());
    active_logins.create_table().await?;
    rt::spawn(database::remove_expired(active_logins.clone()));
    let passwords = Passwords::new()
        .await
        .map_err(|failure| failure.to_string())?;
    let passwords = Data::new(passwords);

    let loader = pool.clone();
    let mut builder = LoginManager::<User>::builder(key.master())
        .user_loader(async move |id: i64| users::by_id(&loader, id).await)
        .login_view("/login")
        // A request by htmx gets a 401: a redirect would put the login page into a corner of this one.
        .redirect_navigations_only(true)
        .unauthorized_handler(refusal)
        .trusted_origins([page_url.clone()])
        .active_logins(ActiveLogins::in_store(active_logins))
        .remember_cookie(RememberCookie::new().secure(https))
        .cache_control("no-store");
    if config.site_url.is_some() {
        builder = builder.server_origin(site_url.clone());
    }
    let login_manager = builder.build()?;

    println!("{local_url}");
    println!("{local_page_url}");
    let origin = page_url.clone();
    let app = HttpServer::new(move || {
        let session = SessionMiddleware::builder(CookieSessionStore::default(), key.clone())
            .cookie_secure(https)
            .build();
        App::new()
            .app_data(Data::new(pool.clone()))
            .app_data(Data::new(PageUrl(origin.clone())))
            .app_data(passwords.clone())
            .app_data(
                web::FormConfig::default()
                    .limit(8 * 1024)
                    .error_handler(|_, _| ErrorBadRequest("The form is incomplete.")),
            )
            .app_data(api::json_config())
            .configure(api::routes)
            .configure(pages::routes)
            .default_service(web::to(pages::not_found))
            .wrap(session)
            .wrap(login_manager.clone())
            .wrap(security_headers(https))
            // Outermost: it replies to preflights, and the page can read refusals, too.
            .wrap(cors(&origin))
    })
    .listen(listener)?
    .run();
    let page = HttpServer::new(move || {
        App::new()
            .app_data(Data::new(AppUrl(site_url.clone())))
            .configure(page::routes)
            .wrap(page::security_headers(&site_url))
    })
    .workers(1)
    .listen(page_listener)?
    .run();
    tokio::try_join!(app, page)?;
    Ok(())
}

/// The page's scripts may send JSON with cookies, and read the response. No other origin may.
fn cors(page_url: &str) -> Cors {
    Cors::default()
        .allowed_origin(page_url)
        .allowed_methods(["GET", "POST"])
        .allowed_header(header::CONTENT_TYPE)
        .supports_credentials()
        .max_age(600)
}

/// htmx goes to the page that `HX-Redirect` names, whatever the status is.
async fn refusal(req: &HttpRequest) -> HttpResponse {
    let mut response = unauthorized(req).await;
    let login_page = response.headers().get(header::LOCATION).cloned();
    if let Some(login_page) = login_page
        && req.headers().contains_key("HX-Request")
    {
        // A refused script leaves no message, because its user may see no other page.
        flash(req, "message", "Please log in to access this page.");
        let name = HeaderName::from_static("hx-redirect");
        response.headers_mut().insert(name, login_page);
    }
    response
}

fn security_headers(https: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add((
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
             connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "same-origin"));
    if https {
        headers.add(("Strict-Transport-Security", "max-age=31536000"))
    } else {
        headers
    }
}
