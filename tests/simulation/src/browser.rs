//! A browser's cookies, by the rules of RFC 6265.

use std::collections::BTreeMap;

/// The name of actix-session's cookie.
pub const SESSION: &str = "id";
/// The name of the remember cookie.
pub const REMEMBER: &str = "remember_token";

/// Browsers cut `Max-Age` to 400 days.
const LONGEST: u64 = 400 * 24 * 60 * 60;

/// A `Set-Cookie` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCookie {
    pub name: String,
    pub value: String,
    pub max_age: Option<u64>,
    pub path: String,
}

impl SetCookie {
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let mut cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            max_age: None,
            path: String::new(),
        };
        for part in parts {
            match part.split_once('=') {
                // A negative age is one of 0.
                Some(("Max-Age", age)) => cookie.max_age = Some(age.parse().unwrap_or(0)),
                Some(("Path", path)) => cookie.path = path.to_owned(),
                _ => {}
            }
        }
        Some(cookie)
    }

    pub fn is_removal(&self) -> bool {
        self.max_age == Some(0)
    }
}

#[derive(Debug, Clone, Default)]
pub struct Jar {
    cookies: BTreeMap<String, Kept>,
}

#[derive(Debug, Clone)]
struct Kept {
    value: String,
    /// None for a cookie that ends with the browser.
    expires_at: Option<u64>,
}

impl Jar {
    pub fn receive(&mut self, cookie: &SetCookie, now: u64) {
        // A cookie of another path would be kept apart, and not be sent everywhere.
        if cookie.path != "/" {
            return;
        }
        if cookie.is_removal() {
            self.cookies.remove(&cookie.name);
            return;
        }
        let expires_at = cookie.max_age.map(|age| now + age.min(LONGEST));
        let kept = Kept {
            value: cookie.value.clone(),
            expires_at,
        };
        self.cookies.insert(cookie.name.clone(), kept);
    }

    pub fn get(&self, name: &str, now: u64) -> Option<&str> {
        let kept = self.cookies.get(name)?;
        let is_over = kept.expires_at.is_some_and(|end| end <= now);
        (!is_over).then_some(kept.value.as_str())
    }

    /// Closes the browser: cookies of the session are gone.
    pub fn restart(&mut self) {
        self.cookies.retain(|_, kept| kept.expires_at.is_some());
    }
}
