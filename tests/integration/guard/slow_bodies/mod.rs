//! Requests that begin while the user is logged in, and whose body ends after the login has ended.

mod site;

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread::{self, sleep},
    time::Duration,
};

use actix_login::LoginEvent;
use actix_web::{
    rt::{self, net},
    web::Bytes,
};
use h2::client::handshake;

use self::site::{PAGES, Site};
use crate::support::{Browser, Response, SESSION, active_site::who, block_on};

/// Longer than a login counts as known.
const SLOW: Duration = Duration::from_millis(1200);
/// The last byte of it is held back.
const BODY: &str = "name=value";

/// A request whose body is not complete yet.
struct SlowPost {
    stream: TcpStream,
    /// How many bytes of the body are held back.
    left: usize,
}

impl SlowPost {
    /// Sends all but the last byte of the body.
    fn begin(browser: &Browser, site: &Site, page: &str) -> Self {
        Self::begin_with(site, page, &cookie_header(browser), 1)
    }

    /// Sends the head, with these headers, and all but the last bytes of the body.
    fn begin_with(site: &Site, page: &str, headers: &str, left: usize) -> Self {
        let mut stream = TcpStream::connect(site.app.address()).unwrap();
        let timeout = Some(Duration::from_secs(20));
        stream.set_read_timeout(timeout).unwrap();
        let head = format!(
            "POST {page} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUser-Agent: TestBrowser/1.0\r\n\
             Content-Length: {}\r\n{headers}\r\n{}",
            BODY.len(),
            &BODY[..BODY.len() - left]
        );
        stream.write_all(head.as_bytes()).unwrap();
        Self { stream, left }
    }

    /// Sends so many more bytes.
    fn send(&mut self, bytes: usize) {
        let start = BODY.len() - self.left;
        let part = &BODY.as_bytes()[start..start + bytes];
        self.stream.write_all(part).unwrap();
        self.left -= bytes;
    }

    fn finish(mut self) -> Response {
        self.send(self.left);
        let mut response = Vec::new();
        self.stream.read_to_end(&mut response).unwrap();
        Response::parse(&response).unwrap()
    }
}

/// The header with all cookies of the browser.
fn cookie_header(browser: &Browser) -> String {
    let cookies = browser.cookies.iter();
    let cookies: Vec<_> = cookies
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("Cookie: {}\r\n", cookies.join("; "))
}

