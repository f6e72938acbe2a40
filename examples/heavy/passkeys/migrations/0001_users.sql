CREATE TABLE users (
    -- AUTOINCREMENT: the id of a deleted account never comes back for another one.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    -- What a key keeps of the user, so that no name has to be typed: random, and no name.
    handle BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE keys (
    -- No two users have the same key.
    credential_id BLOB PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- The public key and the signature counter, as JSON of webauthn-rs.
    passkey TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX keys_user ON keys (user_id);

-- Challenges that no key has signed yet. Each is deleted when it is used.
CREATE TABLE ceremonies (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ceremonies_expiry ON ceremonies (expires_at);
