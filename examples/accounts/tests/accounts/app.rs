//! The running app, and what its users do all the time.

use std::process::Command;

use actix_web::rt::System;
use example_support::{Browser, Response, Site, TempFolder};
use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteQueryResult},
};

pub const PASSWORD: &str = "correct horse battery";

pub struct App {
    pub site: Site,
    pub data: TempFolder,
}

/// A mail as it is printed.
#[derive(Debug)]
pub struct Mail {
    pub subject: String,
    /// The line of the text that is a link.
    pub link: Option<String>,
}

impl Mail {
    pub fn link(self) -> String {
        self.link.expect("a link in the mail")
    }
}

impl App {
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub fn start_with(change: impl FnOnce(&mut Command)) -> Self {
        let data = TempFolder::new();
        let mut command = command(&data);
        change(&mut command);
        let site = Site::start(&mut command);
        Self { site, data }
    }

    pub fn restart(self) -> Self {
        let Self { site, data } = self;
        drop(site);
        let site = Site::start(&mut command(&data));
        Self { site, data }
    }

    pub fn browser(&self) -> Browser {
        self.site.browser()
    }

    /// A browser that is logged in as a new user.
    pub fn signed_up(&mut self, email: &str) -> Browser {
        let mut browser = self.browser();
        browser.post("/sign-up", &[("email", email)]);
        let page = browser.get(&self.mail_to(email).link());
        let token = page.fields("token")[0].to_owned();
        let fields = [("token", &*token), ("name", "Ann"), ("password", PASSWORD)];
        let response = browser.post("/sign-up/finish", &fields);
        assert_eq!(response.location(), Some("/account"), "{response:?}");
        browser
    }

    pub fn logged_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        assert_eq!(
            log_in(&mut browser, email, PASSWORD).location(),
            Some("/account")
        );
        browser
    }

    /// The next mail to this address.
    pub fn mail_to(&mut self, email: &str) -> Mail {
        let to = format!("To: {email}");
        self.site.await_line(|line| (line == to).then_some(()));
        let subject = |line: &str| line.strip_prefix("Subject: ").map(str::to_owned);
        let mut mail = Mail {
            subject: self.site.await_line(subject),
            link: None,
        };
        loop {
            let line = self.site.await_line(|line| Some(line.to_owned()));
            if line == "---" {
                return mail;
            }
            if line.starts_with("http") {
                mail.link = Some(line);
            }
        }
    }

    /// Asks for a reset by mail, and returns the token of the link.
    pub fn reset_token(&mut self, email: &str) -> String {
        let mut browser = self.browser();
        browser.post("/reset", &[("email", email)]);
        token_of(&self.mail_to(email).link())
    }

    /// Changes the database behind the back of the app.
    pub fn execute(&self, sql: &'static str) -> SqliteQueryResult {
        let file = self.data.path().join("accounts.db");
        System::new().block_on(async {
            let options = SqliteConnectOptions::new().filename(file);
            let mut connection: SqliteConnection = options.connect().await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap()
        })
    }
}

fn command(data: &TempFolder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accounts"));
    command
        .arg("127.0.0.1:0")
        .env("DATA_DIR", data.path())
        // So that a test can send requests from several addresses.
        .env("TRUSTED_PROXIES", "1")
        .env_remove("SITE_URL");
    command
}

pub fn log_in(browser: &mut Browser, email: &str, password: &str) -> Response {
    browser.post("/login", &[("email", email), ("password", password)])
}

/// Lets the browser send its requests from this address.
pub fn move_to(browser: &mut Browser, address: &str) {
    browser.headers = vec![("X-Forwarded-For".to_owned(), address.to_owned())];
}

/// Whether the browser is logged in.
pub fn is_logged_in(browser: &mut Browser) -> bool {
    browser.get("/account").status == 200
}

pub fn token_of(link: &str) -> String {
    let (_, token) = link.split_once("token=").expect("a token");
    token.to_owned()
}
