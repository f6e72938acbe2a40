//! The tag that binds a session record or a remember token to the user's `session_auth_hash`.

use super::{
    digest::Digest,
    keyring::{KeyMatch, Keyring, Purpose},
};
use crate::user::UserMixin;

/// The digest of the user's `session_auth_hash`, bound to the id.
pub(crate) fn auth_tag<U: UserMixin>(keys: &Keyring, id: &str, user: &U) -> Option<Digest> {
    let hash = user.session_auth_hash()?;
    Some(keys.digest(Purpose::AuthTag, [id.as_bytes(), &hash]))
}

/// Whether a record or token with this tag was made for the user's current `session_auth_hash`. One
/// without a tag is invalid as soon as the user has a hash, and vice versa.
pub(crate) fn match_auth_tag<U: UserMixin>(
    keys: &Keyring,
    id: &str,
    user: &U,
    tag: Option<&Digest>,
) -> KeyMatch {
    match (user.session_auth_hash(), tag) {
        (None, None) => KeyMatch::Current,
        (Some(hash), Some(tag)) => keys.match_digest(Purpose::AuthTag, [id.as_bytes(), &hash], tag),
        _ => KeyMatch::None,
    }
}
