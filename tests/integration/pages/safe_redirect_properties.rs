//! `is_safe_redirect` agrees with the WHATWG URL parser on a large generated corpus: a target that
//! it accepts leads a browser to no other site.

use actix_login::{NextUrl, is_safe_redirect};
use actix_web::{
    App, HttpRequest,
    rt::System,
    test::{TestRequest, call_and_read_body, init_service},
    web,
};
use url::{Origin, Url};

use crate::support::pages::{User, builder};

/// How many targets are generated.
const TARGETS: u32 = 300_000;

/// The pages on which a browser may receive the redirect.
const BASES: &[&str] = &[
    "http://site.example/login",
    "https://site.example:8443/a/b/?x=/y#z",
    "http://127.0.0.1:8080",
    "http://[::1]:8080//evil.example/login",
];

/// Parts that have fooled browsers, proxies and frameworks, and ordinary text.
const PIECES: &[&str] = &[
    "/",
    "/",
    "/",
    "//",
    "\\",
    "\\",
    ":",
    "://",
    "@",
    ".",
    "..",
    "?",
    "#",
    "%",
    ";",
    "&",
    "=",
    "|",
    "\t",
    "\r",
    "\n",
    "\0",
    "\u{1}",
    "\u{b}",
    "\u{c}",
    "\u{1f}",
    " ",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{2028}",
    "\u{2060}",
    "\u{2044}",
    "\u{2215}",
    "\u{29f8}",
    "\u{ff0f}",
    "\u{ff3c}",
    "\u{2216}",
    "\u{fe68}",
    "\u{3002}",
    "\u{ff0e}",
    "\u{ff61}",
    "\u{ff1a}",
    "\u{ff20}",
    "\u{feff}",
    "\u{fffd}",
    "\u{10ffff}",
    "%2f",
    "%2F",
    "%5c",
    "%09",
    "%0a",
    "%0d",
    "%00",
    "%20",
    "%2e",
    "%2e%2e",
    "%3a",
    "%40",
    "%252f",
    "%E3%80%82",
    "%u2215",
    "x",
    "a",
    "login",
    "0",
    "80",
    "evil.example",
    "EVIL.example",
    "evil",
    "\u{435}vil.example",
    "b\u{fc}cher.example",
    "xn--bcher-kva.example",
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "[::1]",
    "user:pass@evil.example",
    "site.example",
    "site.example@evil.example",
    "allowed.example",
    "allowed.example:8080",
    "http:",
    "https:",
    "HTTP://",
    "https://",
    "ftp:",
    "file:",
    "ws:",
    "javascript:",
    "JaVaScRiPt:",
    "data:text/html,",
    "mailto:",
    "blob:",
    "about:blank",
    "view-source:",
];

/// The same numbers in every run.
struct Random(u64);

impl Random {
    /// splitmix64
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn target(&mut self) -> String {
        let mut target = match self.below(4) {
            0 => String::new(),
            1 => self
                .pick(&["http://", "https://", "http:", "https:/"])
                .to_owned(),
            _ => "/".to_owned(),
        };
        for _ in 0..1 + self.below(7) {
            target.push_str(self.pick(PIECES));
        }
        target
    }
}

fn bases() -> Vec<Url> {
    BASES.iter().map(|base| Url::parse(base).unwrap()).collect()
}

/// Counts of what the corpus contained.
#[derive(Default)]
struct Tally {
    safe: u32,
    elsewhere: u32,
}

/// Checks the whole corpus; `allowed` are the permitted origins besides the base's own.
fn check(req: &HttpRequest, allowed: &[Origin]) -> Tally {
    let (bases, mut random, mut tally) = (bases(), Random(4), Tally::default());
    for _ in 0..TARGETS {
        let target = random.target();
        if !is_safe_redirect(req, &target) {
            continue;
        }
        tally.safe += 1;
        for base in &bases {
            let Ok(url) = base.join(&target) else {
                panic!("{target:?} is called safe, but is no URL from {base}");
            };
            if url.origin() != base.origin() {
                assert!(allowed.contains(&url.origin()), "{target:?} leads to {url}");
                tally.elsewhere += 1;
            }
        }
    }
    tally
}

#[test]
fn every_safe_redirect_stays_on_the_site() {
    let tally = check(&TestRequest::default().to_http_request(), &[]);
    println!("{TARGETS} targets, {} of them safe", tally.safe);
    assert!(tally.safe > TARGETS / 10);
    assert_eq!(tally.elsewhere, 0);
}

#[test]
fn every_safe_redirect_stays_on_the_site_or_an_allowed_host() {
    async fn checked(req: HttpRequest) -> String {
        let allowed = ["http", "https"].map(|scheme| {
            ["", ":8080"].map(|port| {
                let url = format!("{scheme}://allowed.example{port}");
                Url::parse(&url).unwrap().origin()
            })
        });
        let tally = check(&req, allowed.as_flattened());
        format!("{} {}", tally.safe, tally.elsewhere)
    }
    let manager = builder::<User>()
        .allowed_redirect_hosts(["allowed.example", "allowed.example:8080"])
        .build()
        .unwrap();
    let body = System::new().block_on(async {
        let app = App::new().route("/", web::get().to(checked)).wrap(manager);
        let app = init_service(app).await;
        call_and_read_body(&app, TestRequest::get().to_request()).await
    });
    let tally = std::str::from_utf8(&body).unwrap();
    println!("{TARGETS} targets, safe and elsewhere: {tally}");
    let (safe, elsewhere) = tally.split_once(' ').unwrap();
    assert!(safe.parse::<u32>().unwrap() > TARGETS / 10);
    assert!(elsewhere.parse::<u32>().unwrap() > 100);
}

#[test]
fn every_next_is_a_valid_header_value_and_stays_on_the_site() {
    let (bases, mut random, mut count) = (bases(), Random(5), 0);
    for _ in 0..TARGETS / 3 {
        let target = serde_json::Value::from(random.target());
        let next: NextUrl = serde_json::from_value(target).unwrap();
        let Some(location) = next.get() else { continue };
        assert!(
            location.bytes().all(|byte| byte.is_ascii_graphic()),
            "{location:?}"
        );
        for base in &bases {
            assert_eq!(
                base.join(location).unwrap().origin(),
                base.origin(),
                "{location}"
            );
        }
        count += 1;
    }
    println!("{count} locations");
    assert!(count > 10_000);
}

#[test]
fn every_plain_path_is_safe_and_resolves_to_itself() {
    const UNRESERVED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    let req = TestRequest::default().to_http_request();
    let base = Url::parse("http://site.example/login").unwrap();
    let mut random = Random(6);
    for _ in 0..TARGETS / 6 {
        let mut path = String::new();
        for _ in 0..1 + random.below(5) {
            // The letter keeps the segment from being `.` or `..`, which mean other paths.
            path.push_str("/a");
            for _ in 0..random.below(12) {
                path.push(char::from(UNRESERVED[random.below(UNRESERVED.len())]));
            }
        }
        assert!(is_safe_redirect(&req, &path), "{path}");
        assert_eq!(base.join(&path).unwrap().path(), path);
    }
    println!("{} plain paths", TARGETS / 6);
}
