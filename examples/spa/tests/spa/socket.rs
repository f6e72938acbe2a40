//! The WebSocket, and that it ends with the login.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use example_support::{Browser, Request};
use serde_json::json;

use crate::app::App;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const POLICY_VIOLATION: [u8; 2] = 1008_u16.to_be_bytes();

#[test]
fn it_greets_and_echoes() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    let mut socket = Socket::open(&mut browser, &app.page_url);
    assert_eq!(socket.receive(), (TEXT, b"hello anna".to_vec()));
    socket.send("x < y");
    assert_eq!(socket.receive(), (TEXT, b"x < y".to_vec()));
}

#[test]
fn a_logout_in_another_tab_ends_it() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    let mut socket = Socket::open(&mut browser, &app.page_url);
    // The same cookies: another tab.
    let mut tab = browser.clone();
    assert_eq!(app.post(&mut tab, "/api/logout", &json!({})).status, 204);
    socket.assert_ends_soon();
}

#[test]
fn ending_all_logins_ends_it_in_every_browser() {
    let app = App::start();
    let mut first = app.signed_up("anna");
    let mut second = app.log_in("anna");
    let mut other_user = app.signed_up("bert");
    let mut sockets = [&mut first, &mut second].map(|browser| Socket::open(browser, &app.page_url));
    let mut other_socket = Socket::open(&mut other_user, &app.page_url);
    app.post(&mut first, "/api/end-all-logins", &json!({}));
    for socket in &mut sockets {
        socket.assert_ends_soon();
    }
    assert_eq!(other_socket.receive(), (TEXT, b"hello bert".to_vec()));
    other_socket.send("still here");
    assert_eq!(other_socket.receive(), (TEXT, b"still here".to_vec()));
}

#[test]
fn a_foreign_origin_opens_none() {
    let app = App::start();
    let mut browser = app.signed_up("anna");
    let same_host = "http://127.0.0.1:1";
    let prefix = format!("{}.evil.example", app.page_url);
    for origin in ["https://evil.example", "null", same_host, &prefix] {
        let refused = handshake(&mut browser, origin).send();
        assert_eq!((refused.status, &*refused.body), (403, ""), "{origin}");
    }
    Socket::open(&mut browser, &app.page_url);
    Socket::open(&mut browser, &app.site.url);
}

#[test]
fn a_stranger_opens_none() {
    let app = App::start();
    let mut stranger = app.browser();
    assert_eq!(handshake(&mut stranger, &app.page_url).send().status, 401);
}

fn handshake<'a>(browser: &'a mut Browser, origin: &str) -> Request<'a> {
    browser
        .request("GET", "/api/socket")
        .header("Origin", origin)
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
}

/// An open WebSocket, with frames of up to 125 bytes (RFC 6455, 5.2).
struct Socket(BufReader<TcpStream>);

impl Socket {
    fn open(browser: &mut Browser, origin: &str) -> Self {
        let mut stream = BufReader::new(handshake(browser, origin).open());
        let mut lines = stream.by_ref().lines().map(|line| line.expect("a line"));
        let status = lines.next().expect("a status");
        assert!(status.starts_with("HTTP/1.1 101"), "{status}");
        lines.find(String::is_empty).expect("the end of the head");
        Self(stream)
    }

    fn send(&mut self, text: &str) {
        // A client masks what it sends. The mask is zero.
        let length = u8::try_from(text.len()).expect("a short text");
        let mut frame = vec![0x80 | TEXT, 0x80 | length, 0, 0, 0, 0];
        frame.extend(text.bytes());
        self.0.get_mut().write_all(&frame).expect("sent");
    }

    /// The kind and the data of the next frame.
    fn receive(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).expect("a frame");
        let mut data = vec![0; head[1].into()];
        self.0.read_exact(&mut data).expect("data");
        (head[0] & 0x0f, data)
    }

    fn assert_ends_soon(&mut self) {
        let start = Instant::now();
        assert_eq!(self.receive().0, TEXT);
        let (kind, data) = self.receive();
        assert_eq!((kind, &data[..2]), (CLOSE, &POLICY_VIOLATION[..]));
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
