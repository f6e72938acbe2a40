//! The running app, and what its users do all the time.

use std::process::Command;

use actix_web::rt::System;
use example_support::{Browser, Response, Site, TempFolder};
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use totp_rs::{Builder, Secret};

pub const NAME: &str = "ann";
pub const PASSWORD: &str = "correct horse battery";

pub struct App {
    pub site: Site,
    pub data: TempFolder,
}

/// What a user has at home.
pub struct Owner {
    pub browser: Browser,
    /// The key in the authenticator app.
    pub key: String,
    pub backup_codes: Vec<String>,
}

impl App {
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub fn start_with(change: impl FnOnce(&mut Command)) -> Self {
        let data = TempFolder::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_second-factor"));
        command
            .arg("127.0.0.1:0")
            .env("DATA_DIR", data.path())
            .env_remove("SITE_URL")
            .env_remove("TRUSTED_PROXIES");
        change(&mut command);
        let site = Site::start(&mut command);
        Self { site, data }
    }

    pub fn browser(&self) -> Browser {
        self.site.browser()
    }

    /// A browser that is logged in as a new user, without a second factor.
    pub fn signed_up(&self) -> Browser {
        let mut browser = self.browser();
        let fields = [("name", NAME), ("password", PASSWORD)];
        let response = browser.post("/sign-up", &fields);
        assert_eq!(response.location(), Some("/account"), "{response:?}");
        browser
    }

    /// A new user with a second factor, and the next code at hand.
    pub fn enrolled(&self) -> Owner {
        let mut browser = self.signed_up();
        browser.post("/second-factor/begin", &[]);
        let key = key_on(&browser.get("/second-factor"));
        let page = browser.post("/second-factor", &[("code", &code(&key))]);
        let backup_codes = codes_on(&page);
        assert_eq!(backup_codes.len(), 8, "{page:?}");
        self.await_next_code();
        Owner {
            browser,
            key,
            backup_codes,
        }
    }

    /// A browser that has shown the password, and no code.
    pub fn pending(&self) -> Browser {
        let mut browser = self.browser();
        let response = log_in(&mut browser);
        assert_eq!(response.location(), Some("/login/code"), "{response:?}");
        browser
    }

    /// Lets the app forget which code was used last, as if the next one were due.
    pub fn await_next_code(&self) {
        self.execute("UPDATE users SET last_totp_step = 0");
    }

    /// Changes the database behind the back of the app.
    pub fn execute(&self, sql: &'static str) -> u64 {
        let file = self.data.path().join("users.db");
        System::new().block_on(async {
            let options = SqliteConnectOptions::new().filename(file);
            let mut connection: SqliteConnection = options.connect().await.unwrap();
            let result = sqlx::query(sql).execute(&mut connection).await.unwrap();
            result.rows_affected()
        })
    }
}

pub fn log_in(browser: &mut Browser) -> Response {
    browser.post("/login", &[("name", NAME), ("password", PASSWORD)])
}

pub fn send_code(browser: &mut Browser, code: &str) -> Response {
    browser.post("/login/code", &[("code", code)])
}

/// What the authenticator app shows now.
pub fn code(key: &str) -> String {
    let secret = Secret::try_from_base32(key).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate_current().to_string()
}

/// Six digits that are no code of the key, now or soon.
pub fn wrong_code(key: &str) -> String {
    let secret = Secret::try_from_base32(key).unwrap();
    let totp = Builder::new()
        .with_secret(secret)
        .with_skew(20)
        .build()
        .unwrap();
    let mut codes = (0..).map(|number: u32| format!("{number:06}"));
    codes
        .find(|code| totp.check_current(code).is_none())
        .unwrap()
}

/// The key on the page of the QR code.
pub fn key_on(page: &Response) -> String {
    let codes = codes_on(page);
    assert_eq!(codes.len(), 1, "{page:?}");
    codes[0].clone()
}

/// What stands in `<code>` on a page.
pub fn codes_on(page: &Response) -> Vec<String> {
    let codes = page.body.split("<code>").skip(1);
    codes
        .filter_map(|rest| rest.split("</code>").next())
        .map(str::to_owned)
        .collect()
}

/// Whether the browser is logged in.
pub fn is_logged_in(browser: &mut Browser) -> bool {
    browser.get("/account").status == 200
}
