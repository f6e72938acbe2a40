//! Logging in with a second factor: a login that is pending until the code is right.

use std::fmt;

use actix_web::HttpRequest;

use super::log_in::{LoginOptions, log_in, prepare_login};
use crate::{
    active::{
        end::end_all_pending,
        lookup::required,
        pending::{begin_pending, use_up_pending},
        wrong_codes::{count_attempt, take_back_attempt},
    },
    error::LoginError,
    events::LoginEvent,
    manager::LoginManager,
    request::{nearest::nearest_required, visit::Visit},
    resolve::{
        check_record::{RejectedRecord, check_record},
        pending::PendingLogin,
    },
    session::{
        pending::PendingRecord,
        record::{LoginRecord, RecordedLogin},
    },
    user::UserMixin,
};

/// Begins a login that needs a second factor: the password was right, and the code is due.
///
/// The user is not logged in: no guard and no [`CurrentUser`](crate::CurrentUser) sees the pending
/// login. A current login stays, so that a logged-in user can re-authenticate with two factors. The
/// page that asks for the code takes [`PendingUser`](crate::PendingUser), which completes the login
/// with these options, remember cookie included. The session gets a new id.
///
/// A pending login ends after [`pending_lifetime`](crate::ActiveLogins::pending_lifetime), with the
/// deadlines of a login, with a changed `session_auth_hash`, and if another client sends its cookie,
/// unless session protection is off. [`login_user`](crate::login_user),
/// [`logout_user`](crate::logout_user) and another `begin_login` in this browser end it, too.
///
/// It needs [active logins](crate::ActiveLogins), since a cookie can be replayed:
/// `.active_logins(ActiveLogins::in_memory())`. For a whole example see
/// [Second factor](crate::guide::fresh_logins#second-factor).
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// use actix_login::{LoginError, LoginOptions, begin_login};
/// use actix_web::HttpRequest;
///
/// async fn begin(req: &HttpRequest, user: &User, remember: bool) -> Result<(), LoginError> {
///     begin_login(req, user, LoginOptions::new().remember(remember)).await
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::TooManyAttempts`] (429) if the user has sent too many wrong codes;
/// [`LoginError::Inactive`] (403); [`LoginError::NoLoginStore`] (500) without active logins;
/// [`LoginError::StoreFailed`] and mistakes in the app's set-up (500).
pub async fn begin_login<U: UserMixin>(
    req: &HttpRequest,
    user: &U,
    options: LoginOptions,
) -> Result<(), LoginError> {
    let settings = LoginManager::<U>::of(req)?.settings();
    let active = required(settings)?;
    let (context, id) = prepare_login(req, user, options).await?;
    let visit = Visit::open_writable(&context, req)?;
    let checked = visit.record().map(|record| check_record(&visit, record));
    if let Some(Err(RejectedRecord::Stolen(_))) = checked {
        // Session protection empties the session now, and not after the pending login is in it.
        context.load(req).await?;
    }
    #[cfg(feature = "test")]
    crate::resolve::prepared_login::start_prepared(&visit).await?;

    let before = visit.pending_in_session();
    let pending = begin_pending(active, settings, &id).await?;
    if let Some(before) = before
        && let Err(error) = active.store.end(before).await
    {
        // No cookie holds its id. If this fails, too, the entry expires.
        let _ = active.store.end(pending).await;
        return Err(error);
    }
    visit.write_pending(&PendingRecord {
        login: LoginRecord {
            login: Some(RecordedLogin {
                id: pending,
                generation: 0,
            }),
            ..visit.new_record(&id, user, options.fresh)
        },
        remember: options.remember,
        duration: options.duration,
        force: options.force,
    })?;
    visit.emit(LoginEvent::LoginBegun, Some(user));
    Ok(())
}

/// Completes the pending login of this session: the second factor was right. It is
/// [`login_user`](crate::login_user) with the options of [`begin_login`], and forgets the wrong codes of
/// the user.
///
/// For a code, call [`PendingUser::check_code`](crate::PendingUser::check_code) instead: it counts the
/// code first, and so stops parallel guesses. `complete_login` is for a second factor that cannot be
/// guessed, such as a passkey.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// # async fn is_valid(_: &User, _: &str) -> bool { true }
/// use actix_login::{PendingUser, complete_login};
/// use actix_web::{HttpRequest, HttpResponse, Result, post};
///
/// /// The body is the signature that a passkey made.
/// #[post("/passkey")]
/// async fn passkey(
///     req: HttpRequest,
///     user: PendingUser<User>,
///     signature: String,
/// ) -> Result<HttpResponse> {
///     if !is_valid(&user, &signature).await {
///         return Ok(HttpResponse::Forbidden().finish());
///     }
///     complete_login(&req).await?;
///     Ok(HttpResponse::Ok().finish())
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::NoPendingLogin`] (401) if there is none, or a concurrent request has completed it;
/// [`LoginError::TooManyAttempts`] (429); otherwise as [`login_user`](crate::login_user).
pub async fn complete_login(req: &HttpRequest) -> Result<(), LoginError> {
    nearest_required(req)?.complete_login(req).await
}

