//! Moving from Flask-Login, actix-identity or axum-login.
//!
//! # From Flask-Login
//!
//! | Flask-Login | here |
//! | --- | --- |
//! | `LoginManager`, `init_app` | `LoginManager::<User>::builder(secret)…build()?`, then `.wrap(login_manager.clone())` |
//! | `user_loader`, `request_loader`, `header_loader` | builder methods of the same names; each takes an async closure or an `async fn` that returns `Option<User>` or `Result<Option<User>, E>` |
//! | `UserMixin` | `#[derive(UserMixin)]`, or the trait [by hand](crate::UserMixin) |
//! | `current_user` | [`CurrentUser<User>`](crate::CurrentUser); [`AuthenticatedUser<User>`](crate::AuthenticatedUser) where a guard requires a login |
//! | `login_user(user, remember=True)` | [`login_user_with(&req, &user, LoginOptions::new().remember(true)).await?`](crate::login_user_with) |
//! | `logout_user`, `confirm_login`, `login_fresh`, `login_remembered` | functions of the same names, called with `(&req).await?` |
//! | `@login_required`, `@fresh_login_required` | attributes of the same names; [`LoginScope`](crate::LoginScope) for a whole scope |
//! | `login_view`, `refresh_view`, messages, `unauthorized_handler` | builder methods of the same names |
//! | `blueprint_login_views` | [`LoginScope::login_view`](crate::LoginScope::login_view) |
//! | `flash`, `get_flashed_messages` | [`flash`](crate::flash()), [`FlashedMessages`](crate::FlashedMessages) |
//! | the `is_safe_url` that each app writes | [`NextUrl`](crate::NextUrl), [`is_safe_redirect`](crate::is_safe_redirect) |
//! | `REMEMBER_COOKIE_*` | [`RememberCookie`](crate::RememberCookie) |
//! | `SESSION_PROTECTION` | [`session_protection`](crate::LoginManagerBuilder::session_protection) |
//! | signals | [`on_event`](crate::LoginManagerBuilder::on_event), and a `tracing` event for each |
//! | `FlaskLoginClient` | [`test::client`](crate::test::client) |
//!
//! [`flask_login`](crate::flask_login) has every name, with each difference in behaviour. Its last section,
//! [Moving a site over from Flask](crate::flask_login#moving-a-site-over-from-flask), keeps remembered users logged in.
//!
//! What surprises most: a request of [another origin](super::forgery) is refused; the session ends with its login; a login
//! lasts 31 days at most; cookies are `Secure`.
//!
//! # From actix-identity
//!
//! | actix-identity | here |
//! | --- | --- |
//! | `IdentityMiddleware::default()`, inside of `SessionMiddleware` | a [`LoginManager`](crate::LoginManager), on either side of it |
//! | `Identity::login(&req.extensions(), id)` | [`login_user(&req, &user).await?`](crate::login_user) |
//! | `identity.logout()` | [`logout_user(&req).await?`](crate::logout_user) |
//! | `identity.id()`, then a query for the user | the user itself, loaded by the `user_loader`: [`AuthenticatedUser<User>`](crate::AuthenticatedUser) |
//! | `Option<Identity>` | `Option<`[`AuthenticatedUser<User>`](crate::AuthenticatedUser)`>`, or [`CurrentUser<User>`](crate::CurrentUser), which also has users who are not active |
//! | `Identity` as an argument, which refuses with a 401 | `#[login_required]`, which refuses before the body is read |
//! | `LogoutBehavior::PurgeSession`, the default | the default |
//! | `LogoutBehavior::DeleteIdentityKeys` | [`keep_session(true)`](crate::LoginManagerBuilder::keep_session) |
//! | `login_deadline`, `visit_deadline`; none by default | methods of the same names; the first is 31 days by default |
//!
//! All users log in again once: sessions of actix-identity hold only an id, and not how and where the user logged in.
//! Change the key or the `cookie_name` of actix-session on that day: to this crate an old session is that of a stranger, and
//! the app's data in it passes to the next user who logs in there.
//!
//! # From axum-login
//!
//! | axum-login | here |
//! | --- | --- |
//! | `AuthUser`: `id`, `session_auth_hash` | [`UserMixin`](crate::UserMixin): `get_id`, `session_auth_hash`, which may be `None` |
//! | `AuthnBackend::get_user` | the [`user_loader`](crate::LoginManagerBuilder::user_loader) |
//! | `AuthnBackend::authenticate` | a function of the app, called by its login handler |
//! | `AuthManagerLayerBuilder::new(backend, session_layer).build()` | `LoginManager::<User>::builder(secret)…build()?` |
//! | `AuthSession<Backend>`, its `user` | [`CurrentUser<User>`](crate::CurrentUser) |
//! | `auth_session.login(&user)`, `logout()` | [`login_user`](crate::login_user), [`logout_user`](crate::logout_user) |
//! | `login_required!(Backend, login_url = "/login")` on a router | `LoginScope::new().login_required()` on a scope, with the login view of the manager or [its own](crate::LoginScope::login_view) |
//! | `permission_required!`, `AuthzBackend` | [`LoginScope::check`](crate::LoginScope::check), `#[login_required(check = …)]`; the check may be `async` |
//! | `next` in the query, as it comes | [`NextUrl`](crate::NextUrl), which is a safe redirect or nothing |
//! | tower-sessions, with its `Expiry` | actix-session, with its [lifecycle](super::storage#how-long-sessions-last) |
//!
//! New to both: remember cookies, fresh logins, second factors, session protection, active logins, flash messages, and the
//! refusal of requests of other origins.
