//! Notes about a user in the store of active logins: entries that are no logins.
//!
//! Their user key starts with a colon. The name of a manager cannot, so no list of logins shows a note,
//! and no session or remember cookie can name one.

use crate::{crypto::keyring::Keyring, store::entry::LoginId};

/// The user key of the notes of this purpose about a user.
pub(crate) fn note_user(purpose: &str, manager: &str, user_id: &str) -> String {
    format!(":{purpose}:{manager}:{user_id}")
}

/// The id of the only note of this purpose about a user.
pub(crate) fn note_id(keys: &Keyring, purpose: &str, user_id: &str) -> LoginId {
    LoginId::of_note(keys, purpose, user_id)
}
