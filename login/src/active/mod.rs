//! What active logins change: how a request finds them, how their cookies are replaced, and how they
//! start and end.

pub(crate) mod cookie_rotation;
pub(crate) mod end;
pub(crate) mod expiry;
pub(crate) mod flask;
pub(crate) mod lifecycle;
pub(crate) mod lookup;
pub(crate) mod pending;
pub(crate) mod supersede;
pub(crate) mod user_notes;
pub(crate) mod wrong_codes;
