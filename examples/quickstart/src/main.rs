//! Flask-Login's basic example on actix-web: log in, see a protected page, log out.
//!
//! Run `cargo run -p quickstart [ADDRESS]` and open the address that it prints. The user is `leafstorm`, and
//! the password is `secret`. `HTTPS=1` is for a proxy in front of it that ends TLS.

mod pages;

use std::{collections::HashMap, env};

use actix_login::{
    AuthenticatedUser, CurrentUser, FlashedMessages, LoginError, LoginManager, LoginOptions,
    NextUrl, RememberCookie, UserMixin, anonymous_required, confirm_login, flash,
    fresh_login_required, login_required, login_url, login_user_with, logout_user,
};
use actix_session::{SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    App, HttpRequest, HttpServer, Responder, Result,
    cookie::Key,
    get,
    http::header::CONTENT_TYPE,
    middleware::DefaultHeaders,
    post, route,
    web::{Data, Form, Redirect},
};
use serde::Deserialize;

#[derive(Clone, UserMixin)]
struct User {
    id: String,
    // A real app stores a password hash, and marks it with `#[user(session_auth_hash)]`.
    password: String,
    /// Whether the account may log in.
    #[user(active)]
    active: bool,
}

/// Takes the place of a database: actix-login works with any storage of users.
struct Users(HashMap<String, User>);

impl Users {
    fn new() -> Self {
        let user = User {
            id: "leafstorm".to_owned(),
            password: "secret".to_owned(),
            active: true,
        };
        let disabled = User {
            id: "disabled".to_owned(),
            active: false,
            ..user.clone()
        };
        Self([user, disabled].map(|user| (user.id.clone(), user)).into())
    }

    fn get(&self, id: &str) -> Option<User> {
        self.0.get(id).cloned()
    }

    fn check(&self, email: &str, password: &str) -> Option<User> {
        self.get(email).filter(|user| user.password == password)
    }
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
    // A ticked checkbox sends `remember=on`; an empty one sends nothing.
    remember: Option<String>,
    #[serde(default)]
    next: NextUrl,
}

#[derive(Deserialize)]
struct Reauthentication {
    password: String,
    #[serde(default)]
    next: NextUrl,
}

#[get("/")]
async fn index(user: CurrentUser<User>) -> impl Responder {
    pages::index(user.user().map(|user| user.id.as_str()))
}

#[get("/login")]
#[anonymous_required("/protected")]
async fn login_page(next: NextUrl, flashes: FlashedMessages) -> impl Responder {
    pages::login(&next, &flashes)
}

#[post("/login")]
async fn login(
    req: HttpRequest,
    form: Form<Credentials>,
    query_next: NextUrl,
    users: Data<Users>,
) -> Result<impl Responder> {
    let form = form.into_inner();
    let next = form.next.or(query_next);
    let refusal = match users.check(&form.email, &form.password) {
        Some(user) => {
            let options = LoginOptions::new().remember(form.remember.is_some());
            match login_user_with(&req, &user, options).await {
                Ok(()) => return Ok(Redirect::to(next.unwrap_or("/protected")).see_other()),
                Err(LoginError::Inactive) => "Your account is disabled.",
                // An empty 500; with a logger, a line in the log.
                Err(error) => return Err(error.into()),
            }
        }
        None => "That is not the right email and password.",
    };
    flash(&req, "error", refusal);
    Ok(Redirect::to(login_url(&req, "/login", next.get())?).see_other())
}

#[get("/protected")]
#[login_required]
async fn protected(user: AuthenticatedUser<User>) -> impl Responder {
    pages::protected(&user.id)
}

#[get("/account")]
#[fresh_login_required]
async fn account(user: AuthenticatedUser<User>) -> impl Responder {
    pages::account(&user.id)
}

#[get("/reauth")]
#[login_required]
async fn reauth_page(next: NextUrl, flashes: FlashedMessages) -> impl Responder {
    pages::reauth(&next, &flashes)
}

#[post("/reauth")]
#[login_required]
async fn reauth(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<Reauthentication>,
) -> Result<impl Responder> {
    let form = form.into_inner();
    if form.password == user.password {
        confirm_login(&req).await?;
        return Ok(Redirect::to(form.next.unwrap_or("/account")).see_other());
    }
    flash(&req, "error", "That is not the right password.");
    Ok(Redirect::to(login_url(&req, "/reauth", form.next.get())?).see_other())
}

/// The pages send a `POST` by a button. A `GET` is only for convenience: another site can make a
/// browser follow a link, so a real app leaves it out.
#[route("/logout", method = "POST", method = "GET")]
async fn logout(req: HttpRequest) -> Result<impl Responder> {
    logout_user(&req).await?;
    Ok(pages::logged_out())
}

#[get("/style.css")]
async fn style() -> impl Responder {
    include_str!("style.css")
        .customize()
        .insert_header((CONTENT_TYPE, "text/css; charset=utf-8"))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    // A real app reads its key from a file or the environment: a new key logs out all users.
    let key = match env::var("SECRET_KEY") {
        Ok(secret) => Key::derive_from(secret.as_bytes()),
        Err(_) => Key::generate(),
    };
    // Browsers drop `Secure` cookies over plain HTTP. A real app has HTTPS alone, and no such setting.
    let https = env::var("HTTPS").is_ok_and(|value| value == "1");
    let users = Data::new(Users::new());

    let loader = users.clone();
    let login_manager = LoginManager::<User>::builder(key.master())
        .user_loader(async move |id: String| loader.get(&id))
        .login_view("/login")
        .refresh_view("/reauth")
        .remember_cookie(RememberCookie::new().secure(https))
        .build()?;

    let server = HttpServer::new(move || {
        let session = SessionMiddleware::builder(CookieSessionStore::default(), key.clone())
            .cookie_secure(https)
            .build();
        App::new()
            .app_data(users.clone())
            .service(index)
            .service(login_page)
            .service(login)
            .service(protected)
            .service(account)
            .service(reauth_page)
            .service(reauth)
            .service(logout)
            .service(style)
            .wrap(session)
            .wrap(login_manager.clone())
            .wrap(security_headers(https))
    })
    .workers(2)
    .bind(address)?;
    for address in server.addrs() {
        println!("http://{address}");
    }
    server.run().await?;
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
