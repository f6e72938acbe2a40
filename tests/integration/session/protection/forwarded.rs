//! `trusted_proxies(…, "Forwarded")`: the client's address in the header of RFC 7239.

use actix_login::{LoginManagerBuilder, SessionProtection::Strong};
use actix_web::{HttpRequest, HttpResponse, web};

use super::{HOME, STREET};
use crate::support::{Browser, pages, site::Site};

fn site(count: usize) -> Site {
    Site::new(|manager| {
        manager
            .session_protection(Strong)
            .trusted_proxies(count, "Forwarded")
    })
}

fn send(browser: &mut Browser, values: &[&[u8]], method: &str, page: &str, body: &str) -> String {
    let mut request = browser.request(method, page).body(body);
    for value in values {
        request = request.header("Forwarded", value);
    }
    request.send().body
}

fn logged_in_at(site: &Site, values: &[&[u8]]) -> Browser {
    let mut browser = site.browser();
    send(&mut browser, values, "POST", "/login", "1");
    browser
}

fn who(browser: &Browser, values: &[&[u8]]) -> String {
    send(&mut browser.clone(), values, "GET", "/who", "")
}

#[test]
fn the_address_is_that_of_the_forwarded_header() {
    let site = site(1);
    let home = format!("for={HOME}");
    let browser = logged_in_at(&site, &[home.as_bytes()]);
    for same in [
        format!("For={HOME};proto=https;by=203.0.113.43"),
        format!("host=\"a, b\";FOR=\"{HOME}:4711\""),
        format!("for=\"{HOME}:_port\""),
        format!("for={STREET}, for={HOME}"),
        format!("for=unknown , , ;;for={HOME}"),
        format!("for=\"[::ffff:{HOME}]\""),
    ] {
        assert_eq!(who(&browser, &[same.as_bytes()]), "1 fresh", "{same}");
    }
    let street = format!("for={STREET}");
    let forged = format!("for={HOME}, for={STREET}");
    for other in [street, forged] {
        assert_eq!(who(&browser, &[other.as_bytes()]), "nobody", "{other}");
    }
}

#[test]
fn the_entry_counts_across_several_headers() {
    let site = site(2);
    let home = format!("for={HOME}");
    let browser = logged_in_at(&site, &[home.as_bytes(), b"for=10.0.0.1"]);
    let line = format!("for={STREET}, for={HOME}, for=10.0.0.1");
    assert_eq!(who(&browser, &[line.as_bytes()]), "1 fresh");
    // A header that the client has spoilt comes before those of the proxies.
    for spoilt in [&b"for=\""[..], b"\xff", b"for=\"\\"] {
        let values = [spoilt, home.as_bytes(), b"for=10.0.0.1"];
        assert_eq!(who(&browser, &values), "1 fresh", "{spoilt:?}");
    }
}

#[test]
fn an_ipv6_address_is_in_brackets_and_quotes() {
    let site = site(1);
    let browser = logged_in_at(&site, &[b"for=\"[2001:db8::1]:80\""]);
    assert_eq!(who(&browser, &[b"for=\"[2001:DB8:0::1]\""]), "1 fresh");
    assert_eq!(who(&browser, &[b"for=\"[2001:db8::2]\""]), "nobody");
}

#[test]
fn what_rfc_7239_does_not_allow_is_read_as_the_peer() {
    let site = site(1);
    let peer = site.logged_in();
    let at_home = logged_in_at(&site, &[format!("for={HOME}").as_bytes()]);
    for malformed in [
        HOME.to_owned(),
        format!("for = {HOME}"),
        format!("for={HOME}:80"),
        format!("for=[{HOME}]"),
        format!("for=\"[{HOME}]\""),
        format!("for=\"{HOME}"),
        format!("for=\"{HOME}\"x"),
        format!("for=\"{HOME}:\""),
        format!("for=\"{HOME}:123456\""),
        format!("for=\"{HOME}:80:80\""),
        format!("for=\" {HOME}\""),
        format!("for={HOME};for={STREET}"),
        format!("for={HOME};FOR={HOME}"),
        format!("for={HOME} proto=http"),
        format!("by={HOME}"),
        format!("x=\", for={HOME}"),
        format!("for=unknown, for=_hidden;by={HOME}"),
        format!("for={HOME}, for=unknown"),
        format!("for={HOME}, x=y"),
        "for=2001:db8::1".to_owned(),
        "for=\"2001:db8::1\"".to_owned(),
        "for=".to_owned(),
        "for".to_owned(),
        String::new(),
    ] {
        assert_eq!(
            who(&peer, &[malformed.as_bytes()]),
            "1 fresh",
            "{malformed}"
        );
        assert_eq!(
            who(&at_home, &[malformed.as_bytes()]),
            "nobody",
            "{malformed}"
        );
    }
    assert_eq!(who(&peer, &[]), "1 fresh");
    assert_eq!(who(&peer, &[b"for=\xff"]), "1 fresh");
}

#[test]
fn client_address_reads_the_same_header_also_beside_a_session_identifier() {
    async fn address(req: HttpRequest) -> HttpResponse {
        let address = actix_login::client_address(&req);
        HttpResponse::Ok().body(format!("{address:?}"))
    }
    type Builder = LoginManagerBuilder<pages::User>;
    let behind_proxy = |manager: Builder| manager.trusted_proxies(1, "forwarded");
    let identified = |manager: Builder| manager.session_identifier(|_| "one".to_owned());
    let builder = pages::builder::<pages::User>;
    for manager in [
        behind_proxy(builder()),
        behind_proxy(identified(builder())),
        identified(behind_proxy(builder())),
    ] {
        let manager = manager.build().unwrap();
        let configure = |config: &mut web::ServiceConfig| {
            config.route("/address", web::get().to(address));
        };
        let app = crate::serve!(configure, manager.clone());
        let ask = |value: &str| {
            let mut browser = app.browser();
            let request = browser.request("GET", "/address");
            request.header("Forwarded", value).send().body
        };
        assert!(ask("for=192.0.2.9").contains("192.0.2.9"));
        assert!(ask("nonsense").contains("127.0.0.1"));
    }
}
