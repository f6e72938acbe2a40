//! Session protection: what happens when a session turns up on another computer.

use actix_login::SessionProtection::{self, Basic, Off, Strong};
use actix_web::HttpRequest;

use crate::support::{
    Browser, MemorySessionStore, REMEMBER, Response, SECRET, SESSION, record,
    site::{Builder, Site, World},
};

const HOME: &str = "192.0.2.1";
const STREET: &str = "198.51.100.7";

fn behind_a_proxy(protection: SessionProtection) -> impl FnOnce(Builder) -> Builder {
    move |manager| {
        manager
            .session_protection(protection)
            .trusted_proxies(1, "X-Forwarded-For")
    }
}

/// A site behind a proxy, so that a browser can move about.
fn site(protection: SessionProtection) -> Site {
    Site::new(behind_a_proxy(protection))
}

/// Sends a request from this address, as the proxy passes it on.
fn send(browser: &mut Browser, address: &str, method: &str, target: &str, body: &str) -> Response {
    browser
        .request(method, target)
        .header("X-Forwarded-For", address)
        .body(body)
        .send()
}

fn get(browser: &mut Browser, address: &str, target: &str) -> Response {
    send(browser, address, "GET", target, "")
}

fn log_in_at_home(site: &Site, target: &str) -> Browser {
    let mut browser = site.browser();
    assert_eq!(send(&mut browser, HOME, "POST", target, "1").status, 200);
    browser
}

#[test]
fn a_phone_that_changes_its_address_under_basic_stays_in_and_is_not_fresh() {
    let site = site(Basic);
    let mut phone = log_in_at_home(&site, "/login");
    assert_eq!(get(&mut phone, HOME, "/account").body, "account");
    assert_eq!(get(&mut phone, STREET, "/who").body, "1 stale");
    assert_eq!(get(&mut phone, STREET, "/protected").body, "protected");
    assert_eq!(get(&mut phone, STREET, "/account").status, 401);
    // Back home it is still not: somebody else may have sent it.
    assert_eq!(get(&mut phone, HOME, "/who").body, "1 stale");
}

