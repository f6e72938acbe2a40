//! The user of a pending login as a handler's argument.

use std::{fmt, ops::Deref, rc::Rc, sync::Arc};

use actix_session::SessionExt;
use actix_web::{Error, FromRequest, HttpRequest, dev::Payload};

use crate::{
    api::pending::CodeAnswer,
    error::LoginError,
    future::ExtractFuture,
    guard::refused_argument::{ReturnTo, refuse_argument},
    manager::LoginManager,
    request::{context::LoginContext, visit::Visit},
    resolve::pending::PendingLogin,
    timestamp::Timestamp,
    user::UserMixin,
};

/// The user whose login is pending in this session: the password was right, and the second factor is
/// due. It derefs to `U`.
///
/// The store is asked at each request. Without a pending login the request is refused as by
/// `#[login_required]`, but the login view gets the `next` of this page, and not the page itself. Nothing is
/// flashed for a visitor who is logged in, or whose login another request may have completed. As an
/// `Option`, it leaves no trace of an anonymous request, and a failed store or loader stays an empty 500,
/// as with [`AuthenticatedUser`](crate::AuthenticatedUser).
///
/// The user is not logged in: this is for the page that asks for the code, and for the handler that
/// checks it. See [`begin_login`](crate::begin_login).
pub struct PendingUser<U: UserMixin> {
    user: Arc<U>,
    expires_at: Timestamp,
}

impl<U: UserMixin> PendingUser<U> {
    /// When the pending login expires.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Checks a code, and completes the login if it is right: returns `true`, and the user is logged in
    /// as by [`complete_login`](crate::complete_login).
    ///
    /// The code is counted before `check` is called: however many requests overlap,
    /// [`pending_tries`](crate::ActiveLogins::pending_tries) codes are checked and no more. A right code
    /// forgets the count. `check` gets the user as loaded just now, and returns `bool`, or `Result<bool, E>`
    /// if it can fail: a code that could not be checked does not count as a wrong one.
    ///
    /// Of several requests that complete one pending login, one succeeds, although `check` accepted the
    /// codes of all. What `check` has used up, such as a backup code, is given back after an error: the
    /// example `second-factor` shows it.
    ///
    /// ```
    /// # use actix_login::UserMixin;
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// # impl User { fn check_code(&self, _: &str) -> bool { true } }
    /// use actix_login::PendingUser;
    /// use actix_web::{HttpRequest, Responder, Result, post, web::{Form, Redirect}};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Code { code: String }
    ///
    /// #[post("/code")]
    /// async fn check(
    ///     req: HttpRequest,
    ///     user: PendingUser<User>,
    ///     form: Form<Code>,
    /// ) -> Result<impl Responder> {
    ///     let is_right = user.check_code(&req, async |user| user.check_code(&form.code)).await?;
    ///     Ok(Redirect::to(if is_right { "/" } else { "/code" }).see_other())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LoginError::TooManyAttempts`] (429) if this was the last code that the user may send and it was
    /// wrong, or if it came after that one; [`LoginError::CodeCheckFailed`] (500) if the check failed;
    /// otherwise as [`complete_login`](crate::complete_login).
    pub async fn check_code<A: CodeAnswer>(
        &self,
        req: &HttpRequest,
        check: impl AsyncFnOnce(&U) -> A,
    ) -> Result<bool, LoginError> {
        LoginManager::<U>::of(req)?.check_code(req, check).await
    }
}

impl<U: UserMixin> Deref for PendingUser<U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.user
    }
}

impl<U: UserMixin> Clone for PendingUser<U> {
    fn clone(&self) -> Self {
        Self {
            user: Arc::clone(&self.user),
            ..*self
        }
    }
}

impl<U: UserMixin + fmt::Debug> fmt::Debug for PendingUser<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PendingUser").field(&self.user).finish()
    }
}

impl<U: UserMixin> FromRequest for PendingUser<U> {
    type Error = Error;
    type Future = ExtractFuture<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        ExtractFuture::pending(async move {
            let manager = LoginManager::<U>::of(&req)?;
            let context = manager.context(&req)?;
            match load(&context, &req).await {
                Ok(pending) => Ok(Self {
                    user: pending.user,
                    expires_at: pending.entry.expires_at.unwrap_or_default(),
                }),
                Err(error @ (LoginError::NoPendingLogin | LoginError::TooManyAttempts)) => {
                    // A visitor who has just logged in needs no advice to do so.
                    let flashes =
                        error == LoginError::TooManyAttempts || !holds_login(manager, &req);
                    let manager = Rc::new(manager.clone());
                    Err(refuse_argument(manager, ReturnTo::NextOfPage, flashes, &req).await)
                }
                Err(error) => {
                    let _ = context.failed_pending.set(error.clone());
                    Err(error.into())
                }
            }
        })
    }
}

/// Whether the session holds a login, or the pending one that may have become a login.
fn holds_login<U: UserMixin>(manager: &LoginManager<U>, req: &HttpRequest) -> bool {
    let (session, keys) = (req.get_session(), &manager.settings().session_keys);
    session.contains_key(&keys.login) || session.contains_key(&keys.pending)
}

async fn load<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
) -> Result<PendingLogin<U>, LoginError> {
    Visit::open(context, req)?.pending_login().await
}
