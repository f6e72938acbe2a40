//! Session protection: whose computer a request comes from.

use std::net::{IpAddr, SocketAddr};

use actix_web::{HttpRequest, http::header};

use crate::{
    keys::{Digest, Keyring, Purpose, Verified},
    known_clients::KnownClients,
    manager::nearest,
};

/// What happens when a session turns up on another computer: Flask-Login's `SESSION_PROTECTION`.
///
/// A login record holds a keyed digest of the client's address and `User-Agent`, or of what the
/// app's own [`session_identifier`](crate::LoginManagerBuilder::session_identifier) answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SessionProtection {
    /// The login goes on, but is not fresh any more. The default.
    #[default]
    Basic,
    /// The login is removed from the session, together with the remember cookie. The app's own
    /// session keys stay, for their owner, and can still be read in that session: an app that
    /// keeps confidential things there asks for the user first. A
    /// [permanent session](crate::LoginManagerBuilder::permanent_session) is treated as in `Basic`.
    Strong,
    /// Nothing.
    Off,
}

/// The address of the client, as session protection sees it: the peer's, or, with
/// [`trusted_proxies`](crate::LoginManagerBuilder::trusted_proxies), the one that the app's own
/// proxies have written down. `None` where there is no peer, as in tests.
///
/// actix-web's `realip_remote_addr` believes headers that any client can send.
///
/// ```
/// use actix_login::client_address;
/// use actix_web::test::TestRequest;
///
/// let req = TestRequest::default()
///     .peer_addr("192.0.2.7:1234".parse().unwrap())
///     .insert_header(("X-Forwarded-For", "203.0.113.9"))
///     .to_http_request();
/// assert_eq!(client_address(&req), Some("192.0.2.7".parse().unwrap()));
/// ```
pub fn client_address(req: &HttpRequest) -> Option<IpAddr> {
    match nearest(req) {
        Ok(manager) => manager.settings().identifier.address(req),
        Err(_) => IdentifierSource::Peer.address(req),
    }
}

/// How to find out whose computer it is.
#[derive(Default)]
pub(crate) enum IdentifierSource {
    /// The connection's peer and the `User-Agent`.
    #[default]
    Peer,
    /// The same, with the address from a header that the app's own proxies write.
    Proxies { count: usize, header: String },
    /// Whatever the app says.
    Custom(Box<dyn Fn(&HttpRequest) -> String + Send + Sync>),
}

impl IdentifierSource {
    /// The keyed digest of this request's computer.
    pub(crate) fn digest(&self, req: &HttpRequest, keys: &Keyring) -> Digest {
        self.with_parts(req, |parts| keys.digest(Purpose::Identifier, parts))
    }

    /// Whether the digest is that of this request's computer.
    pub(crate) fn verify(
        &self,
        req: &HttpRequest,
        keys: &Keyring,
        known: &KnownClients,
        digest: &Digest,
    ) -> Verified {
        self.with_parts(req, |parts| {
            if known.knows(digest, parts) {
                return Verified::Newest;
            }
            let verified = keys.verify(Purpose::Identifier, parts, digest);
            if verified == Verified::Newest {
                known.note(digest, parts);
            }
            verified
        })
    }

    fn with_parts<T>(&self, req: &HttpRequest, digest: impl FnOnce([&[u8]; 2]) -> T) -> T {
        if let Self::Custom(identifier) = self {
            return digest([identifier(req).as_bytes(), b""]);
        }
        let user_agent = req
            .headers()
            .get(header::USER_AGENT)
            .map_or(&b""[..], |value| value.as_bytes());
        match self.address(req) {
            Some(IpAddr::V4(address)) => digest([&address.octets(), user_agent]),
            Some(IpAddr::V6(address)) => digest([&address.octets(), user_agent]),
            None => digest([b"", user_agent]),
        }
    }

    /// The client's address, as far as it can be believed.
    pub(crate) fn address(&self, req: &HttpRequest) -> Option<IpAddr> {
        let peer = || req.peer_addr().map(|peer| peer.ip());
        let address = match self {
            Self::Proxies { count, header } => forwarded_for(req, *count, header).or_else(peer),
            _ => peer(),
        };
        // An IPv4 client of a dual-stack socket is the same client.
        address.map(|address| address.to_canonical())
    }
}

/// The entry that the outermost of `count` proxies wrote: each appends the address it saw, so only
/// the last `count` entries are the proxies' own words, and all before them the client's.
fn forwarded_for(req: &HttpRequest, count: usize, header: &str) -> Option<IpAddr> {
    let entries: Vec<&[u8]> = req
        .headers()
        .get_all(header)
        // By bytes: what the client wrote may be no text, and must not take the proxies' along.
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .collect();
    let entry = entries
        .len()
        .checked_sub(count)
        .and_then(|at| entries.get(at))?;
    parse_address(str::from_utf8(entry).ok()?.trim())
}

/// An address with or without a port.
fn parse_address(entry: &str) -> Option<IpAddr> {
    let bare = entry
        .strip_prefix('[')
        .and_then(|entry| entry.strip_suffix(']'))
        .unwrap_or(entry);
    bare.parse::<IpAddr>()
        .ok()
        .or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn address<V: AsRef<[u8]>>(count: usize, values: &[V]) -> Option<String> {
        let mut req = TestRequest::default().peer_addr("10.0.0.1:99".parse().unwrap());
        for value in values {
            req = req.append_header(("X-Forwarded-For", value.as_ref()));
        }
        let source = IdentifierSource::Proxies {
            count,
            header: "X-Forwarded-For".to_owned(),
        };
        source
            .address(&req.to_http_request())
            .map(|address| address.to_string())
    }

    #[test]
    fn the_nth_entry_from_the_right_is_the_client() {
        assert_eq!(address(1, &["1.1.1.1, 2.2.2.2"]).unwrap(), "2.2.2.2");
        assert_eq!(
            address(2, &["9.9.9.9, 1.1.1.1, 2.2.2.2"]).unwrap(),
            "1.1.1.1"
        );
        assert_eq!(
            address(2, &["9.9.9.9, 1.1.1.1", "2.2.2.2"]).unwrap(),
            "1.1.1.1"
        );
    }

    #[test]
    fn the_peer_counts_where_there_are_fewer_entries_or_no_address() {
        for values in [&[][..], &["1.1.1.1"], &["unknown, 2.2.2.2"], &[", 2.2.2.2"]] {
            assert_eq!(address(2, values).unwrap(), "10.0.0.1", "{values:?}");
        }
    }

    #[test]
    fn what_is_no_text_hides_nothing_that_the_proxies_wrote() {
        assert_eq!(address(1, &[b"\xff, 1.1.1.1"]).unwrap(), "1.1.1.1");
        assert_eq!(address(1, &[&b"\xff"[..], b"1.1.1.1"]).unwrap(), "1.1.1.1");
        assert_eq!(address(1, &[b"1.1.1.1, \xff"]).unwrap(), "10.0.0.1");
    }

    #[test]
    fn addresses_come_with_and_without_ports_and_as_one_family() {
        assert_eq!(address(1, &["1.1.1.1:80"]).unwrap(), "1.1.1.1");
        assert_eq!(address(1, &["[2001:db8::1]:80"]).unwrap(), "2001:db8::1");
        assert_eq!(address(1, &["[2001:db8::1]"]).unwrap(), "2001:db8::1");
        assert_eq!(address(1, &["::ffff:1.1.1.1"]).unwrap(), "1.1.1.1");
    }
}
