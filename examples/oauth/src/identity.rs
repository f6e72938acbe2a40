//! Whom an ID token names.

use actix_login::Timestamp;
use openidconnect::core::CoreIdTokenClaims;

pub struct Identity {
    pub issuer: String,
    /// Who it is, among the people of this issuer.
    pub subject: String,
    pub name: String,
    /// An address that nobody has verified is not in here: anyone can claim it.
    pub verified_email: Option<String>,
    /// When the user last showed the provider who they are, if it says so.
    pub authenticated_at: Option<Timestamp>,
}

/// Most providers put all of this into the ID token. For one that does not, `openidconnect` asks its
/// `userinfo` endpoint with the access token.
impl From<&CoreIdTokenClaims> for Identity {
    fn from(claims: &CoreIdTokenClaims) -> Self {
        let is_verified = claims.email_verified() == Some(true);
        let email = claims.email().filter(|_| is_verified);
        let email = email.map(|email| email.as_str().to_owned());
        let name = claims.name().and_then(|name| name.get(None));
        let seconds = claims.auth_time().map(|time| time.timestamp());
        Self {
            issuer: claims.issuer().to_string(),
            subject: claims.subject().to_string(),
            name: name.map_or_else(|| "Somebody".to_owned(), |name| name.to_string()),
            verified_email: email,
            authenticated_at: seconds
                .and_then(|seconds| seconds.try_into().ok())
                .map(Timestamp::from_secs),
        }
    }
}
