//! The login in actix-session's session: the record, its keys, and session protection.

pub(crate) mod access;
pub(crate) mod flashes;
pub(crate) mod keys;
pub(crate) mod next;
pub(crate) mod pending;
pub(crate) mod protection;
pub(crate) mod record;
pub(crate) mod settings;
