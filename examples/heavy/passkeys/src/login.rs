//! Logging in with a key and without a name, and touching a key again before critical pages.

use actix_login::{
    AuthenticatedUser, NextUrl, anonymous_required, confirm_login, login_required, login_user,
    logout_user,
};
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    error::ErrorUnauthorized,
    get, post,
    web::{Data, Json, ServiceConfig},
};
use minijinja::context;
use serde::Deserialize;
use serde_json::json;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, PasskeyAuthentication, PublicKeyCredential,
    RequestChallengeResponse, Webauthn,
};

use crate::{
    ceremonies,
    failure::Failure,
    pages,
    users::{User, Users},
};

const LOGIN: &str = "login";
const CONFIRM: &str = "confirm";

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(login_page)
        .service(begin_login)
        .service(finish_login)
        .service(confirm_page)
        .service(begin_confirmation)
        .service(finish_confirmation)
        .service(logout);
}

#[derive(Deserialize)]
struct Signed {
    credential: PublicKeyCredential,
    #[serde(default)]
    next: NextUrl,
}

#[get("/login")]
#[anonymous_required("/account")]
async fn login_page(req: HttpRequest, next: NextUrl) -> Result<impl Responder> {
    pages::render(&req, "login.html", context! { next => next.get() }).await
}

#[post("/login/begin")]
async fn begin_login(
    session: Session,
    users: Data<Users>,
    webauthn: Data<Webauthn>,
) -> Result<Json<RequestChallengeResponse>> {
    let (options, state) = webauthn
        .start_discoverable_authentication()
        .map_err(Failure::from)?;
    ceremonies::begin(&users.pool, &session, LOGIN, &state).await?;
    Ok(Json(options))
}

#[post("/login/finish")]
async fn finish_login(
    req: HttpRequest,
    signed: Json<Signed>,
    session: Session,
    users: Data<Users>,
    webauthn: Data<Webauthn>,
) -> Result<HttpResponse> {
    let state: DiscoverableAuthentication =
        ceremonies::finish(&users.pool, &session, LOGIN).await?;
    let credential = &signed.credential;
    // What the key says of its user is a claim until a key of that user has signed.
    let claim = webauthn.identify_discoverable_authentication(credential);
    let (handle, _) = claim.map_err(|_| refusal())?;
    let user = users.by_handle(handle).await?.ok_or_else(refusal)?;
    let keys = users.passkeys(&user).await?;
    let keys: Vec<DiscoverableKey> = keys.into_iter().map(DiscoverableKey::from).collect();
    let result = webauthn
        .finish_discoverable_authentication(credential, state, &keys)
        .map_err(|_| refusal())?;
    if !users.key_was_used(&user, &result).await? {
        return Err(refusal());
    }
    login_user(&req, &user).await?;
    let next = signed.next.clone().unwrap_or("/account");
    Ok(HttpResponse::Ok().json(json!({ "location": next })))
}

#[get("/confirm")]
#[login_required]
async fn confirm_page(req: HttpRequest, next: NextUrl) -> Result<impl Responder> {
    pages::render(&req, "confirm.html", context! { next => next.get() }).await
}

#[post("/confirm/begin")]
#[login_required]
async fn begin_confirmation(
    user: AuthenticatedUser<User>,
    session: Session,
    users: Data<Users>,
    webauthn: Data<Webauthn>,
) -> Result<Json<RequestChallengeResponse>> {
    let keys = users.passkeys(&user).await?;
    let (options, state) = webauthn
        .start_passkey_authentication(&keys)
        .map_err(Failure::from)?;
    ceremonies::begin(&users.pool, &session, CONFIRM, &(user.id, state)).await?;
    Ok(Json(options))
}

#[post("/confirm/finish")]
#[login_required]
async fn finish_confirmation(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    signed: Json<Signed>,
    session: Session,
    users: Data<Users>,
    webauthn: Data<Webauthn>,
) -> Result<HttpResponse> {
    let (id, state): (i64, PasskeyAuthentication) =
        ceremonies::finish(&users.pool, &session, CONFIRM).await?;
    // Somebody else may have logged in to this session meanwhile.
    if id != user.id {
        return Err(refusal());
    }
    let result = webauthn
        .finish_passkey_authentication(&signed.credential, &state)
        .map_err(|_| refusal())?;
    if !users.key_was_used(&user, &result).await? {
        return Err(refusal());
    }
    confirm_login(&req).await?;
    let next = signed.next.clone().unwrap_or("/account");
    Ok(HttpResponse::Ok().json(json!({ "location": next })))
}

/// A POST: another site can make a browser follow a link, and so send a GET.
#[post("/logout")]
async fn logout(req: HttpRequest) -> Result<HttpResponse> {
    logout_user(&req).await?;
    Ok(pages::redirect(&req, "/"))
}

fn refusal() -> actix_web::Error {
    ErrorUnauthorized("That key does not open an account here.")
}
