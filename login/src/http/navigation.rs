//! Whether a request is a navigation: a browser that opens a page, and no script or image in a page.

use actix_web::http::{
    Method,
    header::{self, HeaderMap},
};

/// Whether a browser sent the request to open a page in a tab, by a link, a form or the address bar.
///
/// Current browsers tell by `Sec-Fetch-Mode` and `Sec-Fetch-Dest`. Without these headers, it is a
/// request that accepts HTML and that no script marked by `X-Requested-With` or `HX-Request`. A request
/// without `Accept` accepts HTML; `*/*` is what scripts and images send, and no HTML.
pub(crate) fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    // Links and forms send no other methods.
    if !matches!(*method, Method::GET | Method::HEAD | Method::POST) || is_prefetch(headers) {
        return false;
    }
    let mode = headers.get("sec-fetch-mode");
    let destination = headers.get("sec-fetch-dest");
    if mode.is_some() || destination.is_some() {
        // The page of a frame is a part of the page around it.
        return mode.is_none_or(|mode| mode == "navigate")
            && destination.is_none_or(|destination| destination == "document");
    }
    !headers.contains_key("x-requested-with")
        && !headers.contains_key("hx-request")
        && accepts_html(headers)
}

/// Whether a browser fetches the page before the user has asked for it.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .any(|purpose| {
            let purpose = purpose.split(';').next().unwrap_or_default().trim();
            ["prefetch", "preview"]
                .iter()
                .any(|early| purpose.eq_ignore_ascii_case(early))
        })
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::ACCEPT).peekable();
    values.peek().is_none()
        || values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(is_html)
}

/// Whether an entry of `Accept` names HTML, with a weight other than 0.
fn is_html(entry: &str) -> bool {
    let mut parts = entry.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let is_html = ["text/html", "application/xhtml+xml", "text/*"]
        .iter()
        .any(|html| media_type.eq_ignore_ascii_case(html));
    let weight = parts
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .and_then(|(_, weight)| weight.trim().parse::<f32>().ok());
    is_html && weight != Some(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    /// What browsers accept for a page.
    const HTML: (&str, &str) = (
        "Accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    );
    const ANY: (&str, &str) = ("Accept", "*/*");
    const IMAGE: (&str, &str) = (
        "Accept",
        "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    );

    #[track_caller]
    fn assert_navigation(expected: bool, name: &str, method: Method, headers: &[(&str, &str)]) {
        let req = headers
            .iter()
            .fold(TestRequest::default(), |req, (name, value)| {
                req.append_header((*name, *value))
            })
            .to_http_request();
        assert_eq!(is_navigation(&method, req.headers()), expected, "{name}");
    }

    /// The headers of Fetch Metadata, which browsers send over HTTPS and to `localhost`.
    fn fetch<'a>(
        mode: &'a str,
        destination: &'a str,
        accept: (&'a str, &'a str),
    ) -> [(&'a str, &'a str); 3] {
        [
            ("Sec-Fetch-Mode", mode),
            ("Sec-Fetch-Dest", destination),
            accept,
        ]
    }

    #[test]
    fn browsers_tell_by_fetch_metadata() {
        for (name, method, expected, headers) in [
            (
                "link",
                Method::GET,
                true,
                fetch("navigate", "document", HTML),
            ),
            (
                "form",
                Method::POST,
                true,
                fetch("navigate", "document", HTML),
            ),
            (
                "iframe",
                Method::GET,
                false,
                fetch("navigate", "iframe", HTML),
            ),
            (
                "frame",
                Method::GET,
                false,
                fetch("navigate", "frame", HTML),
            ),
            (
                "object",
                Method::GET,
                false,
                fetch("navigate", "object", HTML),
            ),
            ("fetch", Method::GET, false, fetch("cors", "empty", ANY)),
            (
                "fetch of HTML",
                Method::GET,
                false,
                fetch("cors", "empty", HTML),
            ),
            (
                "own fetch",
                Method::GET,
                false,
                fetch("same-origin", "empty", ANY),
            ),
            (
                "image",
                Method::GET,
                false,
                fetch("no-cors", "image", IMAGE),
            ),
            (
                "favicon",
                Method::GET,
                false,
                fetch("no-cors", "image", IMAGE),
            ),
            (
                "script",
                Method::GET,
                false,
                fetch("no-cors", "script", ANY),
            ),
            (
                "manifest",
                Method::GET,
                false,
                fetch("cors", "manifest", ANY),
            ),
            (
                "web socket",
                Method::GET,
                false,
                fetch("websocket", "empty", ANY),
            ),
            (
                "put",
                Method::PUT,
                false,
                fetch("navigate", "document", HTML),
            ),
        ] {
            assert_navigation(expected, name, method, &headers);
        }
        assert_navigation(true, "mode", Method::GET, &[("Sec-Fetch-Mode", "navigate")]);
        assert_navigation(false, "mode", Method::GET, &[("Sec-Fetch-Mode", "cors")]);
        assert_navigation(true, "dest", Method::GET, &[("Sec-Fetch-Dest", "document")]);
        assert_navigation(false, "dest", Method::GET, &[("Sec-Fetch-Dest", "image")]);
    }

    #[test]
    fn without_fetch_metadata_the_accepted_types_tell() {
        for (name, expected, headers) in [
            ("browser over HTTP", true, &[HTML][..]),
            ("test client", true, &[]),
            (
                "accepts XHTML",
                true,
                &[("Accept", "Application/XHTML+XML")],
            ),
            ("two headers", true, &[ANY, ("Accept", "text/html")]),
            ("accepts any text", true, &[("Accept", "text/*;q=0.5")]),
            ("curl", false, &[ANY]),
            ("fetch over HTTP", false, &[ANY]),
            ("image over HTTP", false, &[IMAGE]),
            ("API", false, &[("Accept", "application/json")]),
            (
                "axios",
                false,
                &[("Accept", "application/json, text/plain, */*")],
            ),
            (
                "HTML refused",
                false,
                &[("Accept", "text/html; q=0.0, */*")],
            ),
            ("empty", false, &[("Accept", "")]),
            ("event stream", false, &[("Accept", "text/event-stream")]),
            (
                "jQuery",
                false,
                &[HTML, ("X-Requested-With", "XMLHttpRequest")],
            ),
            ("htmx", false, &[HTML, ("HX-Request", "true")]),
            (
                "htmx boost",
                false,
                &[("HX-Request", "true"), ("HX-Boosted", "true")],
            ),
        ] {
            assert_navigation(expected, name, Method::GET, headers);
            assert_navigation(expected, name, Method::HEAD, headers);
            assert_navigation(expected, name, Method::POST, headers);
            assert_navigation(false, name, Method::PUT, headers);
            assert_navigation(false, name, Method::DELETE, headers);
        }
    }

    #[test]
    fn a_prefetched_page_is_not_asked_for_yet() {
        for purpose in [
            ("Sec-Purpose", "prefetch"),
            ("Sec-Purpose", "prefetch;prerender"),
            ("Purpose", "prefetch"),
            ("X-Purpose", "preview"),
            ("X-Moz", "prefetch"),
        ] {
            let headers = [purpose, HTML, ("Sec-Fetch-Mode", "navigate")];
            assert_navigation(false, "prefetch", Method::GET, &headers);
        }
    }
}
