CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    -- What the user is doing, as all of the pages show it.
    status TEXT NOT NULL DEFAULT ''
) STRICT;
