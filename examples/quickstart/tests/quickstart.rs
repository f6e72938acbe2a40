//! The example as a program of its own: what it is for, and the most likely attack.

use std::process::Command;

use example_support::Site;

fn quickstart() -> Site {
    let program = env!("CARGO_BIN_EXE_quickstart");
    Site::start(
        Command::new(program)
            .env("PORT", "0")
            .env_remove("SECRET_KEY"),
    )
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
