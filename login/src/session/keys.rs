//! The session keys of a manager, and the owner of the app's own keys.

use actix_session::Session;

use crate::{
    config::{
        DEFAULT_MANAGER_NAME, SESSION_KEY_CLIENT, SESSION_KEY_FLASHES, SESSION_KEY_LOGIN,
        SESSION_KEY_NEXT, SESSION_KEY_NEXT_AT, SESSION_KEY_OWNER, SESSION_KEY_PENDING,
    },
    crypto::{
        digest::Fingerprint,
        keyring::{KeyMatch, Keyring, Purpose},
    },
};

/// The session keys of one manager.
pub(crate) struct SessionKeys {
    pub(crate) login: String,
    pub(crate) pending: String,
    owner: String,
    client: String,
}

impl SessionKeys {
    pub(crate) fn of_manager(name: &str) -> Self {
        let bind = |key: &str| {
            if name == DEFAULT_MANAGER_NAME {
                key.to_owned()
            } else {
                format!("{key}:{name}")
            }
        };
        Self {
            login: bind(SESSION_KEY_LOGIN),
            pending: bind(SESSION_KEY_PENDING),
            owner: bind(SESSION_KEY_OWNER),
            client: bind(SESSION_KEY_CLIENT),
        }
    }

    /// Prepares the session for a login of this user: clears what belongs to another user.
    pub(crate) fn claim(&self, session: &Session, keys: &Keyring, id: &str) {
        let owner = session.get::<String>(&self.owner);
        if self.has_other_owner(session) {
            self.clear(session);
        } else if !matches!(owner, Ok(None)) {
            let is_owner = owner
                .ok()
                .flatten()
                .and_then(|owner| owner.parse().ok())
                .is_some_and(|owner| {
                    keys.match_digest(Purpose::Owner, owner_parts(id), &owner) != KeyMatch::None
                });
            if is_owner {
                session.remove(&self.owner);
            } else {
                self.clear(session);
            }
        }
    }

    /// Whether another manager has marked the owner of the app's keys.
    fn has_other_owner(&self, session: &Session) -> bool {
        let entries = session.entries();
        let mut keys = entries.keys();
        keys.any(|key| *key != self.owner && is_bound_key(SESSION_KEY_OWNER, key))
    }

    /// Marks this user as the owner of the keys that stay in the session, by a digest.
    pub(crate) fn mark_owner(&self, session: &Session, keys: &Keyring, id: &str) {
        let digest = keys.digest(Purpose::Owner, owner_parts(id));
        if session
            .insert(self.owner.as_str(), digest.to_string())
            .is_err()
        {
            // Losing the keys is better than showing them to another user.
            self.clear(session);
        }
    }

    /// Marks the session data as ownerless, so that the next login clears it.
    pub(crate) fn mark_ownerless(&self, session: &Session) {
        if session.insert(self.owner.as_str(), "").is_err() {
            self.clear(session);
        }
    }

    /// Notes that session protection has found another client, and returns whether it was not the
    /// last one noted.
    pub(crate) fn note_client(&self, session: &Session, client: Fingerprint) -> bool {
        let client = format!("{:016x}", client.to_bits());
        let noted = session.get::<String>(&self.client).ok().flatten();
        let is_new = noted.as_ref() != Some(&client);
        if is_new && session.insert(self.client.as_str(), client).is_err() {
            // It is logged once more at the next request.
            session.remove(&self.client);
        }
        is_new
    }

    /// Removes what [`note_client`](Self::note_client) has noted, when a login starts or ends.
    pub(crate) fn forget_client(&self, session: &Session) {
        if session.contains_key(&self.client) {
            session.remove(&self.client);
        }
    }

    /// Removes the record of a pending login.
    pub(crate) fn forget_pending(&self, session: &Session) {
        if session.contains_key(&self.pending) {
            session.remove(&self.pending);
        }
    }

    /// Removes all keys but the logins of other managers, pending ones included.
    pub(crate) fn clear(&self, session: &Session) {
        let keys: Vec<String> = session
            .entries()
            .keys()
            .filter(|key| **key == self.login || **key == self.pending || !is_login_key(key))
            .cloned()
            .collect();
        for key in keys {
            session.remove(&key);
        }
    }

    /// Removes the keys of this manager alone.
    pub(crate) fn remove_own(&self, session: &Session) {
        for key in [
            self.login.as_str(),
            self.pending.as_str(),
            self.owner.as_str(),
            self.client.as_str(),
            SESSION_KEY_FLASHES,
            SESSION_KEY_NEXT,
            SESSION_KEY_NEXT_AT,
        ] {
            if session.contains_key(key) {
                session.remove(key);
            }
        }
    }
}

fn owner_parts(id: &str) -> [&[u8]; 2] {
    [id.as_bytes(), b""]
}

/// Whether a key holds a login of any manager, pending or not.
fn is_login_key(key: &str) -> bool {
    is_bound_key(SESSION_KEY_LOGIN, key) || is_bound_key(SESSION_KEY_PENDING, key)
}

/// Whether a key is `base`, bound to the name of any manager.
fn is_bound_key(base: &str, key: &str) -> bool {
    key.strip_prefix(base)
        .is_some_and(|name| name.is_empty() || name.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_session::SessionExt;
    use actix_web::test::TestRequest;

    #[test]
    fn only_logins_of_other_managers_survive_a_clear() {
        let session = TestRequest::default().to_http_request().get_session();
        let keys = [
            "_login",
            "_login_owner",
            "_login_pending",
            "_login:Admin",
            "_login_pending:Admin",
            "_login_owner:Admin",
            "_login_things",
            "cart",
        ];
        let left_by = |name| {
            for key in keys {
                session.insert(key, 1).unwrap();
            }
            SessionKeys::of_manager(name).clear(&session);
            let mut left: Vec<String> = session.entries().keys().cloned().collect();
            left.sort();
            left
        };
        assert_eq!(left_by("User"), ["_login:Admin", "_login_pending:Admin"]);
        assert_eq!(left_by("Admin"), ["_login", "_login_pending"]);
    }
}
