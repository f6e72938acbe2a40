//! Patterns of paths in actix-web's syntax, matched against the path that the router matches.

use std::fmt::Write;

use actix_web::dev::ResourceDef;
use regex_lite::Regex;

use crate::error::ConfigError;

/// How many dynamic segments actix-web allows in a pattern.
const SEGMENTS_MAX: usize = 16;

/// Patterns, of which a path must match one.
#[derive(Clone, Default)]
pub(crate) struct PathPatterns(Vec<ResourceDef>);

impl PathPatterns {
    /// Adds patterns.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Setting`] with the name of this setting if one is malformed.
    pub(crate) fn add<P: Into<String>>(
        &mut self,
        setting: &'static str,
        patterns: impl IntoIterator<Item = P>,
    ) -> Result<(), ConfigError> {
        for pattern in patterns {
            let pattern = pattern.into();
            if let Err(reason) = check(&pattern) {
                let reason = format!("the pattern {pattern:?} {reason}");
                return Err(ConfigError::setting(setting, reason));
            }
            self.0.push(ResourceDef::new(pattern));
        }
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them matches the path, which is `HttpRequest::match_info().unprocessed()`.
    pub(crate) fn match_path(&self, path: &str) -> bool {
        self.0.iter().any(|pattern| pattern.is_match(path))
    }
}

/// Finds what makes [`ResourceDef::new`] panic, and what can never match a path.
fn check(pattern: &str) -> Result<(), String> {
    if !pattern.is_empty() && !pattern.starts_with('/') {
        return Err("must start with `/`".to_owned());
    }
    // The dynamic segments as actix-web makes them, to see whether they are one valid expression.
    let mut segments = String::new();
    let mut count = 0;
    let mut rest = pattern;
    while let Some(start) = rest.find('{') {
        let (text, segment) = rest.split_at(start);
        check_text(text)?;
        let end = end_of_segment(segment).ok_or("has a `{` without its `}`")?;
        let (segment, after) = segment.split_at(end);
        let inner = segment.get(1..end.saturating_sub(1)).unwrap_or_default();
        let is_tail = after == "*";
        let (name, expression) = match inner.split_once(':') {
            Some(_) if is_tail => {
                return Err("has an expression in its tail: write `{tail}*`".to_owned());
            }
            Some((name, expression)) => (name, expression),
            None => (inner, "[^/]+"),
        };
        let _ = write!(segments, "(?P<{name}>{expression})");
        count += 1;
        rest = if is_tail { "" } else { after };
    }
    check_text(rest)?;
    if count > SEGMENTS_MAX {
        return Err(format!("has more than {SEGMENTS_MAX} dynamic segments"));
    }
    match Regex::new(&segments) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("has a malformed dynamic segment: {error}")),
    }
}

/// Where the first dynamic segment ends: its braces may be nested.
fn end_of_segment(pattern: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, char) in pattern.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth <= 1 => return Some(index + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The text between dynamic segments.
fn check_text(text: &str) -> Result<(), String> {
    match text
        .chars()
        .find(|char| matches!(char, '*' | '?' | '#' | '}'))
    {
        None => Ok(()),
        Some('*') => Err("has a `*` of its own: write `/{tail}*` for all that follows".to_owned()),
        Some(char) => Err(format!("has a `{char}`, which no path has")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pattern: &str) -> Result<PathPatterns, ConfigError> {
        let mut patterns = PathPatterns::default();
        patterns.add("except", [pattern])?;
        Ok(patterns)
    }

    #[test]
    fn patterns_are_in_actix_webs_syntax() {
        for (pattern, matching, other) in [
            ("/about", "/about", "/about/"),
            ("/{page}", "/about", "/a/b"),
            ("/static/{tail}*", "/static/a/b.css", "/static"),
            ("/{tail}*", "/", ""),
            ("", "", "/"),
            (r"/{id:\d{2,3}}/x", "/123/x", "/1/x"),
            ("/{a}-{b}.html", "/x-y.html", "/x.html"),
        ] {
            let patterns = parse(pattern).unwrap();
            assert!(patterns.match_path(matching), "{pattern} {matching}");
            assert!(!patterns.match_path(other), "{pattern} {other}");
        }
    }

    #[test]
    fn a_malformed_pattern_is_an_error_and_no_panic() {
        let many = "/{a}".repeat(SEGMENTS_MAX + 1);
        for pattern in [
            "about",
            "/{",
            "/{a",
            "/{}",
            "/{a}/{a}",
            "/{a:(}",
            "/{a:[}",
            "/{a:{}",
            "/{a b}",
            "/{a:.*}*",
            "/static/*",
            "/a*b",
            "/a}",
            "/about?x",
            "/about#x",
            &many,
        ] {
            assert!(parse(pattern).is_err(), "{pattern}");
        }
    }
}
