//! A login, as a request finds it.

use std::{rc::Rc, sync::Arc};

use crate::{
    error::LoginError, session::record::RecordedLogin, timestamp::Timestamp, user::UserMixin,
};

/// How the user of a request was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginSource {
    /// By the session.
    Session,
    /// By a remember cookie, in the current request. From the next request on it is the session.
    RememberCookie,
    /// By the request loader or the header loader, for this request alone. Browsers do not send such
    /// credentials on their own, so another site can't forge the request, unless the loader reads
    /// cookies or Basic credentials.
    Request,
}

/// A user who is logged in.
pub(crate) struct Login<U> {
    /// The user, active or not.
    pub(crate) user: Arc<U>,
    pub(crate) source: LoginSource,
    pub(crate) fresh: bool,
    /// When the user authenticated in this session, if this client is known to have done so.
    pub(crate) authenticated_at: Option<Timestamp>,
    /// The active login.
    pub(crate) recorded: Option<RecordedLogin>,
    /// The id as session and cookies hold it; `None` for [`LoginSource::Request`].
    pub(crate) id: Option<Rc<str>>,
}

/// The login of a request; `None` for an anonymous one.
pub(crate) type LoadedLogin<U> = Result<Option<Login<U>>, LoginError>;

impl<U> Clone for Login<U> {
    fn clone(&self) -> Self {
        Self {
            user: Arc::clone(&self.user),
            id: self.id.clone(),
            ..*self
        }
    }
}

impl<U: UserMixin> Login<U> {
    pub(crate) fn for_request(user: Arc<U>) -> Self {
        Self {
            user,
            source: LoginSource::Request,
            fresh: false,
            authenticated_at: None,
            recorded: None,
            id: None,
        }
    }
}

/// What the guards need to know of a login. The default is an anonymous request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LoginState {
    pub(crate) authenticated: bool,
    pub(crate) fresh: bool,
    pub(crate) authenticated_at: Option<Timestamp>,
    pub(crate) source: Option<LoginSource>,
}

impl LoginState {
    pub(crate) fn of<U: UserMixin>(login: Option<&Login<U>>) -> Self {
        login.map_or_else(Self::default, |login| Self {
            authenticated: login.user.is_authenticated(),
            fresh: login.fresh,
            authenticated_at: login.authenticated_at,
            source: Some(login.source),
        })
    }
}
