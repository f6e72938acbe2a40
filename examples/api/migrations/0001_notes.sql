CREATE TABLE users (
    -- AUTOINCREMENT: the id of a deleted account never comes back for another one.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- `ann` and `Ann` are one name: nobody signs up as the double of another user.
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT NOT NULL
) STRICT;

-- The token itself is with its user alone. A revoked one is deleted.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE,
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE INDEX tokens_user ON tokens (user_id);

CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX notes_user ON notes (user_id);
