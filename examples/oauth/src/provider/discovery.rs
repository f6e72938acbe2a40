//! What the provider says of itself (OpenID Connect Discovery 1.0), and its public key.

use actix_web::{
    Responder, get,
    web::{Data, Json, ServiceConfig},
};
use openidconnect::{PrivateSigningKey, core::CoreJsonWebKeySet};
use serde_json::json;

use super::Provider;

pub fn routes(config: &mut ServiceConfig) {
    config.service(discovery).service(keys);
}

#[get("/.well-known/openid-configuration")]
async fn discovery(provider: Data<Provider>) -> impl Responder {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "email", "profile"],
    }))
}

#[get("/keys")]
async fn keys(provider: Data<Provider>) -> impl Responder {
    let key = provider.key.as_verification_key();
    Json(CoreJsonWebKeySet::new(vec![key]))
}
