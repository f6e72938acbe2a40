//! The attributes and the derive of [actix-login](https://docs.rs/actix-login), which re-exports them. Depend on that
//! crate instead of this one.
//!
//! The generated code names items as `::actix_login::…`, so an app that renames that dependency writes
//! `extern crate name as actix_login;` at its root.
//!
//! Each macro works in passes, with one file for each: `ast.rs` and `attr.rs` read, `valid.rs` rejects, `expand.rs`
//! writes.

mod guard;
mod tokens;
mod user;

use proc_macro::TokenStream;

use self::guard::GuardKind;

/// Lets a handler run only for a logged-in user.
///
/// ```
/// use actix_login::{AuthenticatedUser, UserMixin, login_required};
/// use actix_web::{Responder, get, post, web};
///
/// #[derive(Clone, UserMixin)]
/// struct User {
///     id: u64,
///     is_editor: bool,
/// }
///
/// #[get("/settings")]
/// #[login_required]
/// async fn settings(user: AuthenticatedUser<User>) -> impl Responder {
///     format!("the settings of user {}", user.id)
/// }
///
/// #[post("/news")]
/// #[login_required(check = |user: &User| user.is_editor)]
/// async fn publish(news: web::Json<String>) -> impl Responder {
///     format!("published: {}", news.as_str())
/// }
/// ```
///
/// # Refused requests
///
/// The handler does not run for a refused request. The response is:
///
/// - without a login, or if the user's `is_authenticated` returns `false`, that of `unauthorized()`: a redirect to
///   the login view, or a 401 without one;
/// - if a check returns `false`, that of the `forbidden_handler`, or a 403 without one;
/// - for `OPTIONS` without a login, an empty 204, since a CORS preflight carries no cookies.
///
/// The guard runs before actix-web extracts the handler's arguments, so the request body of a refused client is
/// neither read nor parsed.
///
/// The login view receives the refused URL as `next`. For a POST it receives the page that sent the form, since a
/// browser that returns after the login sends a GET. `LoginManagerBuilder::next_for_unsafe_methods` changes that.
///
/// # Options
///
/// | Attribute | The handler runs for |
/// | --- | --- |
/// | `#[login_required]` | a user of the nearest login manager |
/// | `#[login_required(Admin)]` | a user of the login manager for `Admin`, in an app with several user types |
/// | `#[login_required(check = Admin::can_edit)]` | an `Admin` for whom the check returns `true` |
/// | `#[login_required(Admin, check = …, check = …)]` | an `Admin` who passes every check, in this order |
///
/// A check takes a reference to the user and returns a `bool`. It is a function, a closure or an `async` one of
/// either. A closure needs the user type once: as the type of the first check's argument, or as the attribute's first
/// option.
///
/// ```
/// use actix_login::{UserMixin, login_required};
/// use actix_web::Responder;
///
/// #[derive(Clone, UserMixin)]
/// struct Admin {
///     id: u64,
///     level: u8,
/// }
///
/// impl Admin {
///     fn can_edit(&self) -> bool {
///         self.level > 1
///     }
/// }
///
/// async fn is_on_duty(admin: &Admin) -> bool {
///     // A database query, for example.
///     admin.id == 7
/// }
///
/// #[login_required(Admin)]
/// async fn overview() -> impl Responder {
///     "any administrator"
/// }
///
/// #[login_required(check = Admin::can_edit)]
/// async fn edit() -> impl Responder {
///     "an administrator who can edit"
/// }
///
/// #[login_required(Admin, check = |admin| admin.level > 3, check = is_on_duty)]
/// async fn delete() -> impl Responder {
///     "an administrator who passes both checks"
/// }
/// ```
///
/// # The guarded function
///
/// The attribute applies to an `async fn` with up to 16 extractors as arguments, above or below the route attribute.
/// The function may be generic.
///
/// The attribute replaces its signature: the function takes the unread request and returns an `HttpResponse`. So
/// only actix-web can call it, and it cannot implement a trait's function. Test it through
/// `actix_login::test::client`. Move code that others call into a function of its own.
///
/// The function may be an associated function without `self`. If it uses a parameter of a generic `impl` block, it
/// must mention `Self` in two cases: if it returns `impl Trait`, or if another attribute such as
/// `#[tracing::instrument]` is below this one.
///
/// Other attributes can be above or below this one. An attribute such as `#[tracing::instrument]` sees the function
/// with its arguments in both places. An attribute that must see the route attribute, or that declares items next to
/// the function, belongs above this one.
///
/// So does an attribute that registers the function as a route: below, it would register the function without the
/// guard. actix-web's own route attributes are known and work in both places. Any other attribute that is below and
/// contains a path, a string that begins with `/`, is a compile error, such as `#[utoipa::path(get, path = "/news")]`.
/// One without a path in its arguments is not recognized, so put it above.
#[proc_macro_attribute]
pub fn login_required(options: TokenStream, item: TokenStream) -> TokenStream {
    guard::expand(GuardKind::Login, options.into(), item.into()).into()
}

