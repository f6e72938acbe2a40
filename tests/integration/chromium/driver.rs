//! A Chromium that chromedriver drives, and a quickstart for it to visit.

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{self, Command, Stdio},
    sync::{
        Once,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::PASSWORD;
use crate::support::quickstart::{Process, Site};

/// How long a page may take to be what a test expects.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long chromedriver may take to respond, the start of Chromium included.
const ANSWER_LIMIT: Duration = Duration::from_secs(90);

#[derive(PartialEq, Eq, Clone, Copy)]
pub enum Remember {
    Yes,
    No,
}

/// A running quickstart, and a browser profile that outlives the browsers.
pub struct Desk {
    chromedriver: PathBuf,
    chromium: PathBuf,
    site: Site,
    profile: Profile,
}

impl Desk {
    /// `None` if there is no browser.
    pub fn new() -> Option<Self> {
        let chromedriver = program(&["chromedriver"]);
        let chromium = program(&[
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ]);
        let (Some(chromedriver), Some(chromium)) = (chromedriver, chromium) else {
            let required = env::var_os("REQUIRE_BROWSER").is_some_and(|value| value == "1");
            assert!(!required, "no chromedriver or no Chromium in PATH");
            static ONCE: Once = Once::new();
            // `eprintln!` would be captured while the test passes.
            ONCE.call_once(|| {
                let _ = writeln!(
                    io::stderr(),
                    "skipped: no chromedriver or no Chromium in PATH"
                );
            });
            return None;
        };
        Some(Self {
            chromedriver,
            chromium,
            site: Site::start(),
            profile: Profile::new(),
        })
    }

    pub fn start_browser(&self) -> Browser<'_> {
        Browser::start(self)
    }

    /// The origin of the quickstart.
    pub fn origin(&self) -> &str {
        &self.site.url
    }
}

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| {
        let mut files = folders.iter().map(|folder| folder.join(name));
        files.find(|file| file.is_file())
    })
}

/// A Chromium with a chromedriver of its own. Both end when this is dropped.
pub struct Browser<'a> {
    desk: &'a Desk,
    driver: SocketAddr,
    session: String,
    chromedriver: Process,
}

impl<'a> Browser<'a> {
    fn start(desk: &'a Desk) -> Self {
        let mut chromedriver = Process::start(
            Command::new(&desk.chromedriver)
                .arg("--port=0")
                .stderr(Stdio::null()),
        );
        let port = chromedriver.await_line(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let mut browser = Self {
            desk,
            driver: SocketAddr::from(([127, 0, 0, 1], port)),
            session: String::new(),
            chromedriver,
        };
        let profile = format!("--user-data-dir={}", desk.profile.0.display());
        let options = json!({
            "binary": desk.chromium,
            "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--no-proxy-server",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                profile,
            ],
        });
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": options,
            "timeouts": { "pageLoad": 30_000, "script": 10_000 },
        } } });
        let response = browser.ask("POST", "/session", &capabilities);
        let started = response.expect("a started Chromium");
        browser.session = started["sessionId"].as_str().unwrap().to_owned();
        browser
    }

    /// Closes the browser as a user does. Chromium has written its data to the profile afterwards.
    #[track_caller]
    pub fn quit(self) {
        self.tell("DELETE", "", &Value::Null);
        wait_for("the end of Chromium", || {
            match self.desk.profile.process() {
                None => Ok(()),
                Some(id) => Err(id),
            }
        });
    }

    #[track_caller]
    pub fn open(&self, path: &str) {
        self.open_url(&format!("{}{path}", self.desk.site.url));
    }

    /// Opens a page of any site.
    #[track_caller]
    pub fn open_url(&self, url: &str) {
        self.tell("POST", "/url", &json!({ "url": url }));
    }

    /// Waits until the address is this path and query of the quickstart.
    #[track_caller]
    pub fn arrives_at(&self, path: &str) {
        let expected = format!("{}{path}", self.desk.site.url);
        wait_for(&expected, || {
            let url = self.tell("GET", "/url", &Value::Null);
            if url == *expected { Ok(()) } else { Err(url) }
        });
    }

    /// Waits until the first element of this kind contains the text.
    #[track_caller]
    pub fn shows(&self, selector: &str, text: &str) {
        let script = "return document.querySelector(arguments[0])?.textContent ?? ''";
        let arguments = json!({ "script": script, "args": [selector] });
        wait_for(text, || {
            // A script is interrupted when a new page is loaded.
            let found = self.command("POST", "/execute/sync", &arguments);
            match found.as_ref().ok().and_then(Value::as_str) {
                Some(found) if found.contains(text) => Ok(()),
                _ => Err(found),
            }
        });
    }

    #[track_caller]
    pub fn run(&self, script: &str, args: Value) -> Value {
        let arguments = json!({ "script": script, "args": args });
        self.tell("POST", "/execute/sync", &arguments)
    }

    #[track_caller]
    pub fn fill_in(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.tell(
            "POST",
            &format!("{element}/value"),
            &json!({ "text": text }),
        );
    }

    #[track_caller]
    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.tell("POST", &format!("{element}/click"), &json!({}));
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        let query = json!({ "using": "css selector", "value": selector });
        let element = self.tell("POST", "/element", &query);
        // The protocol's name for the reference to an element.
        let id = element["element-6066-11e4-a52e-4f735466cecf"].as_str();
        format!("/element/{}", id.unwrap())
    }

    /// This cookie as the browser would send it to the current page.
    #[track_caller]
    pub fn cookie(&self, name: &str) -> Option<Value> {
        let cookies = self.tell("GET", "/cookie", &Value::Null);
        let mut cookies = cookies.as_array().unwrap().iter();
        cookies.find(|cookie| cookie["name"] == name).cloned()
    }

    #[track_caller]
    pub fn log_in(&self, remember: Remember) {
        self.open("/login");
        self.send_credentials("secret", remember);
        self.arrives_at("/protected");
    }

    /// Fills in and sends the login form of the current page.
    #[track_caller]
    pub fn send_credentials(&self, password: &str, remember: Remember) {
        self.fill_in("[name=email]", "leafstorm");
        self.fill_in(PASSWORD, password);
        if remember == Remember::Yes {
            self.click("[name=remember]");
        }
        self.click("button");
    }

    /// A command of this browser that must succeed.
    #[track_caller]
    fn tell(&self, method: &str, command: &str, arguments: &Value) -> Value {
        match self.command(method, command, arguments) {
            Ok(value) => value,
            Err(error) => panic!("{method} {command} {arguments}: {error}"),
        }
    }

    fn command(&self, method: &str, command: &str, arguments: &Value) -> Result<Value, String> {
        let path = format!("/session/{}{command}", self.session);
        self.ask(method, &path, arguments)
    }

    /// One request to chromedriver: the value of its response, or its error.
    fn ask(&self, method: &str, path: &str, arguments: &Value) -> Result<Value, String> {
        let response = exchange(self.driver, method, path, arguments, ANSWER_LIMIT);
        let mut response = response.map_err(|error| error.to_string())?;
        let value = response["value"].take();
        match value["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", value["message"])),
            None => Ok(value),
        }
    }
}

