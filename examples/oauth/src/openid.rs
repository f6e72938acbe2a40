//! The OpenID provider, as the app sees it: what a login through it begins and ends with.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use actix_web::web;
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError, TokenResponse,
    core::{
        CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims,
        CoreProviderMetadata,
    },
    url::Url,
};

use crate::{
    attempt::{Attempt, Purpose},
    config::Registration,
    failure::Failure,
    http_client::HttpClient,
    identity::Identity,
};

/// How long the provider's addresses and keys are kept.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);

pub struct OpenId {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect_url: RedirectUrl,
    http: HttpClient,
    discovered: Mutex<Option<(Instant, CoreProviderMetadata)>>,
}

/// The client of `openidconnect`, whose type says which addresses are known.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl OpenId {
    pub fn new(registration: Registration, redirect_url: String) -> Result<Self, Failure> {
        Ok(Self {
            issuer: IssuerUrl::new(registration.issuer_url)?,
            client_id: ClientId::new(registration.client_id),
            client_secret: registration.client_secret.map(ClientSecret::new),
            redirect_url: RedirectUrl::new(redirect_url)?,
            http: HttpClient::new(),
            discovered: Mutex::new(None),
        })
    }

    /// The host of the provider, which visitors know.
    pub fn host(&self) -> &str {
        self.issuer.url().authority()
    }

    /// Returns where to send the browser, and what its session keeps meanwhile.
    pub async fn begin(&self, purpose: Purpose) -> Result<(Url, Attempt), Failure> {
        let client = self.client(self.metadata().await?);
        let (challenge, pkce_verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge);
        if purpose == Purpose::Confirm {
            // Both mean: ask for the password, even if the browser has a session there. With `max_age`,
            // the ID token must also say when that was.
            request = request
                .add_prompt(CoreAuthPrompt::Login)
                .set_max_age(Duration::ZERO);
        }
        let (url, state, nonce) = request.url();
        Ok((url, Attempt::new(purpose, state, nonce, pkce_verifier)))
    }

    /// Exchanges the code for an ID token, and returns whom it names.
    pub async fn finish(&self, code: String, attempt: &Attempt) -> Result<Identity, Failure> {
        let client = self.client(self.metadata().await?);
        let http = self.http.clone();
        let verifier = PkceCodeVerifier::new(attempt.pkce_verifier.secret().clone());
        let exchange = move || -> Result<_, Failure> {
            let request = client.exchange_code(AuthorizationCode::new(code))?;
            Ok(request.set_pkce_verifier(verifier).request(&http)?)
        };
        let response = web::block(exchange).await??;
        let Some(id_token) = response.id_token() else {
            tracing::error!("the provider sent no ID token");
            return Err(Failure);
        };
        Ok(Identity::from(self.verify(id_token, &attempt.nonce).await?))
    }

    /// Checks the signature, the issuer, the audience, the expiry and the nonce.
    async fn verify<'a>(
        &self,
        id_token: &'a CoreIdToken,
        nonce: &Nonce,
    ) -> Result<&'a CoreIdTokenClaims, Failure> {
        let client = self.client(self.metadata().await?);
        match id_token.claims(&client.id_token_verifier(), nonce) {
            // The provider has changed its keys.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let client = self.client(self.discover().await?);
                Ok(id_token.claims(&client.id_token_verifier(), nonce)?)
            }
            verified => Ok(verified?),
        }
    }

    fn client(&self, metadata: CoreProviderMetadata) -> Client {
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        CoreClient::from_provider_metadata(metadata, id, secret)
            .set_redirect_uri(self.redirect_url.clone())
    }

    /// The provider's addresses and keys.
    async fn metadata(&self) -> Result<CoreProviderMetadata, Failure> {
        let discovered = self.discovered().clone();
        match discovered {
            Some((since, metadata)) if since.elapsed() < MAX_AGE => Ok(metadata),
            _ => self.discover().await,
        }
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, Failure> {
        let (issuer, http) = (self.issuer.clone(), self.http.clone());
        let discover = move || CoreProviderMetadata::discover(&issuer, &http);
        let metadata = web::block(discover).await??;
        *self.discovered() = Some((Instant::now(), metadata.clone()));
        Ok(metadata)
    }

    fn discovered(&self) -> MutexGuard<'_, Option<(Instant, CoreProviderMetadata)>> {
        let lock = self.discovered.lock();
        lock.unwrap_or_else(PoisonError::into_inner)
    }
}
