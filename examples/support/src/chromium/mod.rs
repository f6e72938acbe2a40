//! A real browser: a headless Chromium, driven by chromedriver over the WebDriver protocol.

mod pictures;
mod profile;
mod webdriver;

use std::{
    fmt::Debug,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

pub use self::profile::ChromiumProfile;
use self::webdriver::ask;
use crate::program::Program;

/// How long a page may take to be what a test expects.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long chromedriver may take to respond, the start of Chromium included.
const ANSWER_LIMIT: Duration = Duration::from_secs(90);

/// A Chromium with a chromedriver of its own. Both end when this is dropped.
///
/// An element is named by a CSS selector, which stands for the first one that fits.
pub struct Chromium<'a> {
    profile: &'a ChromiumProfile,
    site: String,
    driver: SocketAddr,
    session: String,
    chromedriver: Program,
}

impl<'a> Chromium<'a> {
    fn start(profile: &'a ChromiumProfile, site: &str) -> Self {
        let (chromedriver, port) = start_chromedriver(&profile.chromedriver);
        let mut browser = Self {
            profile,
            site: site.to_owned(),
            driver: SocketAddr::from(([127, 0, 0, 1], port)),
            session: String::new(),
            chromedriver,
        };
        let folder = format!("--user-data-dir={}", profile.folder().display());
        let options = json!({
            "binary": profile.chromium,
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
                // `localhost` is the one name that a passkey can be made for without HTTPS.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
                folder,
            ],
        });
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": options,
            "timeouts": { "pageLoad": 30_000, "script": 10_000 },
        } } });
        let response = ask(
            browser.driver,
            "POST",
            "/session",
            &capabilities,
            ANSWER_LIMIT,
        );
        let started = response.expect("a started Chromium");
        let session = started["sessionId"].as_str().expect("a session");
        browser.session = session.to_owned();
        browser
    }

    /// Closes the browser as a user does. Chromium has written its data to the profile afterwards.
    #[track_caller]
    pub fn quit(self) {
        self.tell("DELETE", "", &Value::Null);
        wait_for("the end of Chromium", || match self.profile.process() {
            None => Ok(()),
            Some(id) => Err(id),
        });
    }

    /// Opens a page of the site.
    #[track_caller]
    pub fn open(&self, path: &str) {
        self.open_url(&format!("{}{path}", self.site));
    }

    /// Opens a page of any site.
    #[track_caller]
    pub fn open_url(&self, url: &str) {
        self.tell("POST", "/url", &json!({ "url": url }));
    }

    /// Waits until the address is this path and query of the site.
    #[track_caller]
    pub fn arrives_at(&self, path: &str) {
        let expected = format!("{}{path}", self.site);
        wait_for(&expected, || {
            let url = self.tell("GET", "/url", &Value::Null);
            if url == *expected { Ok(()) } else { Err(url) }
        });
    }

    /// Waits until the element contains the text.
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

    /// Runs a script on the page. It finds the `args` in `arguments`, and what it returns is returned.
    #[track_caller]
    pub fn run(&self, script: &str, args: Value) -> Value {
        let arguments = json!({ "script": script, "args": args });
        self.tell("POST", "/execute/sync", &arguments)
    }

    /// Keeps the forms of the page from being sent, and counts them.
    #[track_caller]
    pub fn hold_forms(&self) {
        let script = "window.forms_sent = 0;
            addEventListener('submit', (event) => {
                event.preventDefault();
                window.forms_sent += 1;
            })";
        self.run(script, json!([]));
    }

    /// How many forms the page would have sent since [`hold_forms`](Self::hold_forms).
    #[track_caller]
    pub fn forms_sent(&self) -> Value {
        self.run("return window.forms_sent", json!([]))
    }

    /// Types the text into the field.
    #[track_caller]
    pub fn fill_in(&self, selector: &str, text: &str) {
        let path = format!("{}/value", self.element(selector));
        self.tell("POST", &path, &json!({ "text": text }));
    }

    /// Clicks on the element. This returns before a new page is there: `arrives_at` and `shows` wait for it.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        let path = format!("{}/click", self.element(selector));
        self.tell("POST", &path, &json!({}));
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        let query = json!({ "using": "css selector", "value": selector });
        let element = self.tell("POST", "/element", &query);
        // The protocol's name for the reference to an element.
        let id = element["element-6066-11e4-a52e-4f735466cecf"].as_str();
        format!("/element/{}", id.expect("an element"))
    }

    /// This cookie as the browser would send it to the current page.
    #[track_caller]
    pub fn cookie(&self, name: &str) -> Option<Value> {
        let cookies = self.tell("GET", "/cookie", &Value::Null);
        let mut cookies = cookies.as_array().expect("cookies").iter();
        cookies.find(|cookie| cookie["name"] == name).cloned()
    }

    /// A command of the [WebDriver protocol](https://www.w3.org/TR/webdriver2/) or of an extension to it,
    /// such as `POST /webauthn/authenticator`. It must succeed.
    #[track_caller]
    pub fn tell(&self, method: &str, command: &str, arguments: &Value) -> Value {
        match self.command(method, command, arguments) {
            Ok(value) => value,
            Err(error) => panic!("{method} {command} {arguments}: {error}"),
        }
    }

    fn command(&self, method: &str, command: &str, arguments: &Value) -> Result<Value, String> {
        let path = format!("/session/{}{command}", self.session);
        ask(self.driver, method, &path, arguments, ANSWER_LIMIT)
    }
}

impl Drop for Chromium<'_> {
    fn drop(&mut self) {
        // On a shutdown request chromedriver ends its Chromium, if one runs, and removes its files.
        let limit = Duration::from_secs(10);
        if ask(self.driver, "GET", "/shutdown", &Value::Null, limit).is_ok() {
            self.chromedriver.await_end(limit);
        }
        if let Some(id) = self.profile.process() {
            let kill = format!("kill -KILL {id}");
            let _ = Command::new("sh").args(["-c", &kill]).status();
        }
    }
}

/// Repeats the check until it succeeds, for a limited time.
#[track_caller]
fn wait_for<E: Debug>(what: &str, mut is_so: impl FnMut() -> Result<(), E>) {
    let started = Instant::now();
    while let Err(instead) = is_so() {
        assert!(
            started.elapsed() < PATIENCE,
            "waited for {what}, found {instead:?}"
        );
        thread::sleep(Duration::from_millis(50));
    }
}

/// Starts a chromedriver, and returns its port. It takes a free one of IPv4, and ends at once if that is
/// not free in IPv6: then another one is started.
fn start_chromedriver(path: &Path) -> (Program, u16) {
    let start = || {
        let mut command = Command::new(path);
        let mut chromedriver = Program::start(command.arg("--port=0").stderr(Stdio::null()));
        let port = chromedriver.find_line(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        })?;
        Some((chromedriver, port))
    };
    (0..5).find_map(|_| start()).expect("chromedriver starts")
}
