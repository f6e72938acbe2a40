//! A browser: it keeps cookies, and says where a form was sent from.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::Site;

const PATIENCE: Duration = Duration::from_secs(30);

/// A clone has copies of the cookies: a thief's browser.
#[derive(Clone)]
pub struct Browser {
    address: SocketAddr,
    /// What it sends as `Host`.
    pub host: String,
    pub user_agent: String,
    /// The headers that it sends with each request.
    pub headers: Vec<(String, String)>,
    cookies: BTreeMap<String, Cookie>,
}

#[derive(Clone)]
struct Cookie {
    value: String,
    outlives_browser: bool,
}

impl Browser {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            host: address.to_string(),
            user_agent: "ExampleBrowser/1.0".to_owned(),
            headers: Vec::new(),
            cookies: BTreeMap::new(),
        }
    }

    pub fn get(&mut self, path: &str) -> Response {
        self.request("GET", path).send()
    }

    /// Sends a form of a page of this site.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let origin = format!("http://{}", self.address);
        self.request("POST", path)
            .header("Origin", &origin)
            .header("Sec-Fetch-Site", "same-origin")
            .form(fields)
            .send()
    }

    /// Sends a form of a page of another site.
    pub fn post_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Response {
        self.request("POST", path)
            .header("Origin", origin)
            .header("Sec-Fetch-Site", "cross-site")
            .form(fields)
            .send()
    }

    /// Opens the page that a response redirects to.
    pub fn follow(&mut self, response: &Response) -> Response {
        let location = response.location().expect("a redirect").to_owned();
        self.get(&location)
    }

    /// A request that can be extended before it is sent.
    pub fn request(&mut self, method: &str, path: &str) -> Request<'_> {
        // A link in a mail has the whole URL.
        let origin = format!("http://{}", self.address);
        let path = path.strip_prefix(&origin).unwrap_or(path);
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nConnection: close\r\n",
            self.host, self.user_agent
        );
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.cookies.is_empty() {
            let cookies = self.cookies.iter();
            let pairs: Vec<String> = cookies
                .map(|(name, cookie)| format!("{name}={}", cookie.value))
                .collect();
            head.push_str(&format!("Cookie: {}\r\n", pairs.join("; ")));
        }
        Request {
            browser: self,
            head,
            body: String::new(),
        }
    }

    /// Closes the browser, and opens it again.
    pub fn restart(&mut self) {
        self.cookies.retain(|_, cookie| cookie.outlives_browser);
    }

    /// This browser, for a site that was started again and listens at another port.
    pub fn at(&self, site: &Site) -> Self {
        let Self { address, host, .. } = site.browser();
        Self {
            address,
            host,
            ..self.clone()
        }
    }

    fn keep_cookie(&mut self, header: &str) {
        let mut parts = header.split("; ");
        let (name, value) = parts
            .next()
            .and_then(|pair| pair.split_once('='))
            .expect("a cookie");
        let attribute = |wanted: &str| {
            header.split("; ").find_map(|part| {
                let (name, value) = part.split_once('=')?;
                name.eq_ignore_ascii_case(wanted).then_some(value)
            })
        };
        let max_age = attribute("Max-Age");
        if max_age == Some("0") {
            self.cookies.remove(name);
            return;
        }
        let cookie = Cookie {
            value: value.to_owned(),
            outlives_browser: max_age.is_some() || attribute("Expires").is_some(),
        };
        self.cookies.insert(name.to_owned(), cookie);
    }
}

pub struct Request<'a> {
    browser: &'a mut Browser,
    head: String,
    body: String,
}

impl Request<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        self.body("application/x-www-form-urlencoded", pairs.join("&"))
    }

    pub fn body(mut self, content_type: &str, body: impl Into<String>) -> Self {
        self.body = body.into();
        self.header("Content-Type", content_type)
    }

    /// Sends the request without a body, and leaves the connection to the caller: for a WebSocket.
    pub fn open(self) -> TcpStream {
        let mut stream = TcpStream::connect(self.browser.address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let head = self.head.replace("Connection: close\r\n", "") + "\r\n";
        stream.write_all(head.as_bytes()).expect("sent");
        stream
    }

    /// Sends the request, and keeps the cookies of the response.
    pub fn send(mut self) -> Response {
        let mut stream = TcpStream::connect(self.browser.address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let length = self.body.len();
        self.head
            .push_str(&format!("Content-Length: {length}\r\n\r\n"));
        stream.write_all(self.head.as_bytes()).expect("sent");
        // A server that refuses the body may have closed the connection.
        let _ = stream.write_all(self.body.as_bytes());
        let response = Response::read(stream);
        for (name, value) in &response.headers {
            if name == "set-cookie" {
                self.browser.keep_cookie(value);
            }
        }
        response
    }
}

/// A response, whose body has a `Content-Length`.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// The names are in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    fn read(stream: TcpStream) -> Self {
        let mut stream = BufReader::new(stream);
        let mut line = || {
            let mut line = String::new();
            stream.read_line(&mut line).expect("a response");
            line.trim_end().to_owned()
        };
        let status = line();
        let status = status.split(' ').nth(1).expect("a status");
        let mut headers = Vec::new();
        while let Some((name, value)) = line().split_once(": ") {
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut response = Self {
            status: status.parse().expect("a status"),
            headers,
            body: String::new(),
        };
        // Not up to the end of the connection: a server that has not read the request's body keeps it
        // open for a second.
        let length = match response.status {
            204 => "0",
            _ => response.header("Content-Length").expect("a length"),
        };
        let length: u64 = length.parse().expect("a length");
        let mut body = stream.take(length);
        body.read_to_string(&mut response.body).expect("a body");
        response
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(own, value)| own.eq_ignore_ascii_case(name).then_some(&**value))
    }

    pub fn location(&self) -> Option<&str> {
        self.header("Location")
    }

    /// The values of the fields of this name in the page's forms, as they stand in the HTML.
    pub fn fields(&self, name: &str) -> Vec<&str> {
        let start = format!("name=\"{name}\" value=\"");
        let inputs = self.body.split(&start).skip(1);
        inputs.filter_map(|rest| rest.split('"').next()).collect()
    }
}

/// Encodes a value for a form or a query.
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                encoded.push(byte.into());
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
