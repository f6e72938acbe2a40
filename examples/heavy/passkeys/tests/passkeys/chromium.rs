//! A headless Chromium, driven by chromedriver, with virtual keys.

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use example_support::TempFolder;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);
const ANSWER_LIMIT: Duration = Duration::from_secs(90);

/// It ends when this is dropped.
pub struct Chromium {
    driver: SocketAddr,
    chromedriver: Child,
    session: String,
    site: String,
    _profile: TempFolder,
}

impl Chromium {
    /// Prints a line and returns `None` if there is no browser.
    pub fn start(site: &str) -> Option<Self> {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut chromedriver = match started {
            Ok(chromedriver) => chromedriver,
            Err(error) => {
                let required = env::var_os("REQUIRE_BROWSER").is_some();
                assert!(!required, "chromedriver: {error}");
                println!("skipped, since there is no chromedriver: {error}");
                return None;
            }
        };
        let mut lines = BufReader::new(chromedriver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        thread::spawn(move || lines.for_each(drop));
        let profile = TempFolder::new();
        let mut chromium = Self {
            driver: SocketAddr::from(([127, 0, 0, 1], port.unwrap())),
            chromedriver,
            session: String::new(),
            site: site.to_owned(),
            _profile: profile,
        };
        let folder = format!("--user-data-dir={}", chromium._profile.path().display());
        let arguments = json!([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--no-proxy-server",
            folder,
        ]);
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments },
        } } });
        let started = chromium.ask("POST", "/session", &capabilities).unwrap();
        chromium.session = started["sessionId"].as_str().unwrap().to_owned();
        Some(chromium)
    }

    /// Plugs in a key that stores users and checks who touches it. Returns its id.
    pub fn plug_in_key(&self) -> String {
        let key = json!({
            "protocol": "ctap2",
            "transport": "usb",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
        });
        let id = self.tell("POST", "/webauthn/authenticator", &key);
        id.as_str().unwrap().to_owned()
    }

    pub fn unplug_key(&self, id: &str) {
        let path = format!("/webauthn/authenticator/{id}");
        self.tell("DELETE", &path, &Value::Null);
    }

    pub fn open(&self, path: &str) {
        let url = format!("{}{path}", self.site);
        self.tell("POST", "/url", &json!({ "url": url }));
    }

    /// Waits until the address is this path and query.
    #[track_caller]
    pub fn arrives_at(&self, path: &str) {
        let expected = format!("{}{path}", self.site);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let url = self.tell("GET", "/url", &Value::Null);
            if url == *expected {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{url} and not {expected}: {}",
                self.text()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the page shows this.
    #[track_caller]
    pub fn await_text(&self, expected: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.text().contains(expected) {
            assert!(Instant::now() < deadline, "{}", self.text());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The text of the page. A script is interrupted when a new page is loaded: then it is empty.
    fn text(&self) -> String {
        let script = json!({ "script": "return document.body?.innerText", "args": [] });
        let path = format!("/session/{}/execute/sync", self.session);
        let text = self.ask("POST", &path, &script).unwrap_or_default();
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script, and waits for the promise that it returns.
    #[track_caller]
    pub fn run(&self, script: &str) -> Value {
        let arguments = json!({ "script": script, "args": [] });
        self.tell("POST", "/execute/sync", &arguments)
    }

    #[track_caller]
    pub fn fill_in(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        let path = format!("{element}/value");
        self.tell("POST", &path, &json!({ "text": text }));
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

    /// A command that must succeed.
    #[track_caller]
    pub fn tell(&self, method: &str, command: &str, arguments: &Value) -> Value {
        let path = format!("/session/{}{command}", self.session);
        match self.ask(method, &path, arguments) {
            Ok(value) => value,
            Err(error) => panic!("{method} {command}: {error}"),
        }
    }

    fn ask(&self, method: &str, path: &str, arguments: &Value) -> Result<Value, String> {
        let response = exchange(self.driver, method, path, arguments);
        let mut response = response.map_err(|error| error.to_string())?;
        let value = response["value"].take();
        match value["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", value["message"])),
            None => Ok(value),
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // On a shutdown request chromedriver ends its Chromium.
        let _ = exchange(self.driver, "GET", "/shutdown", &Value::Null);
        let _ = self.chromedriver.wait();
    }
}

/// Sends one HTTP request with a JSON body and returns the JSON of the response.
fn exchange(address: SocketAddr, method: &str, path: &str, body: &Value) -> io::Result<Value> {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
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
