//! A bounded fuzz run over what a stranger can send: tokens, cookie headers, origins, session records.
//!
//! Some ten thousand inputs each by default; `FUZZ_INPUTS` says how many. Millions, with the count
//! printed:
//!
//! ```text
//! FUZZ_INPUTS=2000000 cargo test --release -p actix-login fuzz -- --nocapture
//! ```

use std::{
    fmt::Debug,
    time::{Duration, Instant, UNIX_EPOCH},
};

use actix_web::{
    http::{
        Method,
        header::{COOKIE, HeaderMap, HeaderValue, ORIGIN},
    },
    test::TestRequest,
};

use crate::{
    LoginManager, UserMixin,
    crypto::digest::{Digest, Fingerprint},
    http::origin::find_other_origin,
    manager::settings::Settings,
    remember::{
        flask::{decode_cookie, encode_cookie, unquote},
        token::RememberToken,
        verify::ReceivedCookie,
    },
    session::record::LoginRecord,
    timestamp::Timestamp,
};

const FLASK_SECRET: &[u8] = b"the secret of a Flask app";
const NOW: Timestamp = Timestamp::from_secs(1_763_812_345);

#[derive(Clone)]
struct User;

impl UserMixin for User {
    type Id = String;
    const NAME: &'static str = "User";

    fn get_id(&self) -> String {
        "1".to_owned()
    }
}

fn manager() -> LoginManager<User> {
    LoginManager::<User>::builder([7; 32])
        .user_loader(async |_: String| None)
        .previous_keys([[8; 32]])
        .accept_flask_cookies(
            FLASK_SECRET,
            UNIX_EPOCH + Duration::from_secs(NOW.as_secs() + 1),
        )
        .clock(|| UNIX_EPOCH + Duration::from_secs(NOW.as_secs()))
        .build()
        .unwrap()
}

/// Marsaglia's xorshift: the same inputs in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// One to four changes: a byte for another, a bit, a cut, a piece twice, a piece out, a piece
    /// of interest in.
    fn change(&mut self, seed: &[u8], pieces: &[&[u8]]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let end = at + self.below(bytes.len() - at + 1);
            match self.below(7) {
                0 if at < bytes.len() => bytes[at] = self.next() as u8,
                1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                2 => bytes.truncate(at),
                3 => drop(bytes.drain(at..end)),
                4 if bytes.len() < 4096 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                5 => bytes.insert(at, self.next() as u8),
                _ => {
                    let piece = pieces[self.below(pieces.len())];
                    bytes.splice(at..end.min(at + self.below(4)), piece.iter().copied());
                }
            }
        }
        bytes
    }
}

/// Runs `check` on changes of `seeds`, never on a seed itself.
fn fuzz<T: AsRef<[u8]> + Debug>(
    name: &str,
    seeds: &[T],
    pieces: &[&[u8]],
    mut check: impl FnMut(&[u8]),
) {
    let inputs = std::env::var("FUZZ_INPUTS").map_or(20_000, |inputs| inputs.parse().unwrap());
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let began = Instant::now();
    for round in 0..inputs {
        let seed = &seeds[round % seeds.len()];
        let input = random.change(seed.as_ref(), pieces);
        if seeds.iter().all(|seed| seed.as_ref() != input) {
            check(&input);
        }
    }
    let per_second = inputs as f64 / began.elapsed().as_secs_f64();
    println!("{name}: {inputs} inputs, {per_second:.0} per second");
}

fn token(settings: &Settings, id: &str) -> String {
    let tag = Some(Digest::new([5; 16]));
    let token = settings.remember.new_token(NOW, None, id, tag);
    token.sign(&settings.keys)
}

const TOKEN_PIECES: &[&[u8]] = &[
    b".",
    b"..",
    b"1.",
    b"=",
    b"-1",
    b"+1",
    b"A",
    b"18446744073709551616",
    b"\xff",
    b"MQ",
    b"\0",
];

#[test]
fn no_change_of_a_token_verifies() {
    let manager = manager();
    let settings = manager.settings();
    let seeds = [token(settings, "1"), token(settings, "佐藤|;.")];
    fuzz("tokens", &seeds, TOKEN_PIECES, |input| {
        if let Ok(text) = std::str::from_utf8(input) {
            let verified = RememberToken::verify(text, &settings.keys, NOW);
            assert!(verified.is_err(), "{text:?}");
        }
    });
}

#[test]
fn no_change_of_a_tokens_payload_is_read_without_a_signature() {
    let manager = manager();
    let settings = manager.settings();
    let whole = token(settings, "1");
    let (payload, signature) = whole.rsplit_once('.').unwrap();
    fuzz("payloads", &[payload], TOKEN_PIECES, |input| {
        if let Ok(payload) = std::str::from_utf8(input) {
            let text = format!("{payload}.{signature}");
            assert!(RememberToken::verify(&text, &settings.keys, NOW).is_err());
        }
    });
}

