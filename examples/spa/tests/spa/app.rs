//! The running app, the page of the other origin, and what its scripts send.

use std::{net::SocketAddr, process::Command};

use example_support::{Browser, Response, Site, TempFolder};
use serde_json::{Value, json};

pub const PASSWORD: &str = "correct horse battery";

pub struct App {
    pub site: Site,
    /// The origin of the page.
    pub page_url: String,
    _data: TempFolder,
}

impl App {
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// `change` may set variables of the environment.
    pub fn start_with(change: impl FnOnce(&mut Command)) -> Self {
        let data = TempFolder::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_spa"));
        command
            .args(["127.0.0.1:0", "127.0.0.1:0"])
            .env("DATA_DIR", data.path())
            .env_remove("SITE_URL")
            .env_remove("PAGE_URL");
        change(&mut command);
        let mut site = Site::start(&mut command);
        let page_url = site.await_line(|line| line.starts_with("http").then(|| line.to_owned()));
        Self {
            site,
            page_url,
            _data: data,
        }
    }

    pub fn browser(&self) -> Browser {
        self.site.browser()
    }

    /// A browser for the page's own server.
    pub fn page_browser(&self) -> Browser {
        let address = self.page_url.trim_start_matches("http://");
        let address: SocketAddr = address.parse().expect("an address");
        Browser::new(address)
    }

    /// A browser that is logged in as a new user.
    pub fn signed_up(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let response = self.post(&mut browser, "/api/sign-up", &credentials(name, PASSWORD));
        assert_eq!(response.status, 201, "{response:?}");
        browser
    }

    pub fn log_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let response = self.post(&mut browser, "/api/login", &credentials(name, PASSWORD));
        assert_eq!(response.status, 200, "{response:?}");
        browser
    }

    /// What a script of the page gets.
    pub fn get(&self, browser: &mut Browser, path: &str) -> Response {
        let request = browser.request("GET", path);
        let request = request.header("Origin", &self.page_url);
        request.header("Sec-Fetch-Site", "same-site").send()
    }

    /// What a script of the page gets for JSON.
    pub fn post(&self, browser: &mut Browser, path: &str, body: &Value) -> Response {
        let request = browser.request("POST", path);
        let request = request.header("Origin", &self.page_url);
        let request = request.header("Sec-Fetch-Site", "same-site");
        request.body("application/json", body.to_string()).send()
    }
}

pub fn credentials(name: &str, password: &str) -> Value {
    json!({ "name": name, "password": password })
}

pub fn value(response: &Response) -> Value {
    assert_eq!(response.header("Content-Type"), Some("application/json"));
    serde_json::from_str(&response.body).expect("JSON")
}
