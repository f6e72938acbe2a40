//! For the examples' tests: runs an example as a program of its own, and talks to it like a browser.

mod browser;
mod chromium;
mod elsewhere;
mod program;
mod site;

pub use browser::{Browser, Request, Response};
pub use chromium::{Chromium, ChromiumProfile};
pub use elsewhere::serve_elsewhere;
pub use site::{Site, TempFolder};
