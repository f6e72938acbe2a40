//! What a login page needs: where to redirect to after the login, and flash messages.

pub(crate) mod flash;
pub(crate) mod login_url;
pub(crate) mod next;
