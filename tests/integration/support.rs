//! What the tests run on: an app on a real server, and browsers that talk to it over TCP.
//!
//! The browser is written by hand because it must be able to send what no HTTP client library
//! sends: a cookie that is not UTF-8, the same cookie twice, a forged `Host`.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_session::{SessionMiddleware, storage::CookieSessionStore};
use actix_web::{cookie::Key, dev::ServerHandle};

/// The secret of all managers that need no other.
pub const SECRET: [u8; 64] = [7; 64];

/// The name of actix-session's cookie.
pub const SESSION: &str = "id";
/// The name of the remember cookie.
pub const REMEMBER: &str = "remember_token";

/// actix-session's middleware with the cookie store, as most apps have it.
pub fn cookie_session() -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), Key::from(&SECRET))
        .cookie_secure(false)
        .build()
}

/// An app on a server of its own. It stops when this is dropped.
pub struct TestApp {
    address: SocketAddr,
    handle: ServerHandle,
}

/// Starts `App::new()` with these services and middlewares on a free port, one worker:
/// `serve!(configure, wrap1, wrap2, …)`; the last wrap is the outermost. Each is evaluated in the
/// worker, so it may hold clones of what is outside.
#[macro_export]
macro_rules! serve {
    ($configure:expr $(, $wrap:expr)* $(,)?) => {
        $crate::support::TestApp::start(move |listener| {
            actix_web::HttpServer::new(move || {
                actix_web::App::new().configure($configure)$(.wrap($wrap))*
            })
            .workers(1)
            .disable_signals()
            .shutdown_timeout(1)
            .listen(listener)
            .map(|server| server.run())
        })
    };
}

impl TestApp {
    /// Runs the server that `serve` makes of a listener, in a thread of its own.
    pub fn start(
        serve: impl FnOnce(TcpListener) -> std::io::Result<actix_web::dev::Server> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = serve(listener).unwrap();
                send.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self {
            address,
            handle: receive.recv().unwrap(),
        }
    }

    /// A browser without any cookies.
    pub fn browser(&self) -> Browser {
        Browser::at(self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Not awaited: a test that has its answers need not wait for the workers.
        drop(self.handle.stop(false));
    }
}

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

    pub fn get(&mut self, target: &str) -> Answer {
        self.request("GET", target).send()
    }

    pub fn post(&mut self, target: &str, form: &str) -> Answer {
        self.request("POST", target)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
    }

    /// A request to be added to.
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

    /// Sends it, and keeps the cookies of the answer.
    pub fn send(self) -> Answer {
        self.try_send().expect("an answer")
    }

    /// `None` where the connection was closed without an answer.
    pub fn try_send(mut self) -> Option<Answer> {
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
        let answer = Answer::parse(&bytes)?;
        for cookie in answer.set_cookies() {
            self.browser.keep(&cookie);
        }
        Some(answer)
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let is_chunked = headers
            .iter()
            .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if is_chunked {
            unchunk(body)
        } else {
            body.to_owned()
        };
        Some(Self {
            status,
            headers,
            body,
        })
    }

    /// The first header of this name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(header, _)| header == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn location(&self) -> Option<&str> {
        self.header("location")
    }

    pub fn set_cookies(&self) -> Vec<SetCookie> {
        self.headers("set-cookie").map(SetCookie::parse).collect()
    }

    /// What the answer does to this cookie.
    pub fn set_cookie(&self, name: &str) -> Option<SetCookie> {
        self.set_cookies()
            .into_iter()
            .find(|cookie| cookie.name == name)
    }

    /// Whether `Vary` names this header.
    pub fn varies_by(&self, name: &str) -> bool {
        self.headers("vary")
            .flat_map(|value| value.split(','))
            .any(|value| value.trim().eq_ignore_ascii_case(name))
    }
}

fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        whole.push_str(&rest[..size]);
        body = &rest[size + 2..];
    }
    whole
}

/// A `Set-Cookie` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCookie {
    pub name: String,
    pub value: String,
    /// By name in lower case; flags have an empty value.
    pub attributes: BTreeMap<String, String>,
}

impl SetCookie {
    fn parse(header: &str) -> Self {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let attributes = parts
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            attributes,
        }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// In seconds.
    pub fn max_age(&self) -> Option<u64> {
        self.attribute("max-age")?.parse().ok()
    }

    pub fn is_removal(&self) -> bool {
        self.max_age() == Some(0)
    }
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// Shows the time it is.
    pub fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Self(Arc::new(AtomicU64::new(now.as_secs())))
    }

    pub fn advance(&self, duration: Duration) {
        self.0.fetch_add(duration.as_secs(), Ordering::SeqCst);
    }

    /// For the manager's builder: `.clock(clock.reader())`.
    pub fn reader(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let clock = Arc::clone(&self.0);
        move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst))
    }
}
