CREATE TABLE users (
    -- AUTOINCREMENT: the id of a deleted account never comes back for another one.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- `ann` and `Ann` are one name: nobody signs up as the double of another user.
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT NOT NULL,
    -- The server computes codes from it, so it cannot be a hash. NULL: no second factor.
    totp_secret BLOB,
    -- Shown as a QR code, and not confirmed by a code yet.
    new_totp_secret BLOB,
    -- The 30 seconds whose code was used last: no code is accepted twice.
    last_totp_step INTEGER NOT NULL DEFAULT 0
) STRICT;

-- New ones replace all of a user, the used ones among them.
CREATE TABLE backup_codes (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    is_used INTEGER NOT NULL DEFAULT FALSE,
    PRIMARY KEY (user_id, digest)
) STRICT, WITHOUT ROWID;
