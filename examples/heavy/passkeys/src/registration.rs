//! New keys: the first one is the sign-up, and more are added to an account.

use actix_login::{AuthenticatedUser, fresh_login_required, login_user};
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse, Result,
    error::{ErrorBadRequest, ErrorConflict},
    post,
    web::{Data, Json, ServiceConfig},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    CreationChallengeResponse, PasskeyRegistration, RegisterPublicKeyCredential, Uuid, Webauthn,
};

use crate::{
    ceremonies,
    failure::Failure,
    users::{User, Users},
};

const SIGN_UP: &str = "sign-up";
const ADD_KEY: &str = "add-key";

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(begin_sign_up)
        .service(finish_sign_up)
        .service(begin_key)
        .service(finish_key);
}

#[derive(Deserialize)]
struct NewUser {
    name: String,
}

#[derive(Deserialize)]
struct NewKey {
    name: String,
    credential: RegisterPublicKeyCredential,
}

#[derive(Serialize, Deserialize)]
struct SignUp {
    name: String,
    handle: Uuid,
    state: PasskeyRegistration,
}

#[post("/sign-up/begin")]
async fn begin_sign_up(
    new: Json<NewUser>,
    session: Session,
    users: Data<Users>,
    webauthn: Data<Webauthn>,
) -> Result<Json<Value>> {
    let name = checked_name(&new.name)?.to_owned();
    let handle = Uuid::new_v4();
    let (options, state) = webauthn
        .start_passkey_registration(handle, &name, &name, None)
        .map_err(Failure::from)?;
    let sign_up = SignUp {
        name,
        handle,
        state,
    };
    ceremonies::begin(&users.pool, &session, SIGN_UP, &sign_up).await?;
    discoverable(options)
}

#[post("/sign-up/finish")]
async fn finish_sign_up(
    req: HttpRequest,
    new: Json<NewKey>,
    session: Session,
    users: Data<Users>,
    webauthn: Data<Webauthn>,
) -> Result<HttpResponse> {
    let sign_up: SignUp = ceremonies::finish(&users.pool, &session, SIGN_UP).await?;
    let key = webauthn
        .finish_passkey_registration(&new.credential, &sign_up.state)
        .map_err(ErrorBadRequest)?;
    let key_name = checked_name(&new.name)?;
    let user = users.create(&sign_up.name, sign_up.handle, key_name, &key);
    let Some(user) = user.await? else {
        return Err(ErrorConflict("That name is taken."));
    };
    login_user(&req, &user).await?;
    Ok(HttpResponse::Ok().json(json!({ "location": "/account" })))
}

#[post("/account/keys/begin")]
#[fresh_login_required]
async fn begin_key(
    user: AuthenticatedUser<User>,
    session: Session,
    users: Data<Users>,
    webauthn: Data<Webauthn>,
) -> Result<Json<Value>> {
    let handle = Uuid::from_slice(&user.handle).map_err(|_| Failure)?;
    let keys = users.passkeys(&user).await?;
    let known = keys.iter().map(|key| key.cred_id().clone()).collect();
    let (options, state) = webauthn
        .start_passkey_registration(handle, &user.name, &user.name, Some(known))
        .map_err(Failure::from)?;
    ceremonies::begin(&users.pool, &session, ADD_KEY, &(user.id, state)).await?;
    discoverable(options)
}

#[post("/account/keys/finish")]
#[fresh_login_required]
async fn finish_key(
    user: AuthenticatedUser<User>,
    new: Json<NewKey>,
    session: Session,
    users: Data<Users>,
    webauthn: Data<Webauthn>,
) -> Result<HttpResponse> {
    let (id, state): (i64, PasskeyRegistration) =
        ceremonies::finish(&users.pool, &session, ADD_KEY).await?;
    // Somebody else may have logged in to this session meanwhile.
    if id != user.id {
        return Err(ErrorBadRequest("Please begin again."));
    }
    let key = webauthn
        .finish_passkey_registration(&new.credential, &state)
        .map_err(ErrorBadRequest)?;
    let name = checked_name(&new.name)?;
    if !users.add_key(&user, name, &key).await? {
        return Err(ErrorConflict("That key is known already."));
    }
    Ok(HttpResponse::Ok().json(json!({ "location": "/account" })))
}

/// The key must store the user, so that a login needs no name. webauthn-rs leaves that to the key.
fn discoverable(options: CreationChallengeResponse) -> Result<Json<Value>> {
    let mut options = serde_json::to_value(options).map_err(Failure::from)?;
    let selection = options.pointer_mut("/publicKey/authenticatorSelection");
    if let Some(Value::Object(selection)) = selection {
        selection.insert("residentKey".to_owned(), json!("required"));
        selection.insert("requireResidentKey".to_owned(), json!(true));
    }
    Ok(Json(options))
}

fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    let fits = (1..=40).contains(&name.len()) && !name.contains(char::is_control);
    fits.then_some(name)
        .ok_or_else(|| ErrorBadRequest("A name has up to 40 letters."))
}
