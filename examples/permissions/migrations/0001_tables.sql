CREATE TABLE users (
    -- AUTOINCREMENT: the id of a deleted account never comes back for another one.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('reader', 'author', 'editor')),
    is_active INTEGER NOT NULL DEFAULT TRUE,
    -- How often the user was suspended.
    suspensions INTEGER NOT NULL DEFAULT 0
) STRICT;

-- No row of `users` can become one of these.
CREATE TABLE admins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL
) STRICT;

CREATE TABLE news (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    author TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

-- The text of a document is a file, named after the id.
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title TEXT NOT NULL
) STRICT;
CREATE INDEX documents_owner ON documents (owner_id);

-- To whom a document is shown, besides its owner.
CREATE TABLE readers (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (document_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX readers_user ON readers (user_id);
