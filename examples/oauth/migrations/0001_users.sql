CREATE TABLE users (
    -- AUTOINCREMENT: the id of a deleted account never comes back for another one.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    -- A verified address, or NULL. If this table had addresses that nobody has verified, somebody could
    -- sign up with the address of a person who has not come yet, and wait to be linked with them.
    -- NOCASE is about the letters of ASCII alone: others must not make two addresses equal.
    email TEXT UNIQUE COLLATE NOCASE
) STRICT;

-- Who a user is at a provider. A subject is never given to another person; an address may be.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject),
    UNIQUE (user_id, issuer)
) STRICT, WITHOUT ROWID;