#[test]
fn basic_is_the_default() {
    let site = Site::new(|manager| manager);
    let mut browser = site.logged_in();
    browser.user_agent = Some("AnotherBrowser/1.0".to_owned());
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn a_mismatch_under_basic_is_written_once_and_its_event_emitted_at_each_such_request() {
    let site = site(Basic);
    let mut phone = log_in_at_home(&site, "/login");
    assert!(
        get(&mut phone, STREET, "/who")
            .set_cookie(SESSION)
            .is_some()
    );
    assert_eq!(site.world.count("session_protected"), 1);
    assert!(
        get(&mut phone, STREET, "/who")
            .set_cookie(SESSION)
            .is_none()
    );
    assert!(
        get(&mut phone, STREET, "/who")
            .set_cookie(SESSION)
            .is_none()
    );
    assert_eq!(site.world.count("session_protected"), 3);
}

#[test]
fn confirm_login_at_the_new_address_makes_the_login_fresh_there() {
    let site = site(Basic);
    let mut phone = log_in_at_home(&site, "/login");
    send(&mut phone, STREET, "POST", "/confirm", "");
    assert_eq!(get(&mut phone, STREET, "/account").body, "account");
    assert_eq!(site.world.count("session_protected"), 1);
    assert_eq!(get(&mut phone, HOME, "/who").body, "1 stale");
}

#[test]
fn another_user_agent_or_none_is_another_computer() {
    let site = site(Strong);
    let mut none = log_in_at_home(&site, "/login");
    let mut another = none.clone();
    none.user_agent = None;
    assert_eq!(get(&mut none, HOME, "/who").body, "nobody");
    another.user_agent = Some("TestBrowser/1.1".to_owned());
    assert_eq!(get(&mut another, HOME, "/who").body, "nobody");
}

#[test]
fn a_client_that_was_verified_a_moment_ago_is_not_taken_for_another() {
    let site = site(Strong);
    let mut owner = log_in_at_home(&site, "/login");
    for _ in 0..3 {
        assert_eq!(get(&mut owner, HOME, "/who").body, "1 fresh");
    }
    let mut thief = owner.clone();
    assert_eq!(get(&mut thief.clone(), STREET, "/who").body, "nobody");
    thief.user_agent = Some("TestBrowser/1.1".to_owned());
    assert_eq!(get(&mut thief, HOME, "/who").body, "nobody");
    assert_eq!(get(&mut owner, HOME, "/who").body, "1 fresh");
}

#[test]
fn strong_removes_the_login_and_the_remember_cookie_and_keeps_the_apps_other_keys() {
    let site = site(Strong);
    let mut browser = log_in_at_home(&site, "/login?remember=true");
    browser.post("/cart", "mine");
    let answer = get(&mut browser, STREET, "/who");
    assert_eq!(answer.body, "nobody");
    assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(site.world.count("session_protected"), 1);
    assert_eq!(browser.get("/record").body, "");
    assert_eq!(browser.get("/cart").body, "mine");
    assert_eq!(get(&mut browser, HOME, "/who").body, "nobody");
    assert_eq!(get(&mut browser, STREET, "/protected").status, 302);
    assert_eq!(site.world.count("session_protected"), 1);
}

#[test]
fn strong_removes_also_a_remember_cookie_that_the_page_is_not_sent() {
    let site = site(Strong);
    let mut browser = log_in_at_home(&site, "/login?remember=true");
    let elsewhere = browser.cookies.remove(REMEMBER).unwrap();
    let answer = get(&mut browser, STREET, "/who");
    assert_eq!(answer.body, "nobody");
    assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
    // As where a thief's own browser keeps it for another path.
    assert_eq!(
        get(&mut site.thief(&elsewhere), HOME, "/who").body,
        "1 stale"
    );
}

#[test]
fn strong_ends_a_session_in_a_store_for_its_owner_too() {
    let site = Site::on_store(&MemorySessionStore::default(), behind_a_proxy(Strong));
    let mut owner = log_in_at_home(&site, "/login");
    assert_eq!(get(&mut owner.clone(), STREET, "/who").body, "nobody");
    assert_eq!(get(&mut owner, HOME, "/who").body, "nobody");
}

#[test]
fn strong_leaves_the_owners_session_cookie_and_copies_used_like_it() {
    let site = site(Strong);
    let mut owner = log_in_at_home(&site, "/login");
    let mut copy = owner.clone();
    let mut thief = owner.clone();
    assert_eq!(get(&mut thief, STREET, "/who").body, "nobody");
    assert_eq!(get(&mut thief, HOME, "/who").body, "nobody");
    assert_eq!(get(&mut owner, HOME, "/who").body, "1 fresh");
    assert_eq!(get(&mut copy, HOME, "/who").body, "1 fresh");
}

#[test]
fn strong_asks_no_request_loader() {
    let world = World::new();
    let users = world.users.clone();
    let site = Site::deployed(&world, SECRET, |manager| {
        behind_a_proxy(Strong)(manager).request_loader(async move |req: &HttpRequest| {
            req.headers().get("x-forwarded-for")?;
            users.find("2")
        })
    });
    let mut browser = log_in_at_home(&site, "/login");
    assert_eq!(get(&mut browser, STREET, "/who").body, "nobody");
    assert_eq!(get(&mut browser, STREET, "/who").body, "2 stale");
}

#[test]
fn after_a_strong_mismatch_the_same_users_login_keeps_the_apps_keys() {
    let site = site(Strong);
    let mut browser = log_in_at_home(&site, "/login");
    browser.post("/cart", "mine");
    get(&mut browser, STREET, "/who");
    send(&mut browser, STREET, "POST", "/login", "1");
    assert_eq!(get(&mut browser, STREET, "/who").body, "1 fresh");
    assert_eq!(browser.get("/cart").body, "mine");
    // From here on it is an ordinary session of theirs.
    send(&mut browser, STREET, "POST", "/login", "1");
    assert_eq!(browser.get("/cart").body, "mine");
}

#[test]
fn after_a_strong_mismatch_another_users_login_clears_the_apps_keys() {
    let site = site(Strong);
    let mut thief = log_in_at_home(&site, "/login");
    thief.post("/cart", "of user 1");
    get(&mut thief, STREET, "/who");
    send(&mut thief, STREET, "POST", "/login", "2");
    assert_eq!(get(&mut thief, STREET, "/who").body, "2 fresh");
    assert_eq!(thief.get("/cart").body, "");
}

#[test]
fn another_users_remember_cookie_clears_the_apps_keys_after_a_strong_mismatch() {
    let site = site(Strong);
    let mut other = site.browser();
    send(&mut other, STREET, "POST", "/login?remember=true", "2");
    let mut thief = log_in_at_home(&site, "/login");
    thief.post("/cart", "of user 1");
    get(&mut thief, STREET, "/who");
    let token = other.cookie(REMEMBER).unwrap().to_owned();
    thief.cookies.insert(REMEMBER.to_owned(), token);
    assert_eq!(get(&mut thief, STREET, "/who").body, "2 stale");
    assert_eq!(thief.get("/cart").body, "");
}

#[test]
fn a_login_by_another_user_that_is_the_first_to_see_the_mismatch_clears_the_apps_keys() {
    let site = site(Strong);
    let mut thief = log_in_at_home(&site, "/login");
    thief.post("/cart", "of user 1");
    send(&mut thief, STREET, "POST", "/login", "2");
    assert_eq!(thief.get("/cart").body, "");
}

#[test]
fn strong_with_a_remembered_login_over_ten_requests_stays_in() {
    let site = site(Strong);
    let mut browser = log_in_at_home(&site, "/login?remember=true");
    browser.restart();
    for _ in 0..10 {
        assert_eq!(get(&mut browser, STREET, "/protected").body, "protected");
        assert_eq!(get(&mut browser, STREET, "/remembered").body, "true");
    }
    assert_eq!(site.world.count("session_protected"), 0);
    assert_eq!(site.world.count("user_loaded_from_cookie"), 1);
}

#[test]
fn a_permanent_session_in_strong_is_treated_as_in_basic() {
    let site = Site::new(|manager| behind_a_proxy(Strong)(manager).permanent_session(true));
    let mut phone = log_in_at_home(&site, "/login?remember=true");
    let answer = get(&mut phone, STREET, "/who");
    assert_eq!(answer.body, "1 stale");
    assert!(answer.set_cookie(REMEMBER).is_none());
    assert_eq!(site.world.count("session_protected"), 1);
}

#[test]
fn off_does_nothing() {
    let site = site(Off);
    let mut phone = log_in_at_home(&site, "/login");
    let answer = get(&mut phone, STREET, "/who");
    assert_eq!(answer.body, "1 fresh");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(site.world.count("session_protected"), 0);
}

#[test]
fn a_session_without_a_login_never_fails() {
    let site = site(Strong);
    let mut browser = site.browser();
    send(&mut browser, HOME, "POST", "/cart", "mine");
    assert_eq!(get(&mut browser, STREET, "/who").body, "nobody");
    assert_eq!(get(&mut browser, STREET, "/cart").body, "mine");
    assert_eq!(site.world.count("session_protected"), 0);
    send(&mut browser, STREET, "POST", "/login", "2");
    assert_eq!(get(&mut browser, STREET, "/cart").body, "mine");
}

#[test]
fn a_record_without_an_identifier_gets_it_stored() {
    let world = World::new();
    let before = Site::deployed(&world, SECRET, behind_a_proxy(Off));
    let after = Site::deployed(&world, SECRET, behind_a_proxy(Strong));
    let browser = log_in_at_home(&before, "/login");
    let mut browser = after.returning(&browser);
    let record = browser.get("/record").body;
    assert!(!record::has_flag(&record, record::FINGERPRINT), "{record}");

    let answer = get(&mut browser, HOME, "/who");
    assert_eq!(answer.body, "1 fresh");
    assert!(answer.set_cookie(SESSION).is_some());
    assert!(
        get(&mut browser, HOME, "/who")
            .set_cookie(SESSION)
            .is_none()
    );
    assert_eq!(get(&mut browser, STREET, "/who").body, "nobody");
}

#[test]
fn the_address_is_the_peers_where_no_proxy_is_trusted() {
    let site = Site::new(|manager| manager.session_protection(Strong));
    let mut browser = site.logged_in();
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP"] {
        let request = browser.request("GET", "/who");
        let answer = request.header(header, "for=198.51.100.7").send();
        assert_eq!(answer.body, "1 fresh", "{header}");
        let request = browser.request("GET", "/who");
        assert_eq!(request.header(header, STREET).send().body, "1 fresh");
    }
}

