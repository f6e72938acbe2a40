//! The running app, a script, and the owner of a token.

use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use example_support::{Browser, Response, Site, TempFolder};
use serde_json::Value;

pub const PASSWORD: &str = "correct horse battery";

pub struct App {
    pub site: Site,
    pub data: TempFolder,
}

impl App {
    pub fn start() -> Self {
        let data = TempFolder::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_api"));
        command
            .arg("127.0.0.1:0")
            .env("DATA_DIR", data.path())
            .env_remove("SITE_URL")
            .env_remove("TRUSTED_PROXIES");
        let site = Site::start(&mut command);
        Self { site, data }
    }

    pub fn browser(&self) -> Browser {
        self.site.browser()
    }

    /// A browser that is logged in as a new user.
    pub fn signed_up(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let fields = [("name", name), ("password", PASSWORD)];
        let response = browser.post("/sign-up", &fields);
        assert_eq!(response.location(), Some("/"), "{response:?}");
        browser
    }

    /// A client with this `Authorization` header, and no cookies.
    pub fn script(&self, authorization: &str) -> Script {
        Script {
            client: self.browser(),
            authorization: Some(authorization.to_owned()),
        }
    }

    pub fn script_with_token(&self, token: &str) -> Script {
        self.script(&format!("Bearer {token}"))
    }
}

/// A client of the API.
pub struct Script {
    pub client: Browser,
    pub authorization: Option<String>,
}

impl Script {
    pub fn get(&mut self, path: &str) -> Response {
        self.send("GET", path, None)
    }

    pub fn delete(&mut self, path: &str) -> Response {
        self.send("DELETE", path, None)
    }

    pub fn post(&mut self, path: &str, json: &str) -> Response {
        self.send("POST", path, Some(json))
    }

    fn send(&mut self, method: &str, path: &str, json: Option<&str>) -> Response {
        let mut request = self.client.request(method, path);
        if let Some(value) = &self.authorization {
            request = request.header("Authorization", value);
        }
        if let Some(json) = json {
            request = request.body("application/json", json);
        }
        let response = request.send();
        assert_eq!(response.header("Set-Cookie"), None, "{response:?}");
        response
    }
}

/// Makes a token on the page.
pub fn new_token(browser: &mut Browser) -> String {
    let page = browser.post("/tokens", &[("label", "backup script")]);
    let (_, rest) = page.body.split_once("<code>").expect("a token");
    let (token, _) = rest.split_once("</code>").expect("a token");
    assert_eq!(page.header("Cache-Control"), Some("no-store"));
    token.to_owned()
}

pub fn json(response: &Response) -> Value {
    assert_eq!(response.header("Content-Type"), Some("application/json"));
    serde_json::from_str(&response.body).expect("JSON")
}

/// That the API has refused the request, as RFC 6750 and RFC 7617 say, and tells nothing.
pub fn assert_refused(response: &Response) {
    assert_eq!(response.status, 401, "{response:?}");
    let challenge = response.header("WWW-Authenticate").expect("a challenge");
    assert!(challenge.contains("Bearer realm=\"notes\""));
    assert!(challenge.contains("Basic realm=\"notes\""));
    assert_eq!(json(response)["error"], "a valid token is needed");
}

/// An `Authorization` header of the scheme Basic.
pub fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}
