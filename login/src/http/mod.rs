//! Pure functions on headers and URLs.

pub(crate) mod authorization;
pub(crate) mod cache_headers;
pub(crate) mod forwarded;
pub(crate) mod navigation;
pub(crate) mod origin;
pub(crate) mod path_patterns;
pub(crate) mod token;
pub(crate) mod url;
