//! The HTTP client that asks the provider.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse, SyncHttpClient};
use ureq::Agent;

/// ureq brings few crates, has TLS without a library of the system, and takes the requests of
/// `openidconnect` as they are. It blocks, so it belongs into `web::block`; a login asks the provider only
/// twice. (awc would not block, but has another version of the crate `http`. reqwest brings a second HTTP
/// stack.)
#[derive(Clone)]
pub struct HttpClient(Agent);

impl HttpClient {
    pub fn new() -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            // What is asked is only ever the provider, and not where it redirects to.
            .max_redirects(0)
            // `openidconnect` reads the body of an error.
            .http_status_as_error(false);
        Self(config.build().into())
    }
}

impl SyncHttpClient for HttpClient {
    type Error = ureq::Error;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (head, mut body) = self.0.run(request)?.into_parts();
        Ok(HttpResponse::from_parts(head, body.read_to_vec()?))
    }
}
