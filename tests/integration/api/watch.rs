//! Responses that outlive their request, and end with their login.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use actix_login::RememberCookie;

use crate::support::{
    Browser, TestApp,
    active_site::{self, TEN_SECONDS, current},
    block_on,
    site::Site,
};

const MINUTE: Duration = Duration::from_secs(60);
const NEVER: &str = "/events/silent";
const TICKS: &str = "/events/ticks";

/// A response whose body is still being received.
struct OpenStream(TcpStream);

impl OpenStream {
    /// Opens the page, and returns once the head of a 200 has arrived.
    fn open(app: &TestApp, browser: &Browser, page: &str) -> Self {
        Self::open_with(app, browser, page, "", "200")
    }

    /// Opens a WebSocket.
    fn open_socket(app: &TestApp, browser: &Browser) -> Self {
        let handshake = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        Self::open_with(app, browser, "/socket", handshake, "101")
    }

    fn open_with(
        app: &TestApp,
        browser: &Browser,
        page: &str,
        headers: &str,
        status: &str,
    ) -> Self {
        let mut stream = TcpStream::connect(app.address()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let cookies = browser.cookies.iter();
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let agent = browser.user_agent.as_deref().unwrap_or_default();
        let head = format!(
            "GET {page} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {agent}\r\nCookie: {}\r\n{headers}\r\n",
            cookies.join("; ")
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut received = Vec::new();
        let mut byte = [0];
        while !received.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            received.push(byte[0]);
        }
        let received = String::from_utf8(received).unwrap();
        let expected = format!("HTTP/1.1 {status}");
        assert!(received.starts_with(&expected), "{received}");
        Self(stream)
    }

    /// Waits for one more part of the body.
    fn receive(&mut self) -> String {
        let mut buffer = [0; 64];
        let length = self.0.read(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    /// Receives one short message of a WebSocket: its opcode and its content.
    fn receive_message(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).unwrap();
        let mut content = vec![0; usize::from(head[1])];
        self.0.read_exact(&mut content).unwrap();
        (head[0] & 0x0f, content)
    }

    /// Whether no item arrives for long, where one is due every ten milliseconds.
    fn falls_silent(&mut self) -> bool {
        let timeout = |milliseconds| Some(Duration::from_millis(milliseconds));
        self.0.set_read_timeout(timeout(500)).unwrap();
        let is_silent = (0..200).any(|_| self.0.read(&mut [0; 64]).is_err());
        self.0.set_read_timeout(timeout(20_000)).unwrap();
        is_silent
    }

    /// Waits until the body has ended, by its last chunk.
    fn wait_until_ended(mut self) {
        let (mut received, since) = (String::new(), Instant::now());
        while !received.ends_with("0\r\n\r\n") {
            let part = self.receive();
            assert!(
                !part.is_empty(),
                "the connection was cut after {received:?}"
            );
            assert!(since.elapsed() < Duration::from_secs(20), "it goes on");
            received.push_str(&part);
        }
    }
}

/// Waits until `count` has risen by `by`.
fn wait_for(by: usize, count: impl Fn() -> usize) {
    let (start, since) = (count(), Instant::now());
    while count() < start + by {
        assert!(since.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_stream_lasts_as_long_as_its_login_and_ends_with_it() {
    let site = active_site::Site::new();
    let browser = site.logged_in(1);
    let mut stream = OpenStream::open(&site.app, &browser, TICKS);
    wait_for(5, || site.store.count("find"));
    assert!(stream.receive().contains("tick"));
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    stream.wait_until_ended();
}

#[test]
fn by_default_a_silent_stream_ends_within_a_second_or_so_of_its_login() {
    let site = active_site::Site::new();
    let browser = site.logged_in(1);
    let stream = OpenStream::open(&site.app, &browser, "/events/default");
    wait_for(1, || site.store.count("find"));
    let start = Instant::now();
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    stream.wait_until_ended();
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_websocket_is_closed_within_a_second_or_so_of_its_login() {
    const TEXT: u8 = 1;
    const CLOSE: u8 = 8;
    let site = active_site::Site::new();
    let browser = site.logged_in(1);
    let mut socket = OpenStream::open_socket(&site.app, &browser);
    // A text of two bytes, masked with zeros.
    let text = [0x80 | TEXT, 0x80 | 2, 0, 0, 0, 0, b'h', b'i'];
    socket.0.write_all(&text).unwrap();
    assert_eq!(socket.receive_message(), (TEXT, b"hi".to_vec()));

    let start = Instant::now();
    block_on(site.manager.end_all_logins_of(&1)).unwrap();

    assert_eq!(socket.receive_message().0, CLOSE);
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_websocket_opens_for_no_stranger() {
    let site = active_site::Site::new();
    assert_eq!(site.app.browser().get("/socket").status, 401);
}

#[test]
fn a_stream_ends_when_another_tab_logs_out() {
    let site = active_site::Site::new();
    let mut browser = site.logged_in(1);
    let stream = OpenStream::open(&site.app, &browser, NEVER);
    browser.post("/logout", "");
    stream.wait_until_ended();
}

#[test]
fn a_stream_ends_at_each_deadline() {
    for visits in [false, true] {
        let site = Site::new(|manager| match visits {
            true => manager.visit_deadline(MINUTE),
            false => manager.login_deadline(MINUTE),
        });
        let browser = site.logged_in();
        let stream = OpenStream::open(site.app(), &browser, NEVER);
        site.wait(MINUTE);
        stream.wait_until_ended();
    }
}

#[test]
fn a_stream_ends_when_its_user_is_deactivated_removed_or_rehashed() {
    let changes: [fn(&Site); 3] = [
        |site| site.world.users.deactivate("1"),
        |site| site.world.users.remove("1"),
        |site| drop(site.world.users.set_hash("1", "new")),
    ];
    for change in changes {
        let site = Site::new(|manager| manager);
        let browser = site.logged_in();
        let stream = OpenStream::open(site.app(), &browser, NEVER);
        change(&site);
        stream.wait_until_ended();
    }
}

#[test]
fn a_stream_ends_when_the_store_fails() {
    let site = active_site::Site::new();
    let browser = site.logged_in(1);
    let mut stream = OpenStream::open(&site.app, &browser, TICKS);
    assert!(stream.receive().contains("tick"));
    site.store.fail(&["*"]);
    stream.wait_until_ended();
}

#[test]
fn no_item_passes_while_a_check_waits_for_the_store() {
    let site = active_site::Site::new();
    let browser = site.logged_in(1);
    let mut stream = OpenStream::open(&site.app, &browser, TICKS);
    assert!(stream.receive().contains("tick"));
    let gate = site.store.hold("find");
    gate.wait_until_reached();
    assert!(stream.falls_silent());
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    gate.open();
    stream.wait_until_ended();
}

#[test]
fn a_stream_of_superseded_cookies_ends_after_ten_seconds() {
    let site = active_site::Site::new();
    let mut browser = site.logged_in(1);
    let stream = OpenStream::open(&site.app, &browser, NEVER);
    browser.post("/end-others", "");
    let checks = || site.store.count("find");
    wait_for(3, checks);
    site.clock.advance(TEN_SECONDS);
    stream.wait_until_ended();
    let mut again = OpenStream::open(&site.app, &browser, TICKS);
    assert!(again.receive().contains("tick"));
}

#[test]
fn a_visit_elsewhere_keeps_the_stream_of_an_active_login_open() {
    let site = active_site::Site::built(
        |active| active.touch_interval(Duration::ZERO),
        |manager| manager.visit_deadline(2 * MINUTE),
    );
    let mut browser = site.logged_in(1);
    let mut stream = OpenStream::open(&site.app, &browser, TICKS);
    for _ in 0..3 {
        site.clock.advance(MINUTE);
        assert!(current(&mut browser).is_current);
        wait_for(3, || site.store.count("find"));
    }
    assert!(stream.receive().contains("tick"));
    site.clock.advance(2 * MINUTE);
    stream.wait_until_ended();
}

#[test]
fn a_spawned_task_learns_that_the_login_has_ended() {
    let site = active_site::Site::new();
    let browser = site.logged_in(1);
    let stream = OpenStream::open(&site.app, &browser, "/events/task");
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    stream.wait_until_ended();
}

#[test]
fn a_restored_login_can_be_watched() {
    let site = active_site::Site::built(
        |active| active,
        |manager| manager.remember_cookie(RememberCookie::new().secure(false)),
    );
    let mut browser = site.remembered(1);
    browser.restart();
    let mut stream = OpenStream::open(&site.app, &browser, TICKS);
    wait_for(3, || site.store.count("find"));
    assert!(stream.receive().contains("tick"));
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    stream.wait_until_ended();
}

#[test]
fn anonymous_inactive_and_request_users_cannot_be_watched() {
    let site = Site::new(|manager| manager);
    let mut browser = site.browser();
    assert_eq!(browser.get(NEVER).status, 401);
    let mut browser = site.logged_in();
    site.world.users.deactivate("1");
    assert_eq!(browser.get(NEVER).status, 401);
    let users = site.world.users.clone();
    let by_request = Site::new(move |manager| {
        manager.request_loader(async move |_: &actix_web::HttpRequest| users.find("2"))
    });
    assert_eq!(by_request.browser().get("/who").body, "2 stale");
    assert_eq!(by_request.browser().get(NEVER).status, 401);
}
