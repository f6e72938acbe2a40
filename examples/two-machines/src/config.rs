//! The settings, from the command line and the environment. All machines get the same, but the address.

use std::{env, error::Error, path::PathBuf};

pub struct Config {
    /// The first argument: where to listen.
    pub address: String,
    /// `DATA_DIR`: the folder of the key. Copy the key to each machine.
    pub data_dir: PathBuf,
    /// `DATABASE_URL`: the PostgreSQL that all machines share.
    pub database_url: String,
    /// `REDIS_URL`: the Redis that all machines share. Without it, sessions are in a cookie, and active
    /// logins in PostgreSQL.
    pub redis_url: Option<String>,
    /// `SITE_URL`: where browsers find the site, such as `https://app.example`. With `https`,
    /// cookies are `Secure` and browsers are told to stay with HTTPS.
    pub site_url: Option<String>,
    /// `TRUSTED_PROXIES`: how many proxies of your own append to the header. A load balancer is one.
    pub trusted_proxies: usize,
    /// `PROXY_HEADER`: the header, `X-Forwarded-For` or `Forwarded`.
    pub proxy_header: String,
}

impl Config {
    pub fn from_env() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            address: env::args()
                .nth(1)
                .unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
            data_dir: env::var_os("DATA_DIR")
                .map_or_else(|| PathBuf::from("two-machines-data"), PathBuf::from),
            database_url: env::var("DATABASE_URL").map_err(|_| NEEDS_POSTGRES)?,
            redis_url: env::var("REDIS_URL").ok(),
            site_url: env::var("SITE_URL")
                .ok()
                .map(|url| url.trim_end_matches('/').to_owned()),
            trusted_proxies: match env::var("TRUSTED_PROXIES") {
                Ok(count) => count
                    .parse()
                    .map_err(|error| format!("TRUSTED_PROXIES: {error}"))?,
                Err(_) => 0,
            },
            proxy_header: env::var("PROXY_HEADER").unwrap_or_else(|_| "X-Forwarded-For".to_owned()),
        })
    }
}

/// What a reader does who starts the program for the first time.
pub const NEEDS_POSTGRES: &str = "this app needs PostgreSQL. On Debian:

    sudo apt-get install postgresql
    sudo -u postgres psql -c \"CREATE USER two PASSWORD 'two'\" -c 'CREATE DATABASE two OWNER two'
    export DATABASE_URL=postgres://two:two@127.0.0.1/two
";

pub const NEEDS_REDIS: &str = "no Redis replies at REDIS_URL. On Debian:

    sudo apt-get install redis-server
    redis-server --port 6380 --appendonly yes --maxmemory-policy noeviction
    export REDIS_URL=redis://127.0.0.1:6380

Without REDIS_URL, the app does with PostgreSQL alone.
";