/// Counts a wrong code of the user whose login is pending in this session.
///
/// Codes count per user, and not per pending login. After
/// [`pending_tries`](crate::ActiveLogins::pending_tries) wrong codes all pending logins of the user end,
/// and [`begin_login`] is refused until [`pending_lifetime`](crate::ActiveLogins::pending_lifetime) has
/// passed since the first of them.
///
/// [`PendingUser::check_code`](crate::PendingUser::check_code) does this on its own. This function counts
/// after the check: of requests that overlap, each checks its code before the others are counted.
///
/// # Errors
///
/// [`LoginError::TooManyAttempts`] (429) if this was the last code that the user may send, or came after
/// it; [`LoginError::NoPendingLogin`] (401); [`LoginError::NoLoginStore`],
/// [`LoginError::StoreFailed`], [`LoginError::LoaderFailed`] and mistakes in the app's set-up (500).
pub async fn pending_failed(req: &HttpRequest) -> Result<(), LoginError> {
    nearest_required(req)?.pending_failed(req).await
}

/// What a check of a code may return: `bool`, or `Result<bool, E>` with any error that prints.
///
/// An error means that the check failed: the request fails with an empty 500, the error goes to the log,
/// and the code does not count as a wrong one.
#[diagnostic::on_unimplemented(
    message = "the check of a code can't return `{Self}`",
    label = "this check returns `{Self}`",
    note = "it must return `bool`, or `Result<bool, E>` if it can fail"
)]
pub trait CodeAnswer: sealed::Sealed {}

impl CodeAnswer for bool {}
impl<E: fmt::Display> CodeAnswer for Result<bool, E> {}

mod sealed {
    pub trait Sealed {
        #[doc(hidden)]
        fn into_result(self) -> Result<bool, String>;
    }
}

impl sealed::Sealed for bool {
    fn into_result(self) -> Result<bool, String> {
        Ok(self)
    }
}

impl<E: fmt::Display> sealed::Sealed for Result<bool, E> {
    fn into_result(self) -> Result<bool, String> {
        // `{:#}` prints the whole chain of causes if the error type has one.
        self.map_err(|error| format!("{error:#}"))
    }
}

impl<U: UserMixin> LoginManager<U> {
    /// [`complete_login`](crate::complete_login) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn complete_login(&self, req: &HttpRequest) -> Result<(), LoginError> {
        let context = self.context(req)?;
        let visit = Visit::open_writable(&context, req)?;
        let pending = visit.pending_login().await?;
        complete(&visit, pending, false).await
    }

    /// [`pending_failed`](crate::pending_failed) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn pending_failed(&self, req: &HttpRequest) -> Result<(), LoginError> {
        let context = self.context(req)?;
        let visit = Visit::open_writable(&context, req)?;
        let pending = visit.pending_login().await?;
        let count = count(&visit, &pending).await?;
        fail(&visit, &pending, count).await
    }

    /// Counts a code, checks it, and completes the login if it is right.
    pub(crate) async fn check_code<A: CodeAnswer>(
        &self,
        req: &HttpRequest,
        check: impl AsyncFnOnce(&U) -> A,
    ) -> Result<bool, LoginError> {
        let context = self.context(req)?;
        let visit = Visit::open_writable(&context, req)?;
        let pending = visit.pending_login().await?;
        let count = count(&visit, &pending).await?;
        match check(&pending.user).await.into_result() {
            Ok(true) => {
                complete(&visit, pending, true).await?;
                Ok(true)
            }
            Ok(false) => {
                fail(&visit, &pending, count).await?;
                Ok(false)
            }
            Err(error) => {
                tracing::error!(target: "actix_login", error, "the check of a code failed");
                let settings = visit.settings();
                let id = &pending.record.login.id;
                take_back_attempt(required(settings)?, settings, id).await?;
                Err(LoginError::CodeCheckFailed)
            }
        }
    }
}

async fn count<U: UserMixin>(
    visit: &Visit<'_, U>,
    pending: &PendingLogin<U>,
) -> Result<u64, LoginError> {
    let settings = visit.settings();
    count_attempt(required(settings)?, settings, &pending.record.login.id).await
}

/// A code was wrong, and is the `count`th of its user.
async fn fail<U: UserMixin>(
    visit: &Visit<'_, U>,
    pending: &PendingLogin<U>,
    count: u64,
) -> Result<(), LoginError> {
    let settings = visit.settings();
    let active = required(settings)?;
    visit.emit(LoginEvent::PendingLoginFailed, Some(&pending.user));
    if count < active.pending_tries {
        return Ok(());
    }
    visit.emit(LoginEvent::TooManyAttempts, Some(&pending.user));
    end_all_pending(active, settings, &pending.record.login.id).await?;
    Err(LoginError::TooManyAttempts)
}

async fn complete<U: UserMixin>(
    visit: &Visit<'_, U>,
    pending: PendingLogin<U>,
    is_counted: bool,
) -> Result<(), LoginError> {
    let settings = visit.settings();
    let PendingLogin {
        user,
        record,
        entry,
    } = pending;
    let id = record.login.id;
    let options = LoginOptions {
        remember: record.remember,
        duration: record.duration,
        force: record.force,
        fresh: record.login.fresh,
    };
    visit.context.settle().await;
    use_up_pending(required(settings)?, settings, entry.id, &id, is_counted).await?;
    log_in(visit, &user, id, options).await
}
