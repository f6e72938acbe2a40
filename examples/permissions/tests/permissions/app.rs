//! The running app, and what its users do all the time.

use std::process::Command;

use example_support::{Browser, Response, Site, TempFolder};

pub const PASSWORD: &str = "correct horse battery";

pub struct App {
    pub site: Site,
    /// Of the first administrator.
    admin_password: String,
    _data: TempFolder,
}

impl App {
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub fn start_with(change: impl FnOnce(&mut Command)) -> Self {
        let data = TempFolder::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_permissions"));
        command
            .arg("127.0.0.1:0")
            .env("DATA_DIR", data.path())
            .env_remove("FILES_DIR")
            .env_remove("SITE_URL")
            .env_remove("TRUSTED_PROXIES");
        change(&mut command);
        let mut site = Site::start(&mut command);
        let password = |line: &str| Some(line.split_once("password ")?.1.to_owned());
        Self {
            admin_password: site.await_line(password),
            site,
            _data: data,
        }
    }

    pub fn browser(&self) -> Browser {
        self.site.browser()
    }

    /// A browser that is logged in as the administrator.
    pub fn admin(&self) -> Browser {
        let mut browser = self.browser();
        self.log_admin_in(&mut browser);
        browser
    }

    pub fn log_admin_in(&self, browser: &mut Browser) {
        let fields = [("name", "admin"), ("password", &*self.admin_password)];
        let response = browser.post("/admin/login", &fields);
        assert_eq!(response.location(), Some("/admin"), "{response:?}");
    }

    /// A browser that is logged in as a new user.
    pub fn user(&self, name: &str, role: &str) -> Browser {
        let fields = [("name", name), ("password", PASSWORD), ("role", role)];
        let created = self.admin().post("/admin/users", &fields);
        assert_eq!(created.location(), Some("/admin"), "{created:?}");
        let mut browser = self.browser();
        let response = log_in(&mut browser, name);
        assert_eq!(response.location(), Some("/"), "{response:?}");
        browser
    }
}

pub fn log_in(browser: &mut Browser, name: &str) -> Response {
    browser.post("/login", &[("name", name), ("password", PASSWORD)])
}

/// Writes a document, and returns its path.
pub fn write(browser: &mut Browser, title: &str, text: &str) -> String {
    let response = browser.post("/documents", &[("title", title), ("text", text)]);
    response.location().expect("a redirect").to_owned()
}

/// What an attacker can tell about a response. Only the date differs by nature.
pub fn visible(response: Response) -> (u16, Vec<(String, String)>, String) {
    let mut headers = response.headers;
    headers.retain(|(name, _)| name != "date");
    headers.sort();
    (response.status, headers, response.body)
}
