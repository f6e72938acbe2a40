//! The settings, from the command line and the environment.

use std::{env, path::PathBuf};

pub struct Config {
    /// The first argument: where the app listens.
    pub address: String,
    /// The second argument: where the page of another origin is served.
    pub page_address: String,
    /// `DATA_DIR`: the folder of the database and the key.
    pub data_dir: PathBuf,
    /// `SITE_URL`: where browsers find the app, such as `https://api.example`. With `https`,
    /// cookies are `Secure` and browsers are told to stay with HTTPS.
    pub site_url: Option<String>,
    /// `PAGE_URL`: where browsers find the page, such as `https://app.example`.
    pub page_url: Option<String>,
}

impl Config {
    pub fn from_env() -> Self {
        let argument = |n, default: &str| env::args().nth(n).unwrap_or_else(|| default.to_owned());
        let url = |name| {
            let url = env::var(name).ok()?;
            Some(url.trim_end_matches('/').to_owned())
        };
        Self {
            address: argument(1, "127.0.0.1:8080"),
            page_address: argument(2, "127.0.0.1:8081"),
            data_dir: env::var_os("DATA_DIR")
                .map_or_else(|| PathBuf::from("spa-data"), PathBuf::from),
            site_url: url("SITE_URL"),
            page_url: url("PAGE_URL"),
        }
    }
}
