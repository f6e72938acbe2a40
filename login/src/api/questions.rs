//! Questions about the current login and the client of a request.

use std::net::IpAddr;

use actix_web::HttpRequest;

use crate::{
    error::LoginError,
    manager::LoginManager,
    request::{
        login::{LoginSource, LoginState},
        nearest::{nearest, nearest_required},
        visit::Visit,
    },
    session::protection::ClientSource,
    user::UserMixin,
};

/// Whether the current login is fresh: whether the user authenticated in this session, instead of by a
/// remember cookie, and within the [`fresh_deadline`](crate::LoginManagerBuilder::fresh_deadline), if
/// there is one.
///
/// It does not ask whether the guards admit the user: a suspended user's login stays fresh. Call it
/// behind `#[login_required]`, or use `#[fresh_login_required]`.
///
/// ```
/// use actix_login::{login_fresh, login_required};
/// use actix_web::{HttpRequest, Responder, Result, get};
///
/// #[get("/account")]
/// #[login_required]
/// async fn account(req: HttpRequest) -> Result<impl Responder> {
///     Ok(match login_fresh(&req).await? {
///         true => "your data, with the button that deletes the account",
///         false => "your data",
///     })
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::LoaderFailed`], [`LoginError::StoreFailed`] and mistakes in the app's set-up (500).
pub async fn login_fresh(req: &HttpRequest) -> Result<bool, LoginError> {
    Ok(nearest_required(req)?.load(req).await?.fresh)
}

/// Whether the request carries a valid remember cookie of the current user.
///
/// ```
/// use actix_login::{login_remembered, login_required};
/// use actix_web::{HttpRequest, Responder, Result, get};
///
/// #[get("/settings")]
/// #[login_required]
/// async fn settings(req: HttpRequest) -> Result<impl Responder> {
///     Ok(match login_remembered(&req).await? {
///         true => "this browser remembers you",
///         false => "you are asked for the password when this browser starts again",
///     })
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::LoaderFailed`], [`LoginError::StoreFailed`] and mistakes in the app's set-up (500).
pub async fn login_remembered(req: &HttpRequest) -> Result<bool, LoginError> {
    nearest_required(req)?.login_remembered(req).await
}

/// How the current user was found; `None` for an anonymous request.
///
/// ```
/// use actix_login::{LoginSource, login_required, login_source};
/// use actix_web::{HttpRequest, HttpResponse, Result, post};
///
/// /// For scripts with a token, and for no browser.
/// #[post("/import")]
/// #[login_required]
/// async fn import(req: HttpRequest) -> Result<HttpResponse> {
///     Ok(match login_source(&req).await? {
///         Some(LoginSource::Request) => HttpResponse::Ok().finish(),
///         _ => HttpResponse::Forbidden().finish(),
///     })
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::LoaderFailed`], [`LoginError::StoreFailed`] and mistakes in the app's set-up (500).
pub async fn login_source(req: &HttpRequest) -> Result<Option<LoginSource>, LoginError> {
    Ok(nearest_required(req)?.load(req).await?.source)
}

/// The address of the client, as session protection sees it: the peer's, or with
/// [`trusted_proxies`](crate::LoginManagerBuilder::trusted_proxies) the one that the app's own proxies
/// report. `None` if there is no peer, as in tests.
///
/// actix-web's `realip_remote_addr` trusts headers that any client can send.
///
/// ```
/// use actix_login::client_address;
/// use actix_web::test::TestRequest;
///
/// let req = TestRequest::default()
///     .peer_addr("192.0.2.7:1234".parse().unwrap())
///     .insert_header(("X-Forwarded-For", "203.0.113.9"))
///     .to_http_request();
/// assert_eq!(client_address(&req), Some("192.0.2.7".parse().unwrap()));
/// ```
pub fn client_address(req: &HttpRequest) -> Option<IpAddr> {
    match nearest(req) {
        Ok(manager) => manager.settings().session.client.address(req),
        Err(_) => ClientSource::default().address(req),
    }
}

impl<U: UserMixin> LoginManager<U> {
    /// [`login_fresh`](crate::login_fresh) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn login_fresh(&self, req: &HttpRequest) -> Result<bool, LoginError> {
        Ok(self.login_state(req).await?.fresh)
    }

    /// [`login_source`](crate::login_source) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn login_source(&self, req: &HttpRequest) -> Result<Option<LoginSource>, LoginError> {
        Ok(self.login_state(req).await?.source)
    }

    /// [`login_remembered`](crate::login_remembered) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn login_remembered(&self, req: &HttpRequest) -> Result<bool, LoginError> {
        let context = self.context(req)?;
        match context.load(req).await? {
            Some(login) if self.0.loaders.by_id.is_some() => {
                Ok(Visit::open(&context, req)?.is_remembered(&login))
            }
            _ => Ok(false),
        }
    }

    pub(super) async fn login_state(&self, req: &HttpRequest) -> Result<LoginState, LoginError> {
        let login = self.context(req)?.load(req).await?;
        Ok(LoginState::of(login.as_ref()))
    }
}