impl Drop for Browser<'_> {
    fn drop(&mut self) {
        // On a shutdown request chromedriver ends its Chromium, if one runs, and removes its files.
        let limit = Duration::from_secs(10);
        if exchange(self.driver, "GET", "/shutdown", &Value::Null, limit).is_ok() {
            self.chromedriver.wait(limit);
        }
        if let Some(id) = self.desk.profile.process() {
            let kill = format!("kill -KILL {id}");
            let _ = Command::new("sh").args(["-c", &kill]).status();
        }
    }
}

/// Sends one HTTP request with a JSON body and returns the JSON of the response.
fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: &Value,
    limit: Duration,
) -> io::Result<Value> {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    // In one piece: each small write would wait until the previous one is acknowledged.
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len(),
    );
    stream.write_all(request.as_bytes())?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        if line.is_empty() {
            break;
        }
    }
    // Reads only the body, because chromedriver keeps the connection open.
    Ok(serde_json::from_reader(reader.take(length))?)
}

/// A folder that Chromium keeps its cookies in. It is removed when this is dropped.
struct Profile(PathBuf);

impl Profile {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("actix-login-chromium-{}-{count}", process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// The id of the process that uses the profile. Chromium puts it into a link `SingletonLock ->
    /// host-id`, and removes the link as its last action.
    fn process(&self) -> Option<String> {
        let lock: OsString = fs::read_link(self.0.join("SingletonLock")).ok()?.into();
        let (_, id) = lock.to_str()?.rsplit_once('-')?;
        Some(id.to_owned())
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // A process of Chromium that ends a bit later may still write to the folder.
        for _ in 0..50 {
            match fs::remove_dir_all(&self.0) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    thread::sleep(Duration::from_millis(100));
                }
                _ => break,
            }
        }
    }
}

/// Repeats the check until it succeeds, for a limited time.
#[track_caller]
fn wait_for<E: std::fmt::Debug>(what: &str, mut is_so: impl FnMut() -> Result<(), E>) {
    let started = Instant::now();
    while let Err(instead) = is_so() {
        assert!(
            started.elapsed() < PATIENCE,
            "waited for {what}, found {instead:?}"
        );
        thread::sleep(Duration::from_millis(50));
    }
}
