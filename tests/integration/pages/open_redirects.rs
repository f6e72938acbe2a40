//! Hundreds of ways to smuggle another site into `next`, tried on the quickstart itself: no
//! `Location` that it answers leads off the site.

use std::collections::BTreeSet;

use url::{Url, form_urlencoded};

use crate::support::{Response, quickstart::Site};

/// `{}` is the site to be led to.
const TRICKS: &[&str] = &[
    "{}",
    "//{}",
    "///{}",
    "////{}",
    "/////{}",
    "//{}/",
    "//{}/..",
    "//{}/%2e%2e",
    "//{}//..",
    "/\\{}",
    "\\{}",
    "\\/{}",
    "\\\\{}",
    "\\\\\\{}",
    "/\\/{}",
    "/\\\\{}",
    "\\/\\/{}",
    "/\\/\\{}",
    "//\\{}",
    "\\//{}",
    "/\t/{}",
    "/\n/{}",
    "/\r/{}",
    "/\r\n/{}",
    "\t//{}",
    "\n//{}",
    "\r\n//{}",
    "/\t\\{}",
    "\t/\t/\t{}",
    "//\t{}",
    "/ /{}",
    " //{}",
    "  //{}",
    "\u{0}//{}",
    "/\u{0}/{}",
    "\u{1}//{}",
    "\u{8}//{}",
    "\u{b}//{}",
    "\u{c}//{}",
    "\u{1f}//{}",
    "\u{7f}//{}",
    "\u{85}//{}",
    "\u{a0}//{}",
    "\u{2028}//{}",
    "\u{3000}//{}",
    "\u{feff}//{}",
    "\u{200b}//{}",
    "/\u{feff}/{}",
    "/\u{200b}/{}",
    "/\u{ad}/{}",
    "\u{ff0f}\u{ff0f}{}",
    "/\u{ff0f}{}",
    "\u{2215}\u{2215}{}",
    "/\u{2215}{}",
    "/\u{2044}{}",
    "/\u{29f8}{}",
    "/\u{ff3c}{}",
    "/\u{2216}{}",
    "\u{3002}{}",
    "/\u{3002}/{}",
    "//{}\u{3002}",
    "//evil\u{3002}example",
    "//evil\u{ff0e}example",
    "//evil\u{ff61}example",
    "//\u{435}vil.example",
    "//b\u{fc}cher.example",
    "//\u{24d4}vil.example",
    "//xn--bcher-kva.example",
    "//EVIL.EXAMPLE",
    "//evil",
    "//1",
    "//2130706433",
    "//0x7f000001",
    "//017700000001",
    "//127.1:1",
    "//[::1]",
    "//[::ffff:127.0.0.1]:1",
    "//127.0.0.1:1",
    "//localhost",
    "http:{}",
    "https:{}",
    "http:/{}",
    "https:/{}",
    "http://{}",
    "https://{}",
    "http:///{}",
    "https:///{}",
    "http:////{}",
    "https:\\\\{}",
    "http:\\{}",
    "https:/\\{}",
    "https:\\/{}",
    "HTTPS://{}",
    "hTTp://{}",
    "http\t://{}",
    "ht\ntp://{}",
    "\thttp://{}",
    " http://{}",
    "http ://{}",
    "http:\t//{}",
    "http:/\t/{}",
    "http://\t{}",
    "http://\u{feff}{}",
    "https:%2f%2f{}",
    "https%3a//{}",
    "ftp://{}",
    "ftp:{}",
    "ws://{}",
    "wss://{}",
    "file://{}",
    "file:///etc/passwd",
    "gopher://{}",
    "foo://{}",
    "foo:{}",
    "x-scheme://{}",
    "mailto:a@{}",
    "tel:1",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\tjavascript:alert(1)",
    " javascript:alert(1)",
    "\u{1}javascript:alert(1)",
    "javascript://{}/%0aalert(1)",
    "javascript://%0aalert(1)//{}",
    "javascript:location='//{}'",
    "jav&#x61;script:alert(1)",
    "vbscript:x",
    "data:text/html,<script>location='//{}'</script>",
    "data:text/html;base64,PGI+",
    "data://{}",
    "blob:http://{}/x",
    "about:blank",
    "view-source:http://{}",
    "filesystem:http://{}/x",
    "//user@{}",
    "//user:pass@{}",
    "//:@{}",
    "//@{}",
    "//127.0.0.1@{}",
    "//127.0.0.1:80@{}",
    "http://127.0.0.1@{}",
    "http://127.0.0.1:80@{}/",
    "https://127.0.0.1%40{}",
    "//{}:80",
    "//{}:",
    "//{}:0",
    "//{}:99999",
    "//{}@127.0.0.1",
    "http://{}\\@127.0.0.1",
    "http://{}#@127.0.0.1",
    "http://{}?@127.0.0.1",
    "http://{}%00.127.0.0.1",
    "http://{};127.0.0.1",
    "http://127.0.0.1.{}",
    "http://127.0.0.1%2e{}",
    "http://127.0.0.1\\.{}",
    "http://127.0.0.1/{}",
    "http://{}/127.0.0.1",
    "http://[{}]",
    "http://[::1].{}",
    "/%2f{}",
    "/%2F{}",
    "%2f%2f{}",
    "%2F%2F{}",
    "/%5c{}",
    "%5c{}",
    "%5c%5c{}",
    "/%09/{}",
    "%09//{}",
    "/%0a/{}",
    "/%0d/{}",
    "/%0d%0a/{}",
    "/%00/{}",
    "%00//{}",
    "/%20/{}",
    "%20//{}",
    "/%2f%2f{}",
    "/%252f{}",
    "/%25252f{}",
    "%252f%252f{}",
    "/%255c{}",
    "/%c0%af{}",
    "/%e2%88%95{}",
    "/%ef%bc%8f{}",
    "/%u002f{}",
    "%68ttp://{}",
    "http%3A%2F%2F{}",
    "/x%0d%0aLocation:%20//{}",
    "/x\r\nLocation: //{}",
    "/x\nLocation: //{}",
    "/x\r\n\r\n//{}",
    "/x\u{560a}Location: //{}",
    "%0d%0aLocation:%20//{}",
    "/./{}",
    "/.//{}",
    "/..//{}",
    "/../{}",
    "/...//{}",
    "/./\\{}",
    "/.\\{}",
    "/..\\{}",
    "/x/..//{}",
    "/x/../..//{}",
    "/%2e/{}",
    "/%2e//{}",
    "/%2e%2e//{}",
    "/.%2e//{}",
    ".//{}",
    "..//{}",
    "./\\{}",
    "./{}",
    "../{}",
    "/;//{}",
    "/?//{}",
    "/#//{}",
    "?//{}",
    "#//{}",
    ";//{}",
    "/:{}",
    "/:@{}",
    "/@{}",
    "@{}",
    ":{}",
    "://{}",
    ":///{}",
    "/://{}",
    "/http://{}",
    "/https:{}",
    "/javascript:alert(1)",
    "x://{}",
    "x:/{}",
    "x//{}",
    "x\\\\{}",
    "*//{}",
    "|//{}",
    "<//{}>",
    "\"//{}\"",
    "'//{}'",
    "(//{})",
    "[//{}]",
    "{//}{}",
    "$//{}",
    "~//{}",
    "!//{}",
    "/login?next=//{}",
    "/login?next=%2F%2F{}",
    "/logout?next=//{}",
    "//{}?x=/protected",
    "//{}#/protected",
    "//{}/protected",
    "/protected//{}",
    "/protected\\\\{}",
    "/protected@{}",
    "/protected.{}",
    ".{}",
    "..{}",
    "..\\{}",
    "null",
    "undefined",
    "//",
    "///",
    "/\\",
    "\\\\",
    "\\",
    "/\t/",
    "http://",
    "https:",
    "http:///",
    ":",
    "//?",
    "//#",
    "//@",
    "//:",
    "////",
    "",
];

