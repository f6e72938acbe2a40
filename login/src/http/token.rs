//! Tokens: names of schemes, parameters and cookies.

/// Whether a byte may occur in a token (RFC 9110, section 5.6.2, and RFC 6265, section 4.1.1).
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether a text is a token: at least one byte, and none that is not allowed.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}
