//! Where the app exchanges a code for an ID token.

use actix_login::Authorization;
use actix_web::{
    HttpRequest, HttpResponse, Result,
    http::header::AUTHORIZATION,
    post,
    web::{Data, Form, ServiceConfig},
};
use openidconnect::{
    PkceCodeChallenge, PkceCodeVerifier,
    core::{CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm},
};
use serde::Deserialize;
use serde_json::json;

use super::{CLIENT_ID, CLIENT_SECRET, Grant, MINUTE, Provider, lock, now, random};
use crate::failure::Failure;

pub fn routes(config: &mut ServiceConfig) {
    config.service(token);
}

#[derive(Deserialize)]
struct Exchange {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
}

#[post("/token")]
async fn token(
    req: HttpRequest,
    exchange: Form<Exchange>,
    provider: Data<Provider>,
) -> Result<HttpResponse> {
    if !is_the_client(&req) {
        return Ok(HttpResponse::Unauthorized().json(json!({ "error": "invalid_client" })));
    }
    // Whatever happens now, the code is used.
    let grant = lock(&provider.grants).remove(&exchange.code);
    let grant = grant.filter(|grant| {
        let verifier = PkceCodeVerifier::new(exchange.code_verifier.clone());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        exchange.grant_type == "authorization_code"
            && exchange.redirect_uri == provider.redirect_uri
            && challenge.as_str() == grant.code_challenge
            && grant.granted.elapsed() < MINUTE
    });
    let Some(grant) = grant else {
        return Ok(HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" })));
    };
    Ok(HttpResponse::Ok().json(json!({
        "access_token": random(), // good for nothing: there is no `userinfo`
        "token_type": "Bearer",
        "id_token": id_token(&provider, grant)?.to_string(),
    })))
}

fn is_the_client(req: &HttpRequest) -> bool {
    let header = req.headers().get(AUTHORIZATION);
    let header = header.and_then(|value| value.to_str().ok());
    matches!(
        header.and_then(Authorization::parse),
        Some(Authorization::Basic { user, password })
            if user == CLIENT_ID && password == CLIENT_SECRET
    )
}

fn id_token(provider: &Provider, grant: Grant) -> Result<CoreIdToken, Failure> {
    let person = grant.session.person;
    let claims: CoreIdTokenClaims = serde_json::from_value(json!({
        "iss": provider.issuer,
        "sub": person.subject,
        "aud": CLIENT_ID,
        "iat": now(),
        "exp": now().plus(MINUTE),
        "auth_time": grant.session.authenticated_at,
        "nonce": grant.nonce,
        "name": person.name,
        "email": person.email,
        "email_verified": person.email_verified,
    }))?;
    let algorithm = CoreJwsSigningAlgorithm::EdDsa;
    Ok(CoreIdToken::new(
        claims,
        &provider.key,
        algorithm,
        None,
        None,
    )?)
}
