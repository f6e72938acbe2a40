//! The clients that a worker has verified of late: a browser's requests come in bursts, and there is
//! no need to digest the same client each time.

use std::cell::RefCell;

use subtle::ConstantTimeEq;

use crate::keys::Digest;

/// Digests by the newest key of one manager, with what each was made of. They can't be out of date,
/// since the same parts have the same digest for as long as the manager lives.
#[derive(Default)]
pub(crate) struct KnownClients(RefCell<Vec<Option<Known>>>);

struct Known {
    digest: Digest,
    /// Of `parts`, how many bytes are the first part's.
    first: usize,
    parts: Vec<u8>,
}

impl KnownClients {
    /// How many there can be. Each has its place by its digest, and leaves it to whoever comes next:
    /// a prime number of places is filled evenly.
    const MAX: usize = 251;
    /// How many bytes there can be to a client. Headers are as long as the client wants.
    const MAX_BYTES: usize = 512;

    /// Whether the digest is known to be that of these parts. If not, it may be so nevertheless.
    pub(crate) fn knows(&self, digest: &Digest, [first, second]: [&[u8]; 2]) -> bool {
        let clients = self.0.borrow();
        let Some(Some(known)) = clients.get(digest.remainder(Self::MAX)) else {
            return false;
        };
        let Some((known_first, known_second)) = known.parts.split_at_checked(known.first) else {
            return false;
        };
        known.digest.is(digest)
            && known_first.len() == first.len()
            && known_second.len() == second.len()
            // In constant time, as digests are: a thief must not find the owner's headers bit by bit.
            && (difference(known_first, first) | difference(known_second, second))
                .ct_eq(&0)
                .into()
    }

    /// Notes that the digest is that of these parts.
    pub(crate) fn note(&self, digest: &Digest, parts: [&[u8]; 2]) {
        let [first, second] = parts;
        if first.len() + second.len() > Self::MAX_BYTES {
            return;
        }
        let mut clients = self.0.borrow_mut();
        if clients.is_empty() {
            clients.resize_with(Self::MAX, || None);
        }
        if let Some(place) = clients.get_mut(digest.remainder(Self::MAX)) {
            *place = Some(Known {
                digest: *digest,
                first: first.len(),
                parts: parts.concat(),
            });
        }
    }
}

/// 0 where two texts of one length are the same.
fn difference(one: &[u8], other: &[u8]) -> u8 {
    let pairs = one.iter().zip(other);
    pairs.fold(0, |difference, (a, b)| difference | (a ^ b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: u8) -> Digest {
        Digest::new([number; 16])
    }

    #[test]
    fn a_digest_is_known_for_its_own_parts_alone() {
        let clients = KnownClients::default();
        let parts: [&[u8]; 2] = [&[127, 0, 0, 1], b"Mozilla/5.0"];
        assert!(!clients.knows(&digest(7), parts));
        clients.note(&digest(7), parts);
        assert!(clients.knows(&digest(7), parts));
        for other in [
            [&[127, 0, 0, 2][..], b"Mozilla/5.0"],
            [&[127, 0, 0, 1], b"Mozilla/5.1"],
            [&[127, 0, 0, 1], b"nozilla/5.0"],
            [&[127, 0, 0, 1], b"Mozilla/5"],
            [&[127, 0, 0, 1], b"Mozilla/5.0 "],
            [&[127, 0, 0], b"\x01Mozilla/5.0"],
            [&[127, 0, 0, 1, b'M'], b"ozilla/5.0"],
            [&[], b""],
        ] {
            assert!(!clients.knows(&digest(7), other), "{other:?}");
        }
    }

    #[test]
    fn whoever_has_the_same_place_is_another_client() {
        let clients = KnownClients::default();
        let place = |digest: &Digest| digest.remainder(KnownClients::MAX);
        let same = (8..).map(digest).find(|it| place(it) == place(&digest(7)));
        let same = same.unwrap();
        clients.note(&digest(7), [b"", b"one"]);
        assert!(!clients.knows(&same, [b"", b"one"]));
        clients.note(&same, [b"", b"other"]);
        assert!(clients.knows(&same, [b"", b"other"]));
        assert!(!clients.knows(&digest(7), [b"", b"one"]));
        assert!(!clients.knows(&digest(7), [b"", b"other"]));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let clients = KnownClients::default();
        let long = [b'a'; KnownClients::MAX_BYTES + 1];
        clients.note(&digest(7), [b"", &long]);
        assert!(!clients.knows(&digest(7), [b"", &long]));
        for number in 0..=255 {
            clients.note(&digest(number), [b"", b"one"]);
        }
        assert!(clients.0.borrow().len() <= KnownClients::MAX);
    }
}
