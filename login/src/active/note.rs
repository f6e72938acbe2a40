//! Notes about a user in the store of active logins: entries that are no logins.
//!
//! Their user key starts with a colon. The name of a manager cannot, so no list of logins shows a note,
//! and no session or remember cookie can name one.

/// The user key of the notes of this purpose about a user.
pub(crate) fn note_user(purpose: &str, manager: &str, user_id: &str) -> String {
    format!(":{purpose}:{manager}:{user_id}")
}
