//! What the session keeps while the browser is at the provider.

use std::time::{Duration, SystemTime};

use actix_login::{NextUrl, Timestamp};
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use serde::{Deserialize, Serialize};

use crate::identity::Identity;

const TEN_MINUTES: Duration = Duration::from_secs(10 * 60);
/// By how much the clocks of the provider and of this server may differ.
const LEEWAY: Duration = Duration::from_secs(60);

#[derive(Serialize, Deserialize)]
pub struct Attempt {
    pub purpose: Purpose,
    /// The page to go to in the end.
    pub next: NextUrl,
    /// The provider sends it back, so that nobody can slip a login of theirs into this browser.
    state: CsrfToken,
    /// The ID token contains it, so that it cannot be one from another login.
    pub nonce: Nonce,
    /// Without it, the code of this login is worthless.
    pub pkce_verifier: PkceCodeVerifier,
    begun_at: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    Login,
    /// A user who is logged in authenticates again, before a critical page.
    Confirm,
}

impl Attempt {
    pub fn new(
        purpose: Purpose,
        state: CsrfToken,
        nonce: Nonce,
        pkce_verifier: PkceCodeVerifier,
    ) -> Self {
        Self {
            purpose,
            next: NextUrl::default(),
            state,
            nonce,
            pkce_verifier,
            begun_at: SystemTime::now().into(),
        }
    }

    /// Whether the provider has answered this very attempt, and soon enough: what an old one asked for
    /// says nothing about now.
    pub fn is_answered_by(&self, state: &str) -> bool {
        let now = Timestamp::from(SystemTime::now());
        self.state.secret() == state && now.since(self.begun_at) < TEN_MINUTES
    }

    /// Whether the user has authenticated for this attempt. A session at the provider spares them that,
    /// and a browser can remove from the URL what forbids it to.
    pub fn has_authenticated(&self, identity: &Identity) -> bool {
        let time = identity.authenticated_at;
        time.is_some_and(|time| time.plus(LEEWAY) >= self.begun_at)
    }
}
