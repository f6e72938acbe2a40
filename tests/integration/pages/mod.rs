//! What a login page needs: where to redirect a user, messages, and templates.

mod flashes;
mod open_redirects;
mod quickstart;
mod redirects;
mod safe_redirect_properties;
mod safe_redirects;
mod templates;
