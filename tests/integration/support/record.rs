//! The flags of a login record: the first character of its text.

/// The record has a client fingerprint.
pub const FINGERPRINT: u8 = 1 << 2;
/// The record has a digest of the user's `session_auth_hash`.
pub const AUTH_TAG: u8 = 1 << 3;
/// The record names an active login.
pub const LOGIN: u8 = 1 << 4;

/// Whether the record has this flag.
pub fn has_flag(record: &str, flag: u8) -> bool {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let flags = DIGITS.find(&record[..1]).expect("a login record") as u8;
    flags & flag != 0
}