/// Lets a handler run only for a user with a fresh login.
///
/// A login is fresh if the user gave credentials in this session. A login restored from a remember cookie is stale,
/// and so is one for which the manager's `fresh_deadline` has passed.
///
/// ```
/// use actix_login::fresh_login_required;
/// use actix_web::{Responder, post};
///
/// #[post("/password")]
/// #[fresh_login_required]
/// async fn change_password() -> impl Responder {
///     "changed"
/// }
/// ```
///
/// A request with a stale login gets the response of `needs_refresh()`, and a request without a login that of
/// `unauthorized()`. All else is as for `#[login_required]`, including the options:
///
/// ```
/// use actix_login::{UserMixin, fresh_login_required};
/// use actix_web::Responder;
///
/// #[derive(Clone, UserMixin)]
/// struct Admin {
///     id: u64,
///     level: u8,
/// }
///
/// #[fresh_login_required(Admin)]
/// async fn change_keys() -> impl Responder {
///     "any administrator with a fresh login"
/// }
///
/// #[fresh_login_required(Admin, check = |admin| admin.level > 3)]
/// async fn delete_all() -> impl Responder {
///     "an administrator with a fresh login who passes the check"
/// }
/// ```
///
/// # How old a fresh login may be
///
/// `within = "15m"` sets a limit, counted from the login or from the last `confirm_login`. The text is a whole number
/// and a unit: `s`, `m`, `h` or `d`. If the manager has a `fresh_deadline`, the shorter time counts. Default: no
/// limit.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct Admin { id: u64, level: u8 }
/// use actix_login::fresh_login_required;
/// use actix_web::Responder;
///
/// #[fresh_login_required(within = "15m")]
/// async fn transfer() -> impl Responder {
///     "a user who authenticated in the last 15 minutes"
/// }
///
/// #[fresh_login_required(Admin, check = |admin| admin.level > 3, within = "60s")]
/// async fn shut_down() -> impl Responder {
///     "an administrator who authenticated in the last minute"
/// }
/// ```
///
/// # Refused requests
///
/// As with [`login_required`](macro@login_required), a refused GET leads back to its page afterwards, and a refused POST
/// to the page with its form. So guard that page as well.
#[proc_macro_attribute]
pub fn fresh_login_required(options: TokenStream, item: TokenStream) -> TokenStream {
    guard::expand(GuardKind::FreshLogin, options.into(), item.into()).into()
}