#[test]
fn no_change_of_a_cookie_header_yields_anyone_elses_token() {
    let manager = manager();
    let settings = manager.settings();
    let own = token(settings, "1");
    let flask = encode_cookie("佐藤", FLASK_SECRET);
    let quoted = flask.replace("佐藤", r"\344\275\220\350\227\244");
    let seeds = [
        format!("id=abc; remember_token={own}; other=1"),
        format!("remember_token={own}; remember_token={own}"),
        format!("a=b; remember_token={flask}"),
        format!("remember_token=\"{quoted}\""),
    ];
    let pieces: &[&[u8]] = &[
        b";",
        b"; ",
        b"=",
        b"remember_token=",
        b"\"",
        b"\\",
        b"\\377",
        b"|",
        b"\xff",
        b" ",
        b"\t",
        b".",
        b"remember_token=1; ",
    ];
    let mut valid = 0_u64;
    fuzz("cookie headers", &seeds, pieces, |input| {
        let Ok(value) = HeaderValue::from_bytes(input) else {
            return;
        };
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, value);
        // A change beside the token leaves it what it was; none makes another of it.
        let (remember, keys) = (&settings.remember, &settings.keys);
        if let ReceivedCookie::Valid(received) =
            ReceivedCookie::verify(&headers, remember, keys, NOW)
        {
            assert!(matches!(&*received.token.id, "1" | "佐藤"), "{headers:?}");
            valid += 1;
        }
    });
    println!("cookie headers: {valid} still held the token untouched");
}

#[test]
fn no_change_of_an_origin_is_this_sites() {
    let seeds = ["http://shop.example:8080", "https://shop.example:8080"];
    let pieces: &[&[u8]] = &[
        b"//",
        b"@",
        b":",
        b".",
        b"evil",
        b"http:",
        b"\\",
        b"[::1]",
        b"%6f",
        b"\t",
        b"null",
        b"#",
        b" ",
        b"https://shop.example:8080",
    ];
    let mut req = TestRequest::post()
        .insert_header(("Host", "shop.example:8080"))
        .to_http_request()
        .head()
        .clone();
    req.method = Method::POST;
    fuzz("origins", &seeds, pieces, |input| {
        let Ok(origin) = HeaderValue::from_bytes(input) else {
            return;
        };
        req.headers_mut().insert(ORIGIN, origin);
        if find_other_origin(&req, None, &[]).is_none() {
            // The scheme and the host in other letters, or the port with zeros before it.
            let text = std::str::from_utf8(input).unwrap().to_ascii_lowercase();
            let (origin, port) = text.rsplit_once(':').unwrap();
            assert!(seeds.contains(&&*format!("{origin}:8080")), "{text:?}");
            assert_eq!(port.parse(), Ok(8080_u16), "{text:?}");
        }
    });
}

#[test]
fn no_change_of_a_flask_cookie_is_believed() {
    let seeds = [
        encode_cookie("1", FLASK_SECRET),
        encode_cookie("a|b", FLASK_SECRET),
        format!(
            "\"{}\"",
            encode_cookie("\"", FLASK_SECRET).replace('"', "\\\"")
        ),
    ];
    let pieces: &[&[u8]] = &[b"\"", b"\\", b"\\344", b"\\8", b"|", b"||", b"0", b"\xff"];
    fuzz("Flask cookies", &seeds, pieces, |input| {
        if let Some(text) = unquote(input) {
            // Quoting is no part of what is signed, so the same text may come in other quotes.
            let id = decode_cookie(&text, FLASK_SECRET);
            assert!(matches!(id, None | Some("1" | "a|b" | "\"")), "{text:?}");
        }
    });
}

#[test]
fn a_session_record_is_refused_or_read_as_it_is_written() {
    let record = |last_seen_at, fingerprint, auth_tag, id: &str| {
        let record = LoginRecord {
            confirmed_at: last_seen_at,
            fresh: true,
            started_at: NOW,
            last_seen_at,
            fingerprint,
            auth_tag,
            login: None,
            id: id.into(),
        };
        serde_json::to_string(&record).unwrap()
    };
    let seeds = [
        record(None, Some(Fingerprint::from_bits(7)), None, "1"),
        record(
            Some(NOW),
            Some(Fingerprint::from_bits(8)),
            Some(Digest::new([8; 16])),
            "a.b|\"佐藤\"\n",
        ),
        "\"BAAAAAAAAAAAAAAAA1\"".to_owned(),
        "{\"user_id\":1,\"fresh\":true}".to_owned(),
        "[null,[[]],1e999]".to_owned(),
    ];
    let pieces: &[&[u8]] = &[
        b".",
        b"....",
        b"\"",
        b"\\u0000",
        b"\\ud800",
        b"f.",
        b"s.",
        b"-",
        b"99999999999999999999",
        b"AAAAAAAAAAAAAAAAAAAAAA",
        b"{",
        b"[",
        b"null",
        b"\xff",
    ];
    let mut read = 0_u64;
    fuzz("session records", &seeds, pieces, |input| {
        let Ok(text) = std::str::from_utf8(input) else {
            return;
        };
        if let Ok(record) = serde_json::from_str::<LoginRecord>(text) {
            let again = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<LoginRecord>(&again).unwrap(), record);
            read += 1;
        }
    });
    println!("session records: {read} were well formed");
}
