CREATE TABLE users (
    -- AUTOINCREMENT: the id of a deleted account never comes back for another one.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Links that were sent by mail and not used yet. The token itself is in the mail alone.
CREATE TABLE mailed_links (
    token_digest BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    email TEXT NOT NULL,
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mailed_links_email ON mailed_links (email);
CREATE INDEX mailed_links_user ON mailed_links (user_id);
CREATE INDEX mailed_links_expiry ON mailed_links (expires_at);
