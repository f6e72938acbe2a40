//! The attributes and the derive of actix-login. Depend on `actix-login`, which re-exports and shows them;
//! the generated code names its items by absolute path, so the crate root must know that crate under its own name.
//!
//! Each macro works in passes, one file each: `ast.rs` and `attr.rs` read, `valid.rs` refuses, `expand.rs` writes.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod guard;
mod tokens;
mod user;

use proc_macro::TokenStream;

use self::guard::GuardKind;

/// Lets a handler run only for a user who is logged in.
///
/// Anyone else gets the answer of `unauthorized()`: a redirect to the login view, or a 401. The guard runs
/// before any argument of the handler is extracted, so nothing of a stranger's request body is read.
///
/// `next` is the refused URL even for a POST, as in Flask-Login, and a visitor comes back there by a GET: guard
/// the page that has the form as well.
///
/// It goes on an `async fn` with up to 16 extractors as arguments, above or below the route attribute:
///
/// - `#[login_required]`: a user of the nearest login manager;
/// - `#[login_required(Admin)]`: a user of the manager of this type, where an app has several;
/// - `#[login_required(Admin, check = Admin::can_edit)]`: and one who passes the check, a `fn(&Admin) -> bool`,
///   a closure, or an `async fn`. There may be several. The type is to be named once, here or by the check:
///   `#[login_required(Admin, check = |admin| admin.level > 3)]`, `#[login_required(check = Admin::can_edit)]`.
///
/// The function becomes a handler of another signature: it takes the request alone and answers an
/// `HttpResponse`. So no code can call it any more, and it can't implement a trait's function. Test it through
/// `actix_login::test::client`, and move what others need into a function of its own.
///
/// Works on associated functions too. One that uses a parameter of its generic `impl` block must mention `Self`
/// where it returns `impl Trait`, or where an attribute such as `#[tracing::instrument]` stands below this one.
///
/// Another attribute that looks at the function, such as `#[tracing::instrument]`, sees the handler with its
/// arguments on either side of this one; one that must see the route attribute, or that declares items next to
/// the function, belongs above this one.
#[proc_macro_attribute]
pub fn login_required(arguments: TokenStream, item: TokenStream) -> TokenStream {
    guard::expand(GuardKind::Login, arguments.into(), item.into()).into()
}

/// Lets a handler run only for a user whose login is fresh: who gave credentials in this session, and was not
/// restored from a remember cookie.
///
/// A stale login gets the answer of `needs_refresh()`, an anonymous request that of `unauthorized()`. The forms
/// are those of `#[login_required]`: `#[fresh_login_required]`, `#[fresh_login_required(Admin)]`,
/// `#[fresh_login_required(Admin, check = Admin::can_edit)]`.
///
/// `next` is the refused URL even for a POST, as in Flask-Login, and a visitor comes back there by a GET: guard
/// the page that has the form as well.
#[proc_macro_attribute]
pub fn fresh_login_required(arguments: TokenStream, item: TokenStream) -> TokenStream {
    guard::expand(GuardKind::FreshLogin, arguments.into(), item.into()).into()
}

/// Lets a handler run only for a visitor who is not logged in, as a login or registration page wants it.
///
/// Who is logged in is sent on to a view: `#[anonymous_required("/home")]`, or `#[anonymous_required]` for
/// the default. Where an app has several kinds of user, `#[anonymous_required(Admin)]` and
/// `#[anonymous_required(Admin, "/home")]` ask for one of them.
#[proc_macro_attribute]
pub fn anonymous_required(arguments: TokenStream, item: TokenStream) -> TokenStream {
    guard::expand(GuardKind::Anonymous, arguments.into(), item.into()).into()
}

/// Implements `UserMixin` for a struct with named fields, which must be `Clone` and borrow nothing.
///
/// On a field:
///
/// - `#[user(id)]`: the id, which must be `Clone`, `FromStr` and `Display`. Without a mark, the field called `id`;
/// - `#[user(active)]`: the `bool` that `is_active` returns. Without one every user is active;
/// - `#[user(session_auth_hash)]`: what ends every session and remember cookie of the user when it changes,
///   usually the password hash.
///
/// On the struct:
///
/// - `#[user(name = "staff")]`: the name that keeps this type's logins apart from other types'. Default: the
///   struct's name. ASCII letters, digits, `_` and `-`. Changing it ends all logins;
/// - `#[user(eq)]`: implements `PartialEq` and `Eq`, by id. Do not derive `Hash` beside it: equal users would have
///   different hashes, and a set would not find them. Write it by id too.
#[proc_macro_derive(UserMixin, attributes(user))]
pub fn derive_user_mixin(item: TokenStream) -> TokenStream {
    user::expand(item.into()).into()
}
