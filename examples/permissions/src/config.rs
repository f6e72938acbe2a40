//! The settings, from the command line and the environment.

use std::{env, error::Error, path::PathBuf};

pub struct Config {
    /// The first argument: where to listen.
    pub address: String,
    /// `DATA_DIR`: the folder of the database, the key and the documents.
    pub data_dir: PathBuf,
    /// `FILES_DIR`: the folder of the files that come with the program.
    pub files_dir: PathBuf,
    /// `SITE_URL`: where browsers find the site, such as `https://app.example`. With `https`,
    /// cookies are `Secure` and browsers are told to stay with HTTPS.
    pub site_url: Option<String>,
    /// `TRUSTED_PROXIES`: how many proxies of your own append to `X-Forwarded-For`.
    pub trusted_proxies: usize,
}

impl Config {
    pub fn from_env() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            address: env::args()
                .nth(1)
                .unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
            data_dir: env::var_os("DATA_DIR")
                .map_or_else(|| PathBuf::from("permissions-data"), PathBuf::from),
            files_dir: env::var_os("FILES_DIR").map_or_else(
                || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/files")),
                PathBuf::from,
            ),
            site_url: env::var("SITE_URL")
                .ok()
                .map(|url| url.trim_end_matches('/').to_owned()),
            trusted_proxies: match env::var("TRUSTED_PROXIES") {
                Ok(count) => count
                    .parse()
                    .map_err(|error| format!("TRUSTED_PROXIES: {error}"))?,
                Err(_) => 0,
            },
        })
    }
}
