//! The running app, and what its users do all the time.

use std::{net::SocketAddr, process::Command};

use example_support::{Browser, Chromium, ChromiumProfile, Response, Site, TempFolder};
use serde_json::{Value, json};

pub struct App<'a> {
    pub chromium: Chromium<'a>,
    pub site: Site,
    pub data: TempFolder,
}

impl<'a> App<'a> {
    pub fn start(profile: &'a ChromiumProfile) -> Self {
        let data = TempFolder::new();
        let site = Site::start(&mut command(&data));
        Self {
            chromium: profile.start(&site.url),
            site,
            data,
        }
    }

    /// Plugs in a key that stores users and checks who touches it. Returns its id.
    #[track_caller]
    pub fn plug_in_key(&self) -> String {
        let key = json!({
            "protocol": "ctap2",
            "transport": "usb",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
        });
        let id = self.chromium.tell("POST", "/webauthn/authenticator", &key);
        id.as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn unplug_key(&self, id: &str) {
        let path = format!("/webauthn/authenticator/{id}");
        self.chromium.tell("DELETE", &path, &Value::Null);
    }

    /// Signs up in Chromium, with the key that is plugged in.
    #[track_caller]
    pub fn sign_up(&self, name: &str) {
        self.chromium.open("/sign-up");
        self.chromium.fill_in("[name=name]", name);
        self.chromium.click("main button");
        self.chromium.arrives_at("/account");
    }

    #[track_caller]
    pub fn log_in(&self) {
        self.chromium.open("/login");
        self.chromium.click("main button");
        self.chromium.arrives_at("/account");
    }

    #[track_caller]
    pub fn log_out(&self) {
        self.chromium.click("nav button");
        self.chromium.arrives_at("/");
    }

    /// A program of an attacker, which sends what it likes.
    pub fn attacker(&self) -> Browser {
        attacker(&self.site, &self.site.url)
    }
}

/// As [`App::attacker`], with this origin.
pub fn attacker(site: &Site, origin: &str) -> Browser {
    let (_, port) = site.url.rsplit_once(':').unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
    let mut browser = Browser::new(address);
    browser.host = format!("localhost:{port}");
    browser.headers = vec![("Origin".to_owned(), origin.to_owned())];
    browser
}

pub fn command(data: &TempFolder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passkeys"));
    command
        .arg("127.0.0.1:0")
        .env("DATA_DIR", data.path())
        .env_remove("SITE_URL")
        .env_remove("TRUSTED_PROXIES");
    command
}

pub fn post_json(browser: &mut Browser, path: &str, value: &Value) -> Response {
    let request = browser.request("POST", path);
    request.body("application/json", value.to_string()).send()
}
