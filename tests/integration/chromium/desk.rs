//! A quickstart, and a Chromium that visits it.

use std::ops::Deref;

use example_support::{Chromium, ChromiumProfile};

use super::PASSWORD;
use crate::support::quickstart::Site;

#[derive(PartialEq, Eq, Clone, Copy)]
pub enum Remember {
    Yes,
    No,
}

/// A running quickstart, and a browser profile that outlives the browsers.
pub struct Desk {
    profile: ChromiumProfile,
    site: Site,
}

impl Desk {
    /// `None` if there is no browser.
    pub fn new() -> Option<Self> {
        Some(Self {
            profile: ChromiumProfile::new()?,
            site: Site::start(),
        })
    }

    pub fn start_browser(&self) -> Browser<'_> {
        Browser(self.profile.start(self.origin()))
    }

    /// The origin of the quickstart.
    pub fn origin(&self) -> &str {
        &self.site.url
    }
}

/// A Chromium for the pages of the quickstart.
pub struct Browser<'a>(Chromium<'a>);

impl Browser<'_> {
    #[track_caller]
    pub fn quit(self) {
        self.0.quit();
    }

    #[track_caller]
    pub fn log_in(&self, remember: Remember) {
        self.open("/login");
        self.send_credentials("secret", remember);
        self.arrives_at("/protected");
    }

    /// Fills in and sends the login form of the current page.
    #[track_caller]
    pub fn send_credentials(&self, password: &str, remember: Remember) {
        self.fill_in("[name=email]", "leafstorm");
        self.fill_in(PASSWORD, password);
        if remember == Remember::Yes {
            self.click("[name=remember]");
        }
        self.click("button");
    }
}

impl<'a> Deref for Browser<'a> {
    type Target = Chromium<'a>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