fn tricks() -> BTreeSet<String> {
    TRICKS
        .iter()
        .map(|trick| trick.replacen("{}", "evil.example", 1))
        .collect()
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The trick as it is, as far as a request's target can hold it.
fn raw(trick: &str) -> String {
    trick
        .bytes()
        .map(|byte| match byte {
            b'#' | b'&' | b'+' | b'"' | b'<' | b'>' => format!("%{byte:02X}"),
            _ if byte.is_ascii_graphic() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Judges each `Location` as a browser on the login page would read it.
#[track_caller]
fn assert_stays(site: &Site, answer: &Response, trick: &str) {
    let base = Url::parse(&format!("{}/login", site.url)).unwrap();
    for location in answer.headers("location") {
        let url = base.join(location).expect("a URL");
        assert_eq!(url.origin(), base.origin(), "{trick:?} led to {location:?}");
    }
    assert!(answer.header("refresh").is_none());
}

/// Sent with the right password, and must redirect somewhere.
#[track_caller]
fn assert_logs_in(site: &Site, target: &str, form: &str, trick: &str) {
    let mut browser = site.browser();
    let answer = browser.post(target, form);
    assert_eq!(answer.status, 303, "{trick:?}: {answer:?}");
    assert_eq!(answer.headers("location").count(), 1);
    assert_stays(site, &answer, trick);
    // And the page that this leads to, and the login page to those who are logged in already.
    let base = Url::parse(&format!("{}/login", site.url)).unwrap();
    let next = base.join(answer.location().unwrap()).unwrap();
    let path = &next[url::Position::BeforePath..url::Position::AfterQuery];
    assert_stays(site, &browser.get(path), trick);
    let login_page = browser.get(&format!("/login?next={}", encoded(trick)));
    if path != "/logout?next=//evil.example" {
        assert_eq!(login_page.status, 302, "{trick:?}");
    }
    assert_stays(site, &login_page, trick);
}

const CREDENTIALS: &str = "email=leafstorm&password=secret";

#[test]
fn there_are_more_than_200_tricks() {
    assert!(tricks().len() > 200, "{}", tricks().len());
}

#[test]
fn no_next_in_the_query_leads_off_the_site_after_the_login() {
    let site = Site::start();
    for trick in &tricks() {
        for next in [encoded(trick), raw(trick)] {
            let target = format!("/login?next={next}");
            assert_logs_in(&site, &target, CREDENTIALS, trick);
        }
    }
}

#[test]
fn no_next_in_the_form_leads_off_the_site_after_the_login() {
    let site = Site::start();
    for trick in &tricks() {
        let form = format!("{CREDENTIALS}&next={}", encoded(trick));
        assert_logs_in(&site, "/login", &form, trick);
        let target = format!("/login?next={}", encoded(trick));
        assert_logs_in(&site, &target, &form, trick);
    }
}

#[test]
fn no_next_leads_off_the_site_after_a_wrong_password() {
    let site = Site::start();
    let mut browser = site.browser();
    for trick in &tricks() {
        let next = encoded(trick);
        let form = format!("email=leafstorm&password=wrong&next={next}");
        let answer = browser.post(&format!("/login?next={next}"), &form);
        assert_eq!(answer.status, 303, "{trick:?}");
        assert_stays(&site, &answer, trick);
        let page = browser.get(answer.location().unwrap());
        assert_eq!(page.status, 200, "{trick:?}");
        assert!(!page.body.contains("value=\"//"), "{trick:?}");
    }
}

#[test]
fn no_page_that_was_asked_for_leads_off_the_site() {
    let site = Site::start();
    let mut stale = site.browser();
    stale.post("/login", &format!("{CREDENTIALS}&remember=on"));
    stale.restart();
    for trick in &tricks() {
        let asked = format!("/protected?{}", raw(trick));
        let answer = site.browser().get(&asked);
        assert_eq!(answer.status, 302, "{trick:?}");
        assert_stays(&site, &answer, trick);
        let login = answer.location().unwrap();
        assert_logs_in(&site, login, CREDENTIALS, "/protected");

        let answer = stale.get(&format!("/account?{}", raw(trick)));
        assert_eq!(answer.status, 302, "{trick:?}");
        assert_stays(&site, &answer, trick);
    }
}

#[test]
fn a_next_on_the_site_is_gone_to() {
    let site = Site::start();
    let go = |target: &str, form: &str| {
        let answer = site.browser().post(target, form);
        answer.location().unwrap().to_owned()
    };
    assert_eq!(
        go("/login?next=%2Faccount%3Fx%3D1", CREDENTIALS),
        "/account?x=1"
    );
    let form = format!("{CREDENTIALS}&next=%2Faccount");
    assert_eq!(go("/login?next=%2Fprotected", &form), "/account");
    assert_eq!(go("/login", CREDENTIALS), "/protected");
}
