//! What a handler calls: logging in and out, freshness, and the events that report them.

mod events;
mod fresh_deadline;
mod freshness;
mod login;
mod logout_order;
mod pending;
mod provider;
mod response_begun;
mod watch;
