//! What a handler calls: logging in and out, freshness, and the events that report them.

mod events;
mod freshness;
mod login;
mod logout_order;
mod response_begun;
