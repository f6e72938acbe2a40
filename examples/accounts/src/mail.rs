//! The mails. Here they are printed; a real app hands them to a mail server, such as by the crate lettre.

use std::io::{Write, stdout};

use crate::links::{Purpose, Token};

pub struct Mail {
    site_url: String,
}

impl Mail {
    pub fn new(site_url: String) -> Self {
        Self { site_url }
    }

    pub fn link(&self, purpose: Purpose, token: &Token) -> String {
        format!(
            "{}{}?token={}",
            self.site_url,
            purpose.path(),
            token.as_str()
        )
    }

    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.site_url)
    }

    pub fn send(&self, to: &str, subject: &str, text: &str) {
        let mail = format!("--- mail\nTo: {to}\nSubject: {subject}\n\n{text}\n---");
        if let Err(error) = writeln!(stdout(), "{mail}") {
            tracing::error!("a mail was not sent: {error}");
        }
    }
}
