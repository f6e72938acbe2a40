//! The guide: how to build an app with this crate, topic by topic.
//!
//! Each page is short, and begins with code to copy. The settings, defaults and errors of an item are in its own
//! documentation.
//!
//! | page | what it has |
//! | --- | --- |
//! | [Getting started](getting_started) | a database, the key, development over plain HTTP, login through a provider |
//! | [How a request travels](how_a_request_travels) | the order of middlewares, uploads, private files, overlapping requests |
//! | [Passwords and brute force](passwords) | checks, limits, change, reset, log out everywhere |
//! | [Remember me](remember_me) | the cookie, and what it protects against |
//! | [Session protection](session_protection) | stolen sessions, proxies, IPv4 and IPv6 |
//! | [Fresh logins and second factors](fresh_logins) | critical pages, codes |
//! | [Forgery](forgery) | requests that another site sends |
//! | [APIs and scripts](apis) | JSON refusals, bearer tokens, pages of another origin |
//! | [WebSockets and streams](streams) | responses that end with their login |
//! | [Templates and flash messages](templates) | a layout, the page after the login, "why was I logged out?" |
//! | [Several kinds of user](kinds_of_user) | permissions, two user types, guests |
//! | [Where sessions and logins are kept](storage) | a table to choose by, lifetimes, outages |
//! | [Testing](testing) | a client that starts logged in, the clock |
//! | [Going to production](production) | a set-up, and a checklist |
//! | [Moving](moving) | from Flask-Login, actix-identity or axum-login |
//! | [When something goes wrong](troubleshooting) | each line of the log, its cause and its cure |
//!
//! The repository has programs to copy from. `examples/quickstart` is the smallest. `examples/accounts` has passwords,
//! limits, mailed links and active logins in SQLite. `examples/second-factor` has codes, `examples/oauth` an OpenID
//! provider, `examples/heavy/passkeys` passkeys, `examples/api` tokens, `examples/spa` a page on another origin and a
//! WebSocket, `examples/permissions` roles and private files, and `examples/two-machines` two processes on Redis or
//! PostgreSQL. Two pages of `examples/accounts`:
//!
#![doc = include_str!("picture.html")]

pub mod apis;
pub mod forgery;
pub mod fresh_logins;
pub mod getting_started;
pub mod how_a_request_travels;
pub mod kinds_of_user;
pub mod moving;
pub mod passwords;
pub mod production;
pub mod remember_me;
pub mod session_protection;
pub mod storage;
pub mod streams;
pub mod templates;
pub mod testing;
pub mod troubleshooting;