#[test]
fn a_client_that_forges_the_header_of_a_proxy_that_appends_is_known_by_its_own_address() {
    let site = site(Strong);
    let mut owner = log_in_at_home(&site, "/login");
    let mut thief = owner.clone();
    // The proxy has appended where the thief really is.
    let forged = format!("{HOME}, {STREET}");
    assert_eq!(get(&mut thief, &forged, "/who").body, "nobody");
    // And what the owner's browser claims changes nothing for the owner.
    let claimed = format!("{STREET}, unknown,, {HOME}");
    assert_eq!(get(&mut owner, &claimed, "/who").body, "1 fresh");
}

#[test]
fn a_client_that_forges_a_header_of_its_own_beside_the_proxys_gains_nothing() {
    let site = site(Strong);
    let mut thief = log_in_at_home(&site, "/login");
    let answer = thief
        .request("GET", "/who")
        .header("X-Forwarded-For", HOME)
        .header("X-Forwarded-For", STREET)
        .send();
    assert_eq!(answer.body, "nobody");
}

#[test]
fn with_two_proxies_the_second_entry_from_the_right_counts_and_the_peer_where_there_are_fewer() {
    let site = Site::new(|manager| {
        manager
            .session_protection(Strong)
            .trusted_proxies(2, "X-Forwarded-For")
    });
    let via = |address: &str| format!("{address}, 10.0.0.1");
    let mut browser = site.browser();
    send(&mut browser, &via(HOME), "POST", "/login", "1");
    assert_eq!(get(&mut browser, &via(HOME), "/who").body, "1 fresh");
    let forged = format!("{HOME}, {}", via(STREET));
    assert_eq!(get(&mut browser.clone(), &forged, "/who").body, "nobody");
    assert_eq!(get(&mut browser, HOME, "/who").body, "nobody");

    let mut direct = site.logged_in();
    assert_eq!(get(&mut direct, HOME, "/who").body, "1 fresh");
}