/// Begins a request of each page, lets `meanwhile` run, and completes them when they are slow.
fn all_pages(
    site: &Site,
    browser: &Browser,
    pages: &[&'static str],
    meanwhile: impl FnOnce(),
) -> Vec<(&'static str, Response)> {
    let begun: Vec<_> = pages
        .iter()
        .map(|page| (*page, SlowPost::begin(browser, site, page)))
        .collect();
    sleep(SLOW);
    meanwhile();
    begun
        .into_iter()
        .map(|(page, post)| (page, post.finish()))
        .collect()
}

/// The response to a request that needs a login, and whose login has ended: it leaves the session alone.
#[track_caller]
fn assert_all_refused(responses: Vec<(&str, Response)>) {
    for (page, response) in responses {
        assert_refused(page, &response);
    }
}

#[track_caller]
fn assert_refused(page: &str, response: &Response) {
    assert_eq!(response.status, 302, "{page}");
    let location = response.header("location").unwrap_or_default();
    assert!(location.starts_with("/login"), "{page}: {location}");
    assert_eq!(response.header("set-cookie"), None, "{page}");
}

#[test]
fn a_slow_body_of_a_login_that_holds_arrives() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    for (page, response) in all_pages(&site, &browser, &PAGES, || {}) {
        assert_eq!((response.status, &*response.body), (200, BODY), "{page}");
    }
    assert_eq!(site.acted(), PAGES.len());
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn a_slow_body_does_not_outlast_a_logout() {
    let site = Site::new();
    let owner = site.logged_in(1);
    let thief = owner.clone();
    let responses = all_pages(&site, &thief, &PAGES, || {
        assert_eq!(owner.clone().post("/logout", "").status, 200);
    });
    assert_all_refused(responses);
    assert_eq!(site.acted(), 0);
    assert_eq!(site.events.count(LoginEvent::UserUnauthorized), PAGES.len());
}

#[test]
fn a_slow_body_does_not_outlast_the_end_of_all_logins() {
    let site = Site::new();
    let browser = site.logged_in(1);
    let responses = all_pages(&site, &browser, &PAGES, || {
        block_on(site.manager.end_all_logins_of(&1)).unwrap();
    });
    assert_all_refused(responses);
    assert_eq!(site.acted(), 0);
}

#[test]
fn a_slow_body_does_not_outlast_the_password_or_the_user() {
    let site = Site::new();
    let (first, second) = (site.logged_in(1), site.logged_in(2));
    let responses = all_pages(&site, &first, &PAGES, || {
        site.rights.users.change(1, 1, "another password");
    });
    assert_all_refused(responses);
    // The user has another id now.
    let responses = all_pages(&site, &second, &PAGES, || {
        site.rights.users.change(2, 3, "first password");
    });
    assert_all_refused(responses);
    assert_eq!(site.acted(), 0);
}

#[test]
fn a_slow_body_does_not_outlast_the_token_of_its_header() {
    let site = Site::new();
    let add = |token: &str| {
        site.rights
            .tokens
            .lock()
            .unwrap()
            .insert(token.to_owned(), 1)
    };
    add("good");
    add("revoked");
    let begin = |page, token| {
        let header = format!("Authorization: Bearer {token}\r\n");
        SlowPost::begin_with(&site, page, &header, 1)
    };
    let good: Vec<_> = PAGES.map(|page| (page, begin(page, "good"))).into();
    let revoked: Vec<_> = PAGES.map(|page| (page, begin(page, "revoked"))).into();
    sleep(SLOW);
    site.rights.tokens.lock().unwrap().remove("revoked");
    for (page, post) in good {
        assert_eq!(post.finish().status, 200, "{page}");
    }
    for (page, post) in revoked {
        assert_refused(page, &post.finish());
    }
    assert_eq!(site.acted(), PAGES.len());
    // The token belongs to another user now.
    let good = PAGES.map(|page| (page, begin(page, "good")));
    sleep(SLOW);
    site.rights
        .tokens
        .lock()
        .unwrap()
        .insert("good".to_owned(), 2);
    for (page, post) in good {
        assert_refused(page, &post.finish());
    }
    assert_eq!(site.acted(), PAGES.len());
}

#[test]
fn a_slow_body_does_not_outlast_a_right() {
    let site = Site::new();
    let browser = site.logged_in(3);
    let pages = ["/checked", "/checked-outside", "/checked-scope"];
    let responses = all_pages(&site, &browser, &pages, || {
        site.rights.users.demote(3);
    });
    for (page, response) in responses {
        assert_eq!(response.status, 403, "{page}");
    }
    assert_eq!(site.acted(), 0);
}

#[test]
fn a_slow_body_that_is_read_by_the_response_does_not_outlast_a_logout() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let mut good = SlowPost::begin(&browser, &site, "/streamed");
    sleep(SLOW);
    good.send(1);
    let mut response = String::new();
    good.stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    assert_eq!(site.acted(), 1);

    let mut ended = SlowPost::begin(&browser, &site, "/streamed");
    sleep(SLOW);
    browser.post("/logout", "");
    ended.send(1);
    let mut response = Vec::new();
    let _ = ended.stream.read_to_end(&mut response);
    assert_eq!(site.acted(), 1);
}

#[test]
fn after_a_slow_body_the_user_is_as_the_loader_returns_it_then() {
    let site = Site::new();
    let browser = site.logged_in(1);
    let responses = all_pages(&site, &browser, &["/is-admin"], || {
        site.rights.users.demote(1)
    });
    assert_eq!(responses[0].1.body, "Some(true) Some(false)");
}

#[test]
fn a_slow_body_is_an_error_where_the_store_fails() {
    let site = Site::new();
    let browser = site.logged_in(1);
    let responses = all_pages(&site, &browser, &PAGES, || site.store.fail(&["*"]));
    for (page, response) in responses {
        assert_eq!((response.status, &*response.body), (500, ""), "{page}");
        assert_eq!(response.header("set-cookie"), None, "{page}");
    }
    site.store.fail(&[]);
    assert_eq!(site.acted(), 0);
    assert_eq!(who(&mut browser.clone()), "Some(1)");
}