/// Lets a handler run only for a visitor who is not logged in, such as a login or registration page.
///
/// A logged-in user is redirected to the first of these that exists:
///
/// 1. the URL in the request's `next`, if it is a safe redirect;
/// 2. the view that the attribute names: a path, an absolute URL or the name of an actix-web resource;
/// 3. `/`.
///
/// | Attribute | The handler runs unless | The view |
/// | --- | --- | --- |
/// | `#[anonymous_required]` | a user of the nearest login manager is logged in | `/` |
/// | `#[anonymous_required("/home")]` | the same | `/home` |
/// | `#[anonymous_required(Admin)]` | an `Admin` is logged in, in an app with several user types | `/` |
/// | `#[anonymous_required(Admin, "/home")]` | the same | `/home` |
///
/// ```
/// use actix_login::{UserMixin, anonymous_required};
/// use actix_web::{Responder, get};
///
/// #[derive(Clone, UserMixin)]
/// struct Admin {
///     id: u64,
/// }
///
/// #[get("/login")]
/// #[anonymous_required]
/// async fn login_page() -> impl Responder {
///     "Log in"
/// }
///
/// #[get("/signup")]
/// #[anonymous_required("/dashboard")]
/// async fn signup_page() -> impl Responder {
///     "Sign up"
/// }
///
/// #[get("/admin/login")]
/// #[anonymous_required(Admin, "/admin")]
/// async fn admin_login_page() -> impl Responder {
///     "Log in as an administrator"
/// }
/// ```
///
/// The guarded function is as for `#[login_required]`.
#[proc_macro_attribute]
pub fn anonymous_required(options: TokenStream, item: TokenStream) -> TokenStream {
    guard::expand(GuardKind::Anonymous, options.into(), item.into()).into()
}

/// Implements `UserMixin` for a struct with named fields.
///
/// The struct must be `Clone` and must not have lifetime parameters. Implement `UserMixin` by hand for an enum or a
/// tuple struct, or to compute a value.
///
/// # Keys on a field
///
/// | Key | The field |
/// | --- | --- |
/// | `#[user(id)]` | The id. Its type must implement `Clone`, `FromStr` and `Display`. Default: the field `id`. |
/// | `#[user(active)]` | The `bool` that `is_active` returns. Default: every user is active. |
/// | `#[user(session_auth_hash)]` | The bytes that `session_auth_hash` returns, usually the password hash. A change of the value ends all sessions and remember cookies of the user. Default: none. |
///
/// The type of a `session_auth_hash` is a `String`, `Vec<u8>` or `[u8; N]`, or a `Cow`, `Box`, `Rc`, `Arc` or
/// `Option` of one of these. `None` is no hash.
///
/// # Keys on the struct
///
/// | Key | Effect |
/// | --- | --- |
/// | `#[user(name = "staff")]` | The name that keeps the logins of this type apart from those of other types. It consists of ASCII letters, digits, `_` and `-`. A change of the name ends all logins. Default: the struct's name. |
/// | `#[user(eq)]` | Implements `PartialEq` and `Eq` by id. |
///
/// ```
/// use actix_login::UserMixin;
///
/// #[derive(Clone, UserMixin)]
/// #[user(name = "staff", eq)]
/// struct Employee {
///     #[user(id)]
///     email: String,
///     #[user(active)]
///     enabled: bool,
///     #[user(session_auth_hash)]
///     password_hash: Option<String>,
/// }
///
/// let employee = Employee {
///     email: "ada@example.com".to_owned(),
///     enabled: true,
///     password_hash: None,
/// };
/// assert_eq!(Employee::NAME, "staff");
/// assert_eq!(employee.get_id(), "ada@example.com");
/// assert!(employee.is_active());
/// assert!(employee == Employee { enabled: false, ..employee.clone() });
/// ```
///
/// # `Hash` with `eq`
///
/// Do not derive `Hash` together with `#[user(eq)]`. Equal users would have different hashes, and a `HashSet` would
/// not find them. Implement it by id as well:
///
/// ```
/// use std::{
///     collections::HashSet,
///     hash::{Hash, Hasher},
/// };
///
/// use actix_login::UserMixin;
///
/// #[derive(Clone, UserMixin)]
/// #[user(eq)]
/// struct User {
///     id: u64,
///     name: String,
/// }
///
/// impl Hash for User {
///     fn hash<H: Hasher>(&self, state: &mut H) {
///         self.id.hash(state);
///     }
/// }
///
/// let online = HashSet::from([User { id: 7, name: "Ada".to_owned() }]);
/// assert!(online.contains(&User { id: 7, name: "Ada Lovelace".to_owned() }));
/// ```
#[proc_macro_derive(UserMixin, attributes(user))]
pub fn derive_user_mixin(item: TokenStream) -> TokenStream {
    user::expand(item.into()).into()
}
