//! A small OpenID provider, so that the example runs by itself. It asks nobody for a password.

mod authorization;
mod discovery;
mod people;
mod token;

use std::{
    collections::HashMap,
    error::Error,
    net::TcpListener,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use actix_login::Timestamp;
use actix_web::{App, HttpServer, middleware::DefaultHeaders, rt, web::Data};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{EncodePrivateKey, spki::der::pem::LineEnding},
};
use openidconnect::{CsrfToken, JsonWebKeyId, core::CoreEdDsaPrivateSigningKey};

use self::people::Person;
use crate::{config::Registration, pages};

/// The one client that is registered.
const CLIENT_ID: &str = "example";
const CLIENT_SECRET: &str = "example-secret";

pub struct Provider {
    issuer: String,
    redirect_uri: String,
    key: CoreEdDsaPrivateSigningKey,
    /// By the cookie of the browser.
    sessions: Mutex<HashMap<String, Session>>,
    /// By the code that the app gets. It is exchanged once.
    grants: Mutex<HashMap<String, Grant>>,
}

#[derive(Clone, Copy)]
struct Session {
    person: Person,
    authenticated_at: Timestamp,
}

struct Grant {
    session: Session,
    nonce: Option<String>,
    code_challenge: String,
    granted: Instant,
}

const MINUTE: Duration = Duration::from_secs(60);

/// Starts it, and returns what the app needs to know.
pub fn start(address: &str, redirect_uri: &str) -> Result<Registration, Box<dyn Error>> {
    let listener = TcpListener::bind(address);
    let listener = listener.map_err(|error| format!("PROVIDER_ADDRESS {address}: {error}"))?;
    let issuer = format!("http://{}", listener.local_addr()?);
    let provider = Data::new(Provider {
        issuer: issuer.clone(),
        redirect_uri: redirect_uri.to_owned(),
        key: new_key()?,
        sessions: Mutex::default(),
        grants: Mutex::default(),
    });
    let server = HttpServer::new(move || {
        // No `form-action`: the form's answer redirects to the app.
        let policy =
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'";
        let headers = DefaultHeaders::new()
            .add(("Content-Security-Policy", policy))
            .add(("X-Content-Type-Options", "nosniff"))
            .add(("Referrer-Policy", "same-origin"));
        App::new()
            .app_data(provider.clone())
            .service(pages::style)
            .configure(discovery::routes)
            .configure(authorization::routes)
            .configure(token::routes)
            .wrap(headers)
    });
    let server = server.workers(1).disable_signals().listen(listener)?.run();
    rt::spawn(server);
    Ok(Registration {
        issuer_url: issuer,
        client_id: CLIENT_ID.to_owned(),
        client_secret: Some(CLIENT_SECRET.to_owned()),
    })
}

fn new_key() -> Result<CoreEdDsaPrivateSigningKey, Box<dyn Error>> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    let pem = SigningKey::from_bytes(&secret).to_pkcs8_pem(LineEnding::LF)?;
    let id = JsonWebKeyId::new(random());
    Ok(CoreEdDsaPrivateSigningKey::from_ed25519_pem(
        &pem,
        Some(id),
    )?)
}

/// 128 bits.
fn random() -> String {
    CsrfToken::new_random().into_secret()
}

fn now() -> Timestamp {
    SystemTime::now().into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
