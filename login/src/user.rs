//! The trait that an app's user type implements.

use std::{borrow::Cow, fmt::Display, str::FromStr};

/// What the crate needs to know about an app's user: Flask-Login's `UserMixin`.
///
/// `#[derive(UserMixin)]` implements it for a struct with an `id` field. Implement it by hand if the
/// values are computed.
///
/// ```
/// use actix_login::UserMixin;
///
/// #[derive(Clone, UserMixin)]
/// struct User {
///     id: u64,
///     #[user(active)]
///     enabled: bool,
///     #[user(session_auth_hash)]
///     password_hash: String,
/// }
///
/// let user = User { id: 7, enabled: false, password_hash: "$argon2id$…".into() };
/// assert_eq!(user.get_id(), 7);
/// assert!(!user.is_active() && !user.is_authenticated());
/// ```
///
/// By hand, for a user whose state is an enum:
///
/// ```
/// use actix_login::UserMixin;
///
/// #[derive(Clone, PartialEq)]
/// enum Status { Invited, Active, Suspended }
///
/// #[derive(Clone)]
/// struct Member { number: u32, status: Status }
///
/// impl UserMixin for Member {
///     type Id = u32;
///     const NAME: &'static str = "Member";
///
///     fn get_id(&self) -> u32 {
///         self.number
///     }
///
///     fn is_active(&self) -> bool {
///         self.status == Status::Active
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a user type: it does not implement `UserMixin`",
    note = "add `#[derive(Clone, UserMixin)]` to it, or implement `actix_login::UserMixin` by hand",
    note = "for an `AuthenticatedUser`, an `Arc` or another wrapper pass the user inside: `&*user`"
)]
pub trait UserMixin: Clone + 'static {
    /// The type of the id. It is stored as text: [`FromStr`] must parse what [`Display`] prints.
    type Id: FromStr + Display;

    /// The name of this kind of user. The derive uses the struct's name.
    ///
    /// Keys, session records and remember cookies are bound to it, so two kinds of user in one app
    /// need different names, here or by
    /// [`LoginManagerBuilder::name`](crate::LoginManagerBuilder::name).
    const NAME: &'static str;

    /// The id by which the user loader finds this user again.
    ///
    /// At most 512 bytes as text. A changed id ends every login of this user, unless
    /// [`refresh_session_auth`](crate::refresh_session_auth) keeps the current one; to end logins on
    /// purpose, use [`session_auth_hash`](Self::session_auth_hash) instead.
    ///
    /// Never give an id to another user: sessions and cookies of the first would log in the second. An
    /// e-mail address is a bad id, and in SQLite an id needs `AUTOINCREMENT`.
    fn get_id(&self) -> Self::Id;

    /// Whether the account may be used. Default: `true`.
    ///
    /// An inactive user can't log in (unless forced), and is not authenticated. Existing logins do not end:
    /// they work again when the user is active again, unless
    /// [`session_auth_hash`](Self::session_auth_hash) has changed.
    fn is_active(&self) -> bool {
        true
    }

    /// Whether the guards admit this user. Default: [`is_active`](Self::is_active).
    fn is_authenticated(&self) -> bool {
        self.is_active()
    }

    /// Whether this is an anonymous user. Default: `false`.
    ///
    /// A guest of [`anonymous_user`](crate::LoginManagerBuilder::anonymous_user) counts as anonymous
    /// whatever this returns.
    fn is_anonymous(&self) -> bool {
        false
    }

    /// A value that changes when all logins of this user must end, usually the password hash. Default:
    /// `None`.
    ///
    /// Each session and each remember cookie holds a keyed digest of it. When it changes, they become
    /// invalid at the next request (Django's `get_session_auth_hash`).
    fn session_auth_hash(&self) -> Option<Cow<'_, [u8]>> {
        None
    }
}

/// The types of field that `#[user(session_auth_hash)]` accepts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a `session_auth_hash`",
    note = "it may be a `String`, `Vec<u8>`, `[u8; N]`, or a `Cow`, `Box`, `Arc`, `Rc` or `Option` of these; for other types implement `UserMixin` by hand"
)]
pub trait AuthHashSource {
    /// The bytes, or `None` if the user has none.
    fn auth_hash(&self) -> Option<Cow<'_, [u8]>>;
}

macro_rules! auth_hash_source {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => {$(
        impl<$($generics)*> AuthHashSource for $type {
            fn auth_hash(&self) -> Option<Cow<'_, [u8]>> {
                Some(Cow::Borrowed(self.as_ref()))
            }
        }
    )*};
}

auth_hash_source! {
    [] str,
    [] String,
    [] [u8],
    [] Vec<u8>,
    [const N: usize] [u8; N],
}

macro_rules! auth_hash_pointer {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => {$(
        impl<$($generics)*> AuthHashSource for $type {
            fn auth_hash(&self) -> Option<Cow<'_, [u8]>> {
                (**self).auth_hash()
            }
        }
    )*};
}

auth_hash_pointer! {
    ['a, T: AuthHashSource + ?Sized] &'a T,
    [T: AuthHashSource + ?Sized] Box<T>,
    [T: AuthHashSource + ?Sized] std::sync::Arc<T>,
    [T: AuthHashSource + ?Sized] std::rc::Rc<T>,
    ['a, T: AuthHashSource + ToOwned + ?Sized] Cow<'a, T>,
}

impl<T: AuthHashSource> AuthHashSource for Option<T> {
    fn auth_hash(&self) -> Option<Cow<'_, [u8]>> {
        self.as_ref().and_then(T::auth_hash)
    }
}