#[test]
fn a_body_that_arrives_at_once_costs_no_second_look() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let before = site.store.count("find");
    assert_eq!(browser.post("/attribute", BODY).status, 200);
    assert_eq!(site.store.count("find"), before + 1);
}

#[test]
fn a_body_that_goes_on_for_long_is_checked_at_most_once_a_second() {
    let site = Site::new();
    let browser = site.logged_in(1);
    let before = site.store.count("find");
    let mut post = SlowPost::begin_with(
        &site,
        "/attribute",
        &cookie_header(&browser),
        BODY.len() - 1,
    );
    sleep(SLOW);
    for _ in 0..BODY.len() - 2 {
        post.send(1);
        sleep(Duration::from_millis(20));
    }
    assert_eq!(post.finish().status, 200);
    // One look by the guard, and one for the first late part.
    assert_eq!(site.store.count("find"), before + 2);
}

#[test]
fn a_slow_body_of_a_stranger_arrives_where_no_login_is_needed() {
    let site = Site::new();
    let stranger = site.app.browser();
    for (page, response) in all_pages(&site, &stranger, &["/public"], || {}) {
        assert_eq!(response.status, 200, "{page}");
    }
    let mut user = site.logged_in(1);
    let responses = all_pages(&site, &user.clone(), &["/public"], || {
        user.post("/logout", "");
    });
    // The page has asked for nobody.
    assert_eq!(responses[0].1.status, 200);
}

#[test]
fn a_handler_that_logs_in_reads_a_slow_body_as_the_new_user() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let responses = all_pages(&site, &browser, &["/log-in-first"], || {});
    let response = &responses[0].1;
    assert_eq!((response.status, &*response.body), (200, BODY));
    let session = response.set_cookie(SESSION).unwrap();
    browser.cookies.insert(session.name, session.value);
    assert_eq!(who(&mut browser), "Some(2)");
}

#[test]
fn a_handler_that_logs_in_during_the_check_stays_logged_in() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let post = SlowPost::begin(&browser, &site, "/log-in-beside");
    sleep(SLOW);
    let find = site.store.hold("find");
    let response = thread::scope(|scope| {
        let response = scope.spawn(|| post.finish());
        find.wait_until_reached();
        site.rights.beside.open();
        while site.acted() == 0 {
            sleep(Duration::from_millis(2));
        }
        find.open();
        response.join().unwrap()
    });
    assert_eq!((response.status, &*response.body), (200, BODY));
    let session = response.set_cookie(SESSION).unwrap();
    browser.cookies.insert(session.name, session.value);
    assert_eq!(who(&mut browser), "Some(2)");
}

#[test]
fn without_active_logins_a_slow_body_does_not_outlast_the_password() {
    let site = Site::built(|manager, _| manager);
    let (first, second) = (site.logged_in(1), site.logged_in(2));
    for (page, response) in all_pages(&site, &first, &PAGES, || {}) {
        assert_eq!(response.status, 200, "{page}");
    }
    let responses = all_pages(&site, &second, &PAGES, || {
        site.rights.users.change(2, 2, "another password");
    });
    assert_all_refused(responses);
    assert_eq!(site.acted(), PAGES.len());
}

#[test]
fn a_slow_body_over_http_2_does_not_outlast_a_logout() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    let header = cookie_header(&owner);
    let (_, cookies) = header.trim_end().split_once(": ").unwrap();
    let address = site.app.address();
    for logs_out in [false, true] {
        let status = block_on(async {
            let stream = net::TcpStream::connect(address).await.unwrap();
            let (client, connection) = handshake(stream).await.unwrap();
            rt::spawn(connection);
            let request = http::Request::post(format!("http://{address}/attribute"))
                .header("cookie", cookies)
                .header("user-agent", "TestBrowser/1.0")
                .body(())
                .unwrap();
            let mut client = client.ready().await.unwrap();
            let (response, mut body) = client.send_request(request, false).unwrap();
            body.send_data(Bytes::from_static(b"first"), false).unwrap();
            rt::time::sleep(SLOW).await;
            if logs_out {
                assert_eq!(owner.post("/logout", "").status, 200);
            }
            body.send_data(Bytes::from_static(b"last"), true).unwrap();
            response.await.unwrap().status().as_u16()
        });
        assert_eq!(status, if logs_out { 302 } else { 200 });
    }
    assert_eq!(site.acted(), 1);
}
