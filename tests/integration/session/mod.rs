//! The login in actix-session's session.

mod auth_hash;
mod content;
mod deadlines;
mod overlap;
mod protection;
mod visits;
