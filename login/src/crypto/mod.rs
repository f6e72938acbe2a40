//! Keys, digests and signatures.

pub(crate) mod auth_tag;
pub(crate) mod base64;
pub(crate) mod digest;
pub(crate) mod keyring;
