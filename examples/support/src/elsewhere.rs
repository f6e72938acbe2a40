//! A page of another origin, such as an attacker's.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
};

/// Serves a page with this body at a port of its own until the test program ends, and returns its URL.
/// For browsers, another port is another origin of the same site: they send the same cookies.
pub fn serve_elsewhere(body: &str) -> String {
    let page = format!("<!doctype html><title>Elsewhere</title>{body}");
    let response = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let response = response.clone();
            // Chromium opens connections ahead of time, without a request.
            thread::spawn(move || {
                let request = BufReader::new(&stream).lines().map_while(Result::ok);
                for _ in request.take_while(|line| !line.is_empty()) {}
                let _ = stream.write_all(response.as_bytes());
            });
        }
    });
    format!("http://{address}/")
}
