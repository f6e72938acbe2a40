//! A provider that issues whatever a test wants.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::SystemTime,
};

use actix_login::Timestamp;
use actix_web::{App, HttpResponse, HttpServer, rt::System, web};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{EncodePrivateKey, spki::der::pem::LineEnding},
};
use example_support::{Browser, Response};
use openidconnect::{
    JsonWebKeyId, PrivateSigningKey,
    core::{
        CoreEdDsaPrivateSigningKey, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet,
        CoreJwsSigningAlgorithm,
    },
};
use serde_json::{Value, json};

use crate::app::parameter;

pub const CLIENT_ID: &str = "the-app";

pub struct FakeProvider {
    pub url: String,
    /// The public keys.
    keys: Arc<Mutex<Value>>,
    /// What each code is exchanged for.
    id_token: Arc<Mutex<String>>,
}

impl FakeProvider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let provider = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            keys: Arc::default(),
            id_token: Arc::default(),
        };
        provider.publish_key(1);
        let url = &provider.url;
        let discovery = json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "jwks_uri": format!("{url}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            // A client must not accept `none`, even if a provider offers it.
            "id_token_signing_alg_values_supported": ["EdDSA", "none"],
        });
        let (keys, id_token) = (provider.keys.clone(), provider.id_token.clone());
        let app = move || {
            let (discovery, keys, id_token) = (discovery.clone(), keys.clone(), id_token.clone());
            let discovery = move || respond(discovery.clone());
            let keys = move || respond(keys.lock().unwrap().clone());
            let token = move || {
                let id_token = id_token.lock().unwrap().clone();
                respond(
                    json!({ "access_token": "x", "token_type": "Bearer", "id_token": id_token }),
                )
            };
            App::new()
                .route(
                    "/.well-known/openid-configuration",
                    web::get().to(discovery),
                )
                .route("/keys", web::get().to(keys))
                .route("/token", web::post().to(token))
        };
        // It ends with the tests.
        thread::spawn(move || {
            let server = HttpServer::new(app).workers(1).disable_signals();
            System::new().block_on(server.listen(listener).unwrap().run())
        });
        provider
    }

    /// Signs with a key of this number from now on.
    pub fn publish_key(&self, number: u8) {
        let key = key(number).as_verification_key();
        let keys = CoreJsonWebKeySet::new(vec![key]);
        *self.keys.lock().unwrap() = serde_json::to_value(keys).unwrap();
    }

    pub fn issue(&self, id_token: String) {
        *self.id_token.lock().unwrap() = id_token;
    }

    /// Good claims of the person, in reply to the question.
    pub fn claims(&self, question: &str, subject: &str) -> Value {
        let now = now();
        json!({
            "iss": self.url,
            "sub": subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 60,
            "auth_time": now,
            "nonce": parameter(question, "nonce"),
            "name": "Ann",
        })
    }

    /// The browser comes back to the app with a token of these claims.
    pub fn answer(&self, browser: &mut Browser, question: &str, claims: Value) -> Response {
        self.issue(signed(claims, 1));
        come_back(browser, question)
    }
}

/// Sends the browser back to the app from this question.
pub fn come_back(browser: &mut Browser, question: &str) -> Response {
    let state = parameter(question, "state").expect("a state");
    browser.get(&format!("/login/callback?code=x&state={state}"))
}

/// An ID token that is signed with the key of this number.
pub fn signed(claims: Value, number: u8) -> String {
    let claims: CoreIdTokenClaims = serde_json::from_value(claims).unwrap();
    let algorithm = CoreJwsSigningAlgorithm::EdDsa;
    let token = CoreIdToken::new(claims, &key(number), algorithm, None, None);
    token.unwrap().to_string()
}

fn key(number: u8) -> CoreEdDsaPrivateSigningKey {
    let key = SigningKey::from_bytes(&[number; 32]);
    let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
    let id = JsonWebKeyId::new(format!("key-{number}"));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(id)).unwrap()
}

/// In seconds.
pub fn now() -> u64 {
    Timestamp::from(SystemTime::now()).as_secs()
}

async fn respond(body: Value) -> HttpResponse {
    HttpResponse::Ok().json(body)
}
