//! The remember cookie: its settings, its token, and the one that a request carries.

pub(crate) mod change;
pub(crate) mod cookie;
pub(crate) mod flask;
pub(crate) mod settings;
pub(crate) mod token;
pub(crate) mod verify;
