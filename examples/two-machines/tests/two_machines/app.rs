//! Two processes of the app, and what its users do all the time.

use std::process::Command;

use example_support::{Browser, Response, Site, TempFolder};

use crate::{balancer::Balancer, postgres_server::PostgresServer, redis_server::RedisServer};

pub const PASSWORD: &str = "correct horse battery";

/// Where sessions and active logins are.
#[derive(Clone, Copy)]
pub enum Mode {
    Redis,
    PostgresAlone,
}

pub struct Machines {
    pub sites: Vec<Site>,
    pub balancer: Balancer,
    pub data: TempFolder,
    pub redis: Option<RedisServer>,
    pub postgres: PostgresServer,
}

impl Machines {
    /// `None` if a server is not installed.
    pub fn start(mode: Mode) -> Option<Self> {
        Self::start_with(mode, |_| {})
    }

    pub fn start_with(mode: Mode, change: impl Fn(&mut Command)) -> Option<Self> {
        let postgres = PostgresServer::start()?;
        let redis = match mode {
            Mode::Redis => Some(RedisServer::start()?),
            Mode::PostgresAlone => None,
        };
        let data = TempFolder::new();
        let start = |()| {
            let mut command = command(&data, &postgres, redis.as_ref());
            change(&mut command);
            Site::start(&mut command)
        };
        let sites: Vec<Site> = [(); 2].map(start).into();
        let balancer = Balancer::start();
        balancer.use_machines(&sites);
        Some(Self {
            sites,
            balancer,
            data,
            redis,
            postgres,
        })
    }

    /// The load balancer sends all requests to the other one.
    pub fn kill_site(&mut self, number: usize) {
        self.sites.remove(number);
    }

    /// Starts one more, at another port.
    pub fn start_site(&mut self) {
        let mut command = command(&self.data, &self.postgres, self.redis.as_ref());
        self.sites.push(Site::start(&mut command));
        self.balancer.use_machines(&self.sites);
    }

    /// A browser in front of the load balancer.
    pub fn browser(&self) -> Browser {
        Browser::new(self.balancer.address)
    }

    pub fn signed_up(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let fields = [("name", name), ("password", PASSWORD)];
        let response = browser.post("/sign-up", &fields);
        assert_eq!(response.location(), Some("/account"), "{response:?}");
        browser
    }

    /// As if the load balancer had chosen this machine.
    pub fn get(&self, number: usize, browser: &mut Browser, path: &str) -> Response {
        *browser = browser.at(&self.sites[number]);
        browser.get(path)
    }

    pub fn post(
        &self,
        number: usize,
        browser: &mut Browser,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Response {
        *browser = browser.at(&self.sites[number]);
        browser.post(path, fields)
    }

    /// What each machine responds to a request for the account: 200, or 302 to the login page.
    pub fn statuses(&self, browser: &mut Browser) -> [u16; 2] {
        [0, 1].map(|number| self.get(number, browser, "/account").status)
    }
}

pub fn command(
    data: &TempFolder,
    postgres: &PostgresServer,
    redis: Option<&RedisServer>,
) -> Command {
    let mut command = bare_command();
    command
        .env("DATA_DIR", data.path())
        .env("DATABASE_URL", postgres.url())
        .envs(redis.map(|redis| ("REDIS_URL", redis.url())))
        .env("TRUSTED_PROXIES", "1");
    command
}

/// The program without settings.
pub fn bare_command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_two-machines"));
    command.arg("127.0.0.1:0");
    for name in [
        "DATABASE_URL",
        "REDIS_URL",
        "SITE_URL",
        "TRUSTED_PROXIES",
        "PROXY_HEADER",
        "PGHOST",
    ] {
        command.env_remove(name);
    }
    command
}

/// Lets the load balancer say that the browser is at this address.
pub fn move_to(browser: &mut Browser, address: &str) {
    browser.headers = vec![("X-Forwarded-For".to_owned(), address.to_owned())];
}

/// A test for both modes.
macro_rules! in_both_modes {
    ($($name:ident),* $(,)?) => {
        mod redis {
            $(#[test] fn $name() { super::$name($crate::app::Mode::Redis); })*
        }
        mod postgres_alone {
            $(#[test] fn $name() { super::$name($crate::app::Mode::PostgresAlone); })*
        }
    };
}
pub(crate) use in_both_modes;
