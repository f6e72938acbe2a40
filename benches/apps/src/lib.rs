//! What the servers share: the users, and the two apps that are counted in-process as well.

pub mod login;
pub mod session;
mod users;

pub use users::{User, Users, greeting};
