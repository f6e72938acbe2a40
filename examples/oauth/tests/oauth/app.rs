//! The running app, and what its users do all the time.

use std::process::Command;

use actix_web::rt::System;
use example_support::{Browser, Response, Site, TempFolder};
use openidconnect::url::Url;
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::fake_provider::{CLIENT_ID, FakeProvider};

// The subjects of the example's own provider.
pub const ANN: &str = "1001";
pub const BEN: &str = "1002";
/// Has claimed Ann's address, and not verified it.
pub const MALLORY: &str = "1003";
/// Has got Ben's address.
pub const BENJAMIN: &str = "1004";

pub struct App {
    pub site: Site,
    pub data: TempFolder,
    provider: String,
}

/// A browser: its cookies of the app, and those of the provider.
#[derive(Clone)]
pub struct Visitor {
    pub app: Browser,
    pub provider: Browser,
}

impl App {
    /// With the example's own provider.
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub fn with_provider(provider: &FakeProvider) -> Self {
        Self::start_with(|command| {
            command
                .env("ISSUER_URL", &provider.url)
                .env("CLIENT_ID", CLIENT_ID);
        })
    }

    pub fn start_with(change: impl FnOnce(&mut Command)) -> Self {
        let data = TempFolder::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_oauth"));
        command
            .arg("127.0.0.1:0")
            .env("DATA_DIR", data.path())
            .env("PROVIDER_ADDRESS", "127.0.0.1:0");
        for setting in ["SITE_URL", "TRUSTED_PROXIES", "ISSUER_URL", "CLIENT_SECRET"] {
            command.env_remove(setting);
        }
        change(&mut command);
        let mut site = Site::start(&mut command);
        let provider = site.await_line(|line| Some(line.to_owned()));
        Self {
            site,
            data,
            provider,
        }
    }

    pub fn visitor(&self) -> Visitor {
        let provider = self.provider.trim_start_matches("http://");
        Visitor {
            app: self.site.browser(),
            provider: Browser::new(provider.parse().unwrap()),
        }
    }

    /// A visitor who is logged in.
    pub fn logged_in(&self, person: &str) -> Visitor {
        let mut visitor = self.visitor();
        let response = visitor.log_in(person);
        assert_eq!(response.location(), Some("/account"), "{response:?}");
        visitor
    }

    /// Changes the database behind the back of the app.
    pub fn execute(&self, sql: &'static str) -> u64 {
        self.database(async |mut database| {
            let result = sqlx::query(sql).execute(&mut database).await;
            result.unwrap().rows_affected()
        })
    }

    /// How many users there are.
    pub fn users(&self) -> i64 {
        self.database(async |mut database| {
            let count = sqlx::query_scalar("SELECT count(*) FROM users");
            count.fetch_one(&mut database).await.unwrap()
        })
    }

    fn database<T>(&self, ask: impl AsyncFnOnce(SqliteConnection) -> T) -> T {
        let file = self.data.path().join("users.db");
        System::new().block_on(async {
            let options = SqliteConnectOptions::new().filename(file);
            ask(options.connect().await.unwrap()).await
        })
    }
}

impl Visitor {
    /// Logs in, and returns what the app responds in the end.
    pub fn log_in(&mut self, person: &str) -> Response {
        let answer = self.answer("/login/begin", person);
        self.app.get(&answer)
    }

    /// Goes to the provider, and returns the URL by which it sends the browser back to the app.
    pub fn answer(&mut self, begin: &str, person: &str) -> String {
        let question = self.question(begin);
        self.choose(&question, person)
    }

    /// Returns the URL by which the app sends the browser to the provider.
    pub fn question(&mut self, begin: &str) -> String {
        let redirect = self.app.get(begin);
        redirect.location().expect("a redirect").to_owned()
    }

    pub fn choose(&mut self, question: &str, person: &str) -> String {
        let page = self.provider.get(question);
        assert!(page.body.contains("Who are you?"), "{page:?}");
        let redirect = self.provider.post(question, &[("person", person)]);
        redirect.location().expect("a redirect").to_owned()
    }

    /// Whether the app knows who it is.
    pub fn is_logged_in(&mut self) -> bool {
        self.app.get("/account").status == 200
    }

    /// Sends requests as from another device, so that the login is not fresh any more.
    pub fn change_device(&mut self) {
        self.app.user_agent = "OtherBrowser/1.0".to_owned();
        assert!(self.is_logged_in());
    }

    pub fn opens_critical_pages(&mut self) -> bool {
        self.app.get("/account/delete").status == 200
    }
}

/// The value of a parameter in the query of a URL.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).expect("a URL");
    let mut pairs = url.query_pairs();
    pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}
