//! What a response tells caches: a page that depends on the user is for that user alone.

use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, SET_COOKIE, VARY};

/// What a response to a user depends on.
#[derive(Clone, Copy)]
pub(crate) struct DependsOn<'a> {
    /// Session or remember cookie, or anything else that a request loader reads.
    pub(crate) cookies: bool,
    /// The header of the header loader.
    pub(crate) header: Option<&'a str>,
}

/// The `Cache-Control` of a response that depends on the user.
pub(crate) const PRIVATE: HeaderValue = HeaderValue::from_static("private");

/// Marks a response as one for the current user alone: `Vary` (RFC 9110, section 12.5.5), and
/// `Cache-Control` (RFC 9111, section 5.2.2.7) unless the handler has set one. Returns whether it has.
pub(crate) fn mark_private(
    headers: &mut HeaderMap,
    depends_on: DependsOn<'_>,
    cache_control: &HeaderValue,
) -> bool {
    let auth_header_name = depends_on.header;
    let is_cookie = |name: &str| name.eq_ignore_ascii_case("Cookie");
    let varies_by_cookie = depends_on.cookies || auth_header_name.is_some_and(is_cookie);
    let auth_header_name = auth_header_name.filter(|name| !is_cookie(name));
    let (mut varies_on_cookie, mut varies_on_header, mut has_cache_control) = (false, false, false);
    for (name, value) in headers.iter() {
        if *name == VARY {
            varies_on_cookie |= vary_includes(value, "Cookie");
            varies_on_header |= auth_header_name.is_some_and(|header| vary_includes(value, header));
        }
        has_cache_control |= *name == CACHE_CONTROL;
    }
    if varies_by_cookie && !varies_on_cookie {
        headers.append(VARY, HeaderValue::from_static("Cookie"));
    }
    if !varies_on_header
        && let Some(name) = auth_header_name
        && let Ok(value) = HeaderValue::from_str(name)
    {
        headers.append(VARY, value);
    }
    if !has_cache_control {
        headers.append(CACHE_CONTROL, cache_control.clone());
    }
    has_cache_control
}

/// Whether a value of `Vary` includes this header, or all headers.
fn vary_includes(vary: &HeaderValue, name: &str) -> bool {
    list_contains(vary, |varied| {
        varied == "*" || varied.eq_ignore_ascii_case(name)
    })
}

/// Whether the handler's `Cache-Control` lets shared caches store the response (RFC 9111, section
/// 5.2.2). A response without the header gets this crate's.
pub(crate) fn is_for_everyone(headers: &HeaderMap) -> bool {
    headers.contains_key(CACHE_CONTROL)
        && !has_directive(headers, &["private", "no-store", "no-cache"])
}

/// Sets the remember cookie, and keeps the response from shared caches, whatever the handler says: a
/// cache that stores it would hand the login to others.
pub(crate) fn set_remember_cookie(headers: &mut HeaderMap, cookies: Vec<HeaderValue>) {
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    keep_from_shared_caches(headers);
}

/// Makes the `Cache-Control` of a response private, for a response that sets a cookie.
pub(crate) fn keep_from_shared_caches(headers: &mut HeaderMap) {
    if headers.contains_key(CACHE_CONTROL) && !has_directive(headers, &["private", "no-store"]) {
        let values: Vec<HeaderValue> = headers.remove(CACHE_CONTROL).collect();
        for value in values {
            let directives = value.to_str().unwrap_or("").split(',').map(str::trim);
            let kept: Vec<&str> = directives.filter(|it| !is_for_shared_caches(it)).collect();
            if let Ok(value) = HeaderValue::from_str(&kept.join(", "))
                && !value.is_empty()
            {
                headers.append(CACHE_CONTROL, value);
            }
        }
        headers.append(CACHE_CONTROL, HeaderValue::from_static("private"));
    }
}

fn is_for_shared_caches(directive: &str) -> bool {
    let directive = directive.to_ascii_lowercase();
    directive == "public" || directive.starts_with("s-maxage")
}

/// Whether `Cache-Control` has one of these directives.
fn has_directive(headers: &HeaderMap, wanted: &[&str]) -> bool {
    let is_wanted = |item: &str| wanted.iter().any(|it| item.eq_ignore_ascii_case(it));
    headers
        .get_all(CACHE_CONTROL)
        .any(|value| list_contains(value, is_wanted))
}

/// Whether a `Cache-Control` keeps a response from shared caches.
pub(crate) fn is_private(cache_control: &HeaderValue) -> bool {
    let is_private =
        |item: &str| item.eq_ignore_ascii_case("private") || item.eq_ignore_ascii_case("no-store");
    list_contains(cache_control, is_private) && !list_contains(cache_control, is_for_shared_caches)
}

/// Whether a header's comma-separated list contains an item that is wanted.
fn list_contains(value: &HeaderValue, is_wanted: impl Fn(&str) -> bool) -> bool {
    let items = value.to_str().unwrap_or("").split(',');
    items.map(str::trim).any(is_wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_varies_by_each_header_once() {
        let varies_by = |name, before: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in before {
                headers.append(VARY, HeaderValue::from_static(value));
            }
            let depends_on = DependsOn {
                cookies: true,
                header: name,
            };
            mark_private(&mut headers, depends_on, &PRIVATE);
            let values = headers.get_all(VARY);
            let values: Vec<_> = values.map(|it| it.to_str().unwrap().to_owned()).collect();
            values.join(", ")
        };
        assert_eq!(varies_by(None, &[]), "Cookie");
        assert_eq!(varies_by(Some("X-Key"), &[]), "Cookie, X-Key");
        assert_eq!(
            varies_by(Some("X-Key"), &["x-key", "cookie"]),
            "x-key, cookie"
        );
        assert_eq!(varies_by(Some("X-Key"), &["*"]), "*");
        assert_eq!(varies_by(Some("cookie"), &[]), "Cookie");
    }
}
