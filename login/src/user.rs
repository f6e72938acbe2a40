//! The trait that an app's user type implements.

use std::{borrow::Cow, fmt::Display, str::FromStr};

/// What the crate must know of an app's user: Flask-Login's `UserMixin`.
///
/// `#[derive(UserMixin)]` writes it for a struct with an `id` field; implement it by hand where
/// the answers are computed.
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
    message = "`{Self}` is no user type: it does not implement `UserMixin`",
    note = "add `#[derive(Clone, UserMixin)]` to it, or implement `actix_login::UserMixin` by hand",
    note = "of an `AuthenticatedUser`, an `Arc` or another wrapper pass the user inside: `&*user`"
)]
pub trait UserMixin: Clone + 'static {
    /// The type of the id. It is kept as text: what [`Display`] prints, [`FromStr`] must read.
    type Id: FromStr + Display;

    /// What this kind of user is called: the struct's name, from the derive.
    ///
    /// It keeps the kinds of user of one app apart. Keys, session records and remember cookies
    /// are bound to it, so two kinds of user that serve one app need different names, be it here
    /// or by [`LoginManagerBuilder::name`](crate::LoginManagerBuilder::name).
    const NAME: &'static str;

    /// The id that the user loader gets to find this user again.
    ///
    /// At most 512 bytes as text. An id that changes ends every login of this user; see
    /// [`session_auth_hash`](Self::session_auth_hash) for a better way to do that.
    fn get_id(&self) -> Self::Id;

    /// Whether the account may be used. Default: `true`.
    ///
    /// An inactive user can't log in (unless forced), and is not authenticated.
    fn is_active(&self) -> bool {
        true
    }

    /// Whether the guards let this user pass. Default: what [`is_active`](Self::is_active) says.
    fn is_authenticated(&self) -> bool {
        self.is_active()
    }

    /// Whether this is no real user. Default: `false`.
    ///
    /// A guest of [`anonymous_user`](crate::LoginManagerBuilder::anonymous_user) counts as
    /// anonymous whatever this answers.
    fn is_anonymous(&self) -> bool {
        false
    }

    /// Something that changes when all logins of this user shall end: the password hash, as a
    /// rule. Default: `None`.
    ///
    /// A keyed digest of it goes into each session and each remember cookie. When it changes,
    /// they are worthless at the next request (Django's `get_session_auth_hash`).
    fn session_auth_hash(&self) -> Option<Cow<'_, [u8]>> {
        None
    }
}

/// What `#[user(session_auth_hash)]` may stand on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a `session_auth_hash`",
    note = "it may be a `String`, `Vec<u8>`, `[u8; N]`, a `Cow`, `Box`, `Arc` or `Option` of such; for others implement `UserMixin` by hand"
)]
pub trait AuthHashSource {
    /// The bytes, or nothing where the user has none.
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
