//! Digests and ids as text: base64 for URLs and cookies, without padding (RFC 4648, section 5).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::keys::Digest;

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `None` for anything but the one text that [`encode`] makes of some bytes.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Reads a digest without allocating.
pub(crate) fn decode_digest(text: &str) -> Option<Digest> {
    // base64 wants room for whole groups of three bytes.
    let mut buffer = [0; 18];
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut buffer).ok()?;
    buffer.get(..length)?.try_into().ok()
}

/// Reads a digest that may be missing: the empty text is `Some(None)`.
pub(crate) fn decode_optional_digest(text: &str) -> Option<Option<Digest>> {
    if text.is_empty() {
        return Some(None);
    }
    decode_digest(text).map(Some)
}
