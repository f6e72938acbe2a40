//! The pages that most tests ask for, with a user type of their choice.

use actix_login::{
    AuthenticatedUser, CurrentUser, LoginManager, LoginManagerBuilder, LoginOptions, UserMixin,
    login_required, login_user, login_user_with, logout_user,
};
use actix_session::Session;
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, Path, ServiceConfig},
};

use super::settings::SECRET;

/// The id of the user whose account is not active.
pub const INACTIVE: u64 = 13;

/// Created from any id except 0, which no user has.
#[derive(Clone, UserMixin)]
pub struct User {
    pub id: u64,
    #[user(active)]
    active: bool,
}

impl From<u64> for User {
    fn from(id: u64) -> Self {
        let active = id != INACTIVE;
        Self { id, active }
    }
}

pub fn load<U: From<u64>>(id: u64) -> Option<U> {
    (id != 0).then(|| U::from(id))
}

/// A manager with a loader and a login view.
pub fn builder<U: UserMixin<Id = u64> + From<u64>>() -> LoginManagerBuilder<U> {
    LoginManager::builder(SECRET)
        .user_loader(async |id: u64| load(id))
        .login_view("/login")
}

pub fn manager<U: UserMixin<Id = u64> + From<u64>>() -> LoginManager<U> {
    builder().build().unwrap()
}

/// For `GET`: `/who`, `/protected`, `/cart`. For `POST`: `/login/{id}`, `/force/{id}`, `/logout`,
/// `/cart/{item}`.
pub fn pages<U: UserMixin<Id = u64> + From<u64>>(config: &mut ServiceConfig) {
    config
        .route("/who", web::get().to(who::<U>))
        .route("/protected", web::get().to(protected::<U>))
        .route("/login/{id}", web::post().to(login::<U>))
        .route("/force/{id}", web::post().to(force::<U>))
        .route("/logout", web::post().to(logout))
        .route("/cart", web::get().to(cart))
        .route("/cart/{item}", web::post().to(put_into_cart));
}

pub async fn who<U: UserMixin<Id = u64>>(user: CurrentUser<U>) -> String {
    user.get_id()
        .map_or_else(|| "nobody".to_owned(), |id| id.to_string())
}

#[login_required(U)]
async fn protected<U: UserMixin<Id = u64>>(user: AuthenticatedUser<U>) -> impl Responder {
    format!("user {}", user.get_id())
}

pub async fn login<U: UserMixin<Id = u64> + From<u64>>(
    req: HttpRequest,
    id: Path<u64>,
) -> Result<impl Responder> {
    login_user(&req, &U::from(*id)).await?;
    Ok("logged in")
}

async fn force<U: UserMixin<Id = u64> + From<u64>>(
    req: HttpRequest,
    id: Path<u64>,
) -> Result<impl Responder> {
    login_user_with(&req, &U::from(*id), LoginOptions::new().force(true)).await?;
    Ok("logged in")
}

pub async fn logout(req: HttpRequest) -> Result<impl Responder> {
    logout_user(&req).await?;
    Ok("logged out")
}

pub async fn cart(session: Session) -> Result<String> {
    Ok(session.get("cart")?.unwrap_or_else(|| "empty".to_owned()))
}

pub async fn put_into_cart(session: Session, item: Path<String>) -> Result<impl Responder> {
    session.insert("cart", item.into_inner())?;
    Ok("in the cart")
}
