//! When something goes wrong: each line of the log, its cause and its cure.
//!
//! Error responses are empty: what is wrong is in the log, under the target `actix_login`. Install a logger first:
//!
//! ```
//! // `tracing-subscriber`, which shows the level `info` and above:
//! tracing_subscriber::fmt().init();
//! // or `env_logger`, with RUST_LOG=info: this crate's events reach the loggers of `log`, too.
//! ```
//!
//! # Symptoms
//!
//! | symptom | cause and cure |
//! | --- | --- |
//! | the login seems to work, and the next page asks for it again | `Secure` cookies over plain HTTP: [On your own machine](super::getting_started#on-your-own-machine). Or the session has more than the 4,096 bytes that a cookie may have |
//! | the remember cookie is never sent | the same, by `RememberCookie::secure`; or [`RememberCookie::path`](crate::RememberCookie::path) and `domain` leave the page out |
//! | all users are logged out at each restart | `Key::generate()` makes a new key, or [active logins are in memory](super::storage#active-logins-in-development) |
//! | all users are logged out once, at an update | active logins were switched on, or a manager or user type was renamed |
//! | users are logged out after a day, however active | the [`state_ttl`](super::storage#how-long-sessions-last) of actix-session |
//! | users are logged out, or asked for the password, when they move | [Addresses that change](super::session_protection#addresses-that-change) |
//! | all visitors have one address | [Behind a proxy](super::session_protection#behind-a-proxy) |
//! | a `fetch` gets the HTML of the login page | [JSON for scripts](super::apis#json-for-scripts-redirects-for-pages) |
//! | a `POST` gets an empty 403 | the request came from [another origin](super::forgery), with a warning in the log; or a `check` of a guard failed, or the handler returned `Inactive` or `TooManyLogins` by `?`, without one |
//! | an empty 401 | no [`login_view`](crate::LoginManagerBuilder::login_view), or no [`refresh_view`](crate::LoginManagerBuilder::refresh_view) for a login that is not fresh |
//! | an empty 401 although there is one | [`redirect_navigations_only`](crate::LoginManagerBuilder::redirect_navigations_only), or the handler returned `NotLoggedIn` or `NoPendingLogin` by `?` |
//! | a double click on "Change password" logs the user out | the second request has cookies that the first response replaces, and only its response is shown. Disable the button once the form is sent: `once.js` of `examples/accounts` |
//! | a flash is lost after a logout | the session ends with its login: flash *after* `logout_user` |
//! | the program does not start, or prints `ConfigError` | the error says which setting of the [builder](crate::LoginManagerBuilder::build) is wrong, and what to write instead |
//! | "cannot infer type of the type parameter `E`" in a loader's closure | a closure with `?` names its error: `Ok::<_, sqlx::Error>(user)`, see [Getting started](super::getting_started) |
//! | a compile error about `actix_login` not found | `Cargo.toml` renames the crate: write `extern crate name as actix_login;` at the root of the app |
//!
//! # Why was a user logged out?
//!
//! The event `login_ended` (level `info`) has a `reason`, and an
//! [observer](super::templates#why-was-i-logged-out) can tell the user:
//!
//! | reason | cause |
//! | --- | --- |
//! | `expired` | the `login_deadline` or the `visit_deadline` has passed |
//! | `user_not_found` | the user loader returned no user: a deleted account, without active logins |
//! | `auth_hash_changed` | the `session_auth_hash` has changed, usually with the password; or the secret was replaced without `previous_keys` |
//! | `revoked` | the active login has no entry: a user, an administrator, the deletion of the account, `max_logins`, `max_per_user` or a logout has ended it, the store was emptied, or active logins were just switched on |
//! | `remember_cookie_reused` | a copy of the remember cookie was used |
//! | `replaced` | `login_user` began another login in this session |
//!
//! `remember_cookie_rejected` has the same reasons for a remember cookie, and `forged` and `conflict`, which are warnings.
//!
//! No event at all: the browser closed and no remember cookie was set, the session store forgot the session, or
//! actix-session's key has changed. With [`Strong`](crate::SessionProtection::Strong) session protection, the event is
//! `session_protected`.
//!
//! # Warnings
//!
//! What an attacker can cause. Each names the event in the field `event`.
//!
//! | line | cause | what to do |
//! | --- | --- | --- |
//! | `session_protected` | another client sent the session | nothing, if users [move](super::session_protection#addresses-that-change); else a stolen cookie |
//! | `remember_cookie_reused` | a remember cookie that was replaced long ago was used again: somebody has a copy. The login has ended | warn the user |
//! | `remember_cookie_rejected`, `reason=forged` | no key of the manager signed the cookie: forged, cut, or from before the secret changed | after a change of the secret: [`previous_keys`](crate::LoginManagerBuilder::previous_keys) |
//! | `remember_cookie_rejected`, `reason=conflict` | two different cookies of the name | after a change of domain or path: [`former_scopes`](crate::RememberCookie::former_scopes). Otherwise another host of the domain sets one |
//! | `too_many_attempts` | a user sent the last wrong code that is allowed: somebody knows the password | warn the user |
//! | `cross_site_refused`, "refused a request that a page of another origin sent" | see [Forgery](super::forgery) | `origin` names the sender; if that is the site itself: `server_origin`, or its `Referrer-Policy` |
//! | "a malformed login record was removed" | the app wrote to [a key of this crate](crate::SESSION_KEYS), or another version of the crate made the session | the user logs in again |
//! | "a flash over … bytes was dropped" | a message does not fit into a cookie | shorten it |
//!
//! # Errors in the set-up
//!
//! Each is an empty 500, at the first request that meets it, unless another effect is named.
//!
//! | line | error | cure |
//! | --- | --- | --- |
//! | "no login manager: add …" | [`NoManager`](crate::LoginError::NoManager) | `.wrap(login_manager.clone())` around the handler's `App` or scope |
//! | "the user type … was asked for, but the login manager here serves …" | [`NoManager`](crate::LoginError::NoManager) | name the other type, or wrap a manager of this one |
//! | "a second login manager of the name or user type …" | [`ManagerClash`](crate::LoginError::ManagerClash) | [a name for each](super::kinds_of_user#two-user-types) |
//! | "a method was called of a `LoginManager<…>` that does not serve this request …" | [`OtherManager`](crate::LoginError::OtherManager) | the free function, such as [`logout_user`](crate::logout_user), or [`LoginManager::of`](crate::LoginManager::of) |
//! | "a guarded LoginScope is wrapped around the login manager of …" | [`GuardAroundManager`](crate::LoginError::GuardAroundManager) | wrap the `LoginScope` before the manager, or name its `user_type` |
//! | "no session: add …" | [`NoSession`](crate::LoginError::NoSession) | `.wrap(SessionMiddleware::new(…))`, of [the same actix-session](crate::actix_session) |
//! | "a login was not stored: no session …" | | the same. The response is as if the login had worked |
//! | "the session was purged earlier in this request …" | [`SessionPurged`](crate::LoginError::SessionPurged) | `Session::clear` and `renew` instead of `purge` |
//! | "the session was cleared, purged or changed …" | [`SessionCleared`](crate::LoginError::SessionCleared) | call `logout_user` first; it clears the session itself |
//! | "the session did not store the login record", "the session did not store a flash" | [`SessionWrite`](crate::LoginError::SessionWrite) | the session refuses the value; the second has no effect but the lost message |
//! | "the response has begun …" | [`ResponseBegun`](crate::LoginError::ResponseBegun) | log in and out in the handler, and neither in a streamed body nor in a middleware outside of the manager |
//! | "there is no `user_loader` …" | [`NoUserLoader`](crate::LoginError::NoUserLoader) | a `user_loader` on the builder |
//! | "the user's id has … bytes …" | [`IdTooLong`](crate::LoginError::IdTooLong) | a shorter `get_id`. If the id is in a cookie of Flask-Login, that cookie is rejected |
//! | "a loader asked for the current user of its own request" | [`LoaderAskedForItself`](crate::LoginError::LoaderAskedForItself) | a request loader reads headers, and no `CurrentUser` |
//! | "a `cross_site_handler` asked for …" | [`CrossSiteHandlerAsked`](crate::LoginError::CrossSiteHandlerAsked) | make that response without the user |
//! | "active logins are off …" | [`NoLoginStore`](crate::LoginError::NoLoginStore) | `.active_logins(…)` on the builder |
//! | "no resource without path parameters is named …" | [`UnknownView`](crate::LoginError::UnknownView) | name the resource, or set the view to a path |
//! | "users are redirected to … to log in, but it is guarded" | [`GuardedView`](crate::LoginError::GuardedView) | move the view out of the guarded scope, or name it in [`except`](crate::LoginScope::except) |
//! | "… is for anonymous users, and logged-in users are redirected from there to the same page" | [`CircularRedirect`](crate::LoginError::CircularRedirect) | another page in `#[anonymous_required("/…")]` |
//! | "LoginScope: …" | [`ConfigError`](crate::ConfigError) | a view, pattern or check of the scope is wrong. The server does not start |
//! | "a handler of refused requests was called … times in one request" | | the handler spawns tasks that call `unauthorized` or `needs_refresh`: don't. The handler is not called again |
//!
//! # Errors of a moment
//!
//! Each is an empty 500, and the last a 400. No user is logged in. A logout may have worked, if the store failed halfway.
//!
//! | line | error | cause |
//! | --- | --- | --- |
//! | "the check of a code failed", with `error` | [`CodeCheckFailed`](crate::LoginError::CodeCheckFailed) | the app's database: the code did not count as a wrong one |
//! | "a loader failed", with `loader` and `error` | [`LoaderFailed`](crate::LoginError::LoaderFailed) | the app's database |
//! | "the store of active logins failed", with `error` | [`StoreFailed`](crate::LoginError::StoreFailed) | [an outage](super::storage#outages-and-time-outs), or a full [memory store](crate::store::MemoryLoginStore::capacity) |
//! | "the system has no random numbers" | [`StoreFailed`](crate::LoginError::StoreFailed) | the operating system |
//! | "…, and the handler's argument … has dropped the error" | as the first part says | an `Option<AuthenticatedUser<_>>` hid one of the errors above. To treat it, call [`current_user`](crate::current_user) |
//! | "the request's `Cookie` header can't be read …" | [`UnreadableCookies`](crate::LoginError::UnreadableCookies) | the client sent bytes that are not UTF-8. With active logins a logout can't find the login then |
