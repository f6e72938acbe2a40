//! The example as a program of its own: what it is for, and the most likely attack.

use std::process::Command;

use example_support::Site;

fn quickstart() -> Site {
    quickstart_with(|command| command.env_remove("HTTPS"))
}

/// `change` may set variables of the environment.
fn quickstart_with(change: impl FnOnce(&mut Command) -> &mut Command) -> Site {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    command.arg("127.0.0.1:0").env_remove("SECRET_KEY");
    Site::start(change(&mut command))
}

const LEAFSTORM: [(&str, &str); 2] = [("email", "leafstorm"), ("password", "secret")];

#[test]
fn a_login_leads_to_the_page_and_a_logout_ends_it() {
    let site = quickstart();
    let mut browser = site.browser();
    let refused = browser.get("/protected");
    assert_eq!(refused.status, 302);
    let location = refused.location().unwrap().to_owned();
    assert!(location.starts_with("/login"), "{location}");

    let wrong = browser.post("/login", &[("email", "leafstorm"), ("password", "wrong")]);
    assert_eq!(wrong.status, 303);
    assert_eq!(browser.get("/protected").status, 302);

    let right = browser.post(&location, &LEAFSTORM);
    assert_eq!((right.status, right.location()), (303, Some("/protected")));
    let page = browser.get("/protected");
    assert!(page.body.contains("leafstorm"), "{}", page.body);

    browser.post("/logout", &[]);
    assert_eq!(browser.get("/protected").status, 302);
}

#[test]
fn a_form_of_another_origin_logs_nobody_in_or_out() {
    let site = quickstart();
    let mut browser = site.browser();
    let forged = browser.post_from("https://evil.example", "/login", &LEAFSTORM);
    assert_eq!(forged.status, 403);
    assert_eq!(browser.get("/protected").status, 302);

    browser.post("/login", &LEAFSTORM);
    let forged = browser.post_from("https://evil.example", "/logout", &[]);
    assert_eq!(forged.status, 403);
    assert_eq!(browser.get("/protected").status, 200);
}

#[test]
fn every_response_has_the_security_headers() {
    let site = quickstart();
    let mut browser = site.browser();
    let responses = [
        browser.get("/"),
        browser.get("/protected"),
        browser.get("/style.css"),
        browser.get("/nowhere"),
        browser.post("/login", &[]),
        browser.post_from("https://evil.example", "/login", &LEAFSTORM),
        browser.post("/login", &LEAFSTORM),
        browser.get("/protected"),
    ];
    let statuses = responses.each_ref().map(|response| response.status);
    assert_eq!(statuses, [200, 302, 200, 404, 400, 403, 303, 200]);
    for response in responses {
        let policy = response.header("Content-Security-Policy").unwrap();
        assert!(policy.contains("style-src 'self'") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(response.header("Referrer-Policy"), Some("same-origin"));
        assert_eq!(response.header("Strict-Transport-Security"), None);
        // The policy would keep an inline style from the page.
        assert!(!response.body.contains("<style") && !response.body.contains("style="));
    }
}

#[test]
fn with_https_browsers_stay_with_it() {
    let site = quickstart_with(|command| command.env("HTTPS", "1"));
    let fields = LEAFSTORM.into_iter().chain([("remember", "on")]);
    let response = site.browser().post("/login", &fields.collect::<Vec<_>>());
    let hsts = response.header("Strict-Transport-Security");
    assert_eq!(hsts, Some("max-age=31536000"));
    let cookies = response
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    let secure = cookies.map(|(_, cookie)| cookie.contains("Secure"));
    assert_eq!(secure.collect::<Vec<_>>(), [true, true]);
}
