//! A browser that talks to a server over TCP.
//!
//! It is written by hand because it must be able to send what no HTTP client library sends: a
//! cookie that is not UTF-8, the same cookie twice, or a forged `Host`.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use super::{
    response::{Response, SetCookie},
    settings::REMEMBER,
};

/// A client with a cookie jar and a user agent.
#[derive(Clone)]
pub struct Browser {
    address: SocketAddr,
    pub cookies: BTreeMap<String, String>,
    pub user_agent: Option<String>,
}

impl Browser {
    /// A browser without any cookies, for a server at this address.
    pub fn at(address: SocketAddr) -> Self {
        Self {
            address,
            cookies: BTreeMap::new(),
            user_agent: Some("TestBrowser/1.0".to_owned()),
        }
    }

    pub fn get(&mut self, target: &str) -> Response {
        self.request("GET", target).send()
    }

    pub fn post(&mut self, target: &str, form: &str) -> Response {
        self.request("POST", target)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
    }

    /// A request that can be extended before it is sent.
    pub fn request<'a>(&'a mut self, method: &str, target: &str) -> Request<'a> {
        let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n").into_bytes();
        if let Some(user_agent) = &self.user_agent {
            head.extend(format!("User-Agent: {user_agent}\r\n").bytes());
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            head.extend(format!("Cookie: {}\r\n", pairs.join("; ")).bytes());
        }
        Request {
            browser: self,
            head,
            host: None,
            body: Vec::new(),
        }
    }

    /// Closes the browser and starts it again: only the remember cookie is left.
    pub fn restart(&mut self) {
        self.cookies.retain(|name, _| name.starts_with(REMEMBER));
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    fn keep(&mut self, cookie: &SetCookie) {
        if cookie.is_removal() {
            self.cookies.remove(&cookie.name);
        } else {
            self.cookies
                .insert(cookie.name.clone(), cookie.value.clone());
        }
    }
}

pub struct Request<'a> {
    browser: &'a mut Browser,
    head: Vec<u8>,
    host: Option<String>,
    body: Vec<u8>,
}

impl Request<'_> {
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        if name.eq_ignore_ascii_case("host") {
            self.host = Some(String::from_utf8(value.as_ref().to_vec()).unwrap());
            return self;
        }
        self.head.extend(name.bytes());
        self.head.extend(b": ");
        self.head.extend(value.as_ref());
        self.head.extend(b"\r\n");
        self
    }

    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// Sends the request, and keeps the cookies of the response.
    pub fn send(self) -> Response {
        self.try_send().expect("a response")
    }

    /// `None` if the connection was closed without a response.
    pub fn try_send(mut self) -> Option<Response> {
        let mut stream = TcpStream::connect(self.browser.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let host = self
            .host
            .take()
            .unwrap_or_else(|| self.browser.address.to_string());
        self.head.extend(format!("Host: {host}\r\n").bytes());
        if !self.body.is_empty() {
            self.head
                .extend(format!("Content-Length: {}\r\n", self.body.len()).bytes());
        }
        self.head.extend(b"\r\n");
        stream.write_all(&self.head).unwrap();
        // A server that refuses a large body may close before it has read all of it.
        let _ = stream.write_all(&self.body);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let response = Response::parse(&bytes)?;
        for cookie in response.set_cookies() {
            self.browser.keep(&cookie);
        }
        Some(response)
    }
}