#[test]
fn forwarded_and_x_forwarded_host_are_not_believed_by_the_identifier() {
    let site = site(Strong);
    let mut owner = log_in_at_home(&site, "/login");
    for (name, value) in FORGED {
        let request = owner.request("GET", "/who").header(name, value);
        let answer = request.header("X-Forwarded-For", HOME).send();
        assert_eq!(answer.body, "1 fresh", "{name}");
    }
    let request = owner.request("GET", "/who");
    let thief = request.header("Forwarded", format!("for={HOME}"));
    let answer = thief.header("X-Forwarded-For", STREET).send();
    assert_eq!(answer.body, "nobody");
}

const FORGED: &[(&str, &str)] = &[
    (
        "Forwarded",
        "for=198.51.100.7;host=evil.example;proto=https",
    ),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "https"),
];

fn location_with_forged_headers(site: &Site) -> String {
    let mut browser = site.browser();
    let mut request = browser.request("GET", "/protected");
    for (name, value) in FORGED {
        request = request.header(name, value);
    }
    let answer = request.header("X-Forwarded-For", STREET).send();
    assert_eq!(answer.status, 302);
    answer.location().unwrap().to_owned()
}

#[test]
fn forwarded_and_x_forwarded_host_are_not_believed_by_any_location() {
    let path = site(Basic);
    assert_eq!(
        location_with_forged_headers(&path),
        "/login?next=%2Fprotected"
    );

    let named = Site::new(|manager| manager.login_view("login_page"));
    let location = location_with_forged_headers(&named);
    assert_eq!(location, "/resource?next=%2Fprotected");

    let elsewhere = Site::new(|manager| manager.login_view("https://accounts.example/login"));
    let location = location_with_forged_headers(&elsewhere);
    assert!(
        location.starts_with("https://accounts.example/login?next=http%3A%2F%2F127.0.0.1%3A"),
        "{location}"
    );
    assert!(!location.contains("evil"), "{location}");
}

#[test]
fn the_apps_own_identifier_decides_alone() {
    let site = Site::new(|manager| {
        manager
            .session_protection(Strong)
            .session_identifier(|req: &HttpRequest| {
                let device = req.headers().get("x-device");
                format!("{device:?}")
            })
    });
    let mut browser = site.logged_in();
    browser.user_agent = None;
    assert_eq!(get(&mut browser, STREET, "/who").body, "1 fresh");
    let answer = browser
        .request("GET", "/who")
        .header("X-Device", "2")
        .send();
    assert_eq!(answer.body, "nobody");
}
