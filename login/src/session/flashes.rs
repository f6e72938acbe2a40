//! The flashes that a session keeps until a page shows them.

use actix_session::Session;

use crate::config::SESSION_KEY_FLASHES;

/// A flash as the session holds it: category, message, and whether a refusal flashed it.
pub(crate) type StoredFlash = (String, String, bool);

/// The flashes of a session, the oldest first.
pub(crate) fn stored_flashes(session: &Session) -> Vec<StoredFlash> {
    session
        .get(SESSION_KEY_FLASHES)
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// Replaces the flashes of a session. Returns whether the session stored them.
pub(crate) fn store_flashes(session: &Session, flashes: &[StoredFlash]) -> bool {
    if !flashes.is_empty() {
        return session.insert(SESSION_KEY_FLASHES, flashes).is_ok();
    }
    // Removing a missing key would write to the session.
    if session.contains_key(SESSION_KEY_FLASHES) {
        session.remove(SESSION_KEY_FLASHES);
    }
    true
}

/// Removes the messages of refusals: the login that they ask for has taken place.
pub(crate) fn remove_refusals(session: &Session) {
    let mut flashes = stored_flashes(session);
    if flashes.iter().any(|(_, _, of_refusal)| *of_refusal) {
        flashes.retain(|(_, _, of_refusal)| !of_refusal);
        store_flashes(session, &flashes);
    }
}
