//! A small app on actix-web and actix-session, and with the feature `login` on actix-login too.

use actix_session::{Session, SessionMiddleware, storage::CookieSessionStore};
use actix_web::{App, HttpServer, Result, cookie::Key, get};

#[get("/visits")]
async fn visits(session: Session) -> Result<String> {
    let visits = session.get::<u64>("visits")?.unwrap_or(0) + 1;
    session.insert("visits", visits)?;
    Ok(format!("visits: {visits}"))
}

#[cfg(feature = "handlers")]
mod handlers;

#[cfg(feature = "login")]
mod login {
    use actix_login::{AuthenticatedUser, ConfigError, LoginManager, UserMixin, login_required};
    use actix_web::get;

    #[derive(Clone, UserMixin)]
    pub(crate) struct User {
        id: u64,
    }

    #[get("/protected")]
    #[login_required]
    pub(crate) async fn protected(user: AuthenticatedUser<User>) -> String {
        format!("Logged in as: {}", user.id)
    }

    pub(crate) fn manager(secret: &[u8]) -> Result<LoginManager<User>, ConfigError> {
        LoginManager::builder(secret)
            .user_loader(async |id: u64| Some(User { id }))
            .build()
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::generate();
    #[cfg(feature = "login")]
    let manager = login::manager(key.master())?;
    let server = HttpServer::new(move || {
        let app = App::new().service(visits);
        #[cfg(feature = "login")]
        let app = app.service(login::protected).wrap(manager.clone());
        #[cfg(feature = "handlers")]
        let app = app.configure(handlers::routes);
        app.wrap(SessionMiddleware::new(
            CookieSessionStore::default(),
            key.clone(),
        ))
    });
    Ok(server.bind(("127.0.0.1", 8080))?.run().await?)
}
