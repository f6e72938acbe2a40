//! A browser: it keeps cookies, and says where a form was sent from.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A clone has copies of the cookies: a thief's browser.
#[derive(Clone)]
pub struct Browser {
    address: SocketAddr,
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
            self.address, self.user_agent
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
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let response = Response::parse(&String::from_utf8_lossy(&bytes));
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
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a response");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.and_then(|code| code.parse().ok()).expect("a status"),
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body: body.to_owned(),
        }
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
