//! Session protection: which client a request comes from.

use std::net::{IpAddr, SocketAddr};

use actix_web::{HttpRequest, http::header};

use crate::{
    crypto::{
        digest::Fingerprint,
        keyring::{KeyMatch, Keyring},
    },
    http::forwarded::forwarded_for,
};

/// What happens when a session is used by another client: Flask-Login's `SESSION_PROTECTION`.
///
/// A login record holds a keyed fingerprint of the client's address and `User-Agent`, or of what the
/// app's own [`session_identifier`](crate::LoginManagerBuilder::session_identifier) returns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SessionProtection {
    /// The login continues, and is no longer fresh. The default.
    #[default]
    Basic,
    /// The login is removed from the session, together with the remember cookie. The app's own
    /// session keys stay for their owner, and can still be read in that session: an app that keeps
    /// confidential data there asks for the user first. A
    /// [permanent session](crate::LoginManagerBuilder::permanent_session) is treated as in `Basic`.
    Strong,
    /// Nothing happens.
    Off,
}

/// How to identify the client of a request.
#[derive(Default)]
pub(crate) struct ClientSource {
    /// Where the client's address is. Without it, it is that of the connection's peer.
    pub(crate) proxies: Option<Proxies>,
    /// What identifies a client. Without it, it is its address and `User-Agent`.
    pub(crate) identifier: Option<SessionIdentifier>,
}

/// The app's own proxies, which write the client's address into a header.
pub(crate) struct Proxies {
    pub(crate) count: usize,
    pub(crate) header: String,
}

pub(crate) type SessionIdentifier = Box<dyn Fn(&HttpRequest) -> String + Send + Sync>;

impl ClientSource {
    /// The fingerprint of this request's client.
    pub(crate) fn fingerprint(&self, req: &HttpRequest, keys: &Keyring) -> Fingerprint {
        self.with_parts(req, |parts| keys.fingerprint(parts))
    }

    /// Finds the key under which the fingerprint is that of this request's client.
    pub(crate) fn match_fingerprint(
        &self,
        req: &HttpRequest,
        keys: &Keyring,
        fingerprint: Fingerprint,
    ) -> KeyMatch {
        self.with_parts(req, |parts| keys.match_fingerprint(parts, fingerprint))
    }

    fn with_parts<T>(&self, req: &HttpRequest, make: impl FnOnce([&[u8]; 2]) -> T) -> T {
        if let Some(identifier) = &self.identifier {
            return make([identifier(req).as_bytes(), b""]);
        }
        let user_agent = req
            .headers()
            .get(header::USER_AGENT)
            .map_or(&b""[..], |value| value.as_bytes());
        match self.address(req) {
            Some(IpAddr::V4(address)) => make([&address.octets(), user_agent]),
            Some(IpAddr::V6(address)) => make([&address.octets(), user_agent]),
            None => make([b"", user_agent]),
        }
    }

    /// The client's address, from a trusted source.
    pub(crate) fn address(&self, req: &HttpRequest) -> Option<IpAddr> {
        let peer = || req.peer_addr().map(|peer| peer.ip());
        let address = self.proxies.as_ref().and_then(|Proxies { count, header }| {
            if header.eq_ignore_ascii_case("Forwarded") {
                forwarded_for(req.headers(), *count, header)
            } else {
                listed_address(req, *count, header)
            }
        });
        let address = address.or_else(peer);
        // A dual-stack socket shows an IPv4 client as an IPv6 address.
        address.map(|address| address.to_canonical())
    }
}

/// The entry that the outermost of `count` proxies wrote. Each proxy appends the address it saw, so
/// only the last `count` entries are the proxies' own; the client may have sent all others.
fn listed_address(req: &HttpRequest, count: usize, header: &str) -> Option<IpAddr> {
    let entries: Vec<&[u8]> = req
        .headers()
        .get_all(header)
        // By bytes: what the client sent may not be UTF-8, and must not hide the proxies' entries.
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
        let source = ClientSource {
            proxies: Some(Proxies {
                count,
                header: "X-Forwarded-For".to_owned(),
            }),
            identifier: None,
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
    fn with_too_few_entries_or_no_address_the_peer_counts() {
        for values in [&[][..], &["1.1.1.1"], &["unknown, 2.2.2.2"], &[", 2.2.2.2"]] {
            assert_eq!(address(2, values).unwrap(), "10.0.0.1", "{values:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_never_hide_the_proxies_entries() {
        assert_eq!(address(1, &[b"\xff, 1.1.1.1"]).unwrap(), "1.1.1.1");
        assert_eq!(address(1, &[&b"\xff"[..], b"1.1.1.1"]).unwrap(), "1.1.1.1");
        assert_eq!(address(1, &[b"1.1.1.1, \xff"]).unwrap(), "10.0.0.1");
    }

    #[test]
    fn addresses_are_read_with_and_without_port_as_one_family() {
        assert_eq!(address(1, &["1.1.1.1:80"]).unwrap(), "1.1.1.1");
        assert_eq!(address(1, &["[2001:db8::1]:80"]).unwrap(), "2001:db8::1");
        assert_eq!(address(1, &["[2001:db8::1]"]).unwrap(), "2001:db8::1");
        assert_eq!(address(1, &["::ffff:1.1.1.1"]).unwrap(), "1.1.1.1");
    }
}
