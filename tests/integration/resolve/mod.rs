//! Who is logged in.

mod guests;
mod loading;
mod optional_users;
mod own_rules;
mod properties;
mod request_loaders;
mod shared_users;
