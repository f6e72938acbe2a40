//! The scope of the remember cookie: what becomes of a cookie from before `domain` or `path` changed.

use actix_login::RememberCookie;

use crate::support::{
    Browser, REMEMBER, Response, SECRET,
    site::{Site, World},
};

/// A browser tells cookies of one name apart by domain and path.
#[derive(Default)]
struct Jar(Vec<(Scope, String)>);

type Scope = (Option<String>, String);

impl Jar {
    /// Applies the remember cookies of a response, in their order.
    fn apply(&mut self, response: &Response) {
        for cookie in response.set_cookies() {
            if cookie.name != REMEMBER {
                continue;
            }
            let attribute = |name| cookie.attribute(name).map(str::to_owned);
            let scope = (attribute("domain"), attribute("path").unwrap());
            self.0.retain(|(other, _)| *other != scope);
            if !cookie.is_removal() {
                self.0.push((scope, cookie.value.clone()));
            }
        }
    }

    /// Sends a request with all cookies, on a path that all of them cover.
    fn send(&mut self, browser: &mut Browser, method: &str, page: &str, body: &str) -> Response {
        browser.cookies.remove(REMEMBER);
        let pairs: Vec<String> = self
            .0
            .iter()
            .map(|(_, value)| format!("{REMEMBER}={value}"))
            .collect();
        let request = browser.request(method, page).body(body);
        let response = match pairs.is_empty() {
            true => request.send(),
            false => request.header("Cookie", pairs.join("; ")).send(),
        };
        self.apply(&response);
        response
    }
}

fn deployed(world: &World, cookie: RememberCookie) -> Site {
    Site::deployed(world, SECRET, |manager| manager.remember_cookie(cookie))
}

/// A jar with a cookie that was set before the settings changed.
fn remembered_by(site: &Site) -> Jar {
    let mut jar = Jar::default();
    jar.apply(&site.browser().post("/login?remember=true", "1"));
    assert_eq!(jar.0.len(), 1);
    jar
}

/// The remember cookies of a response: whether each is removed, its domain and its path.
fn changes(response: &Response) -> Vec<(bool, Option<String>, String)> {
    let cookies = response.set_cookies().into_iter();
    cookies
        .filter(|cookie| cookie.name == REMEMBER)
        .map(|cookie| {
            let attribute = |name| cookie.attribute(name).map(str::to_owned);
            let (domain, path) = (attribute("domain"), attribute("path").unwrap());
            (cookie.is_removal(), domain, path)
        })
        .collect()
}

fn change(is_removal: bool, domain: Option<&str>, path: &str) -> (bool, Option<String>, String) {
    (is_removal, domain.map(str::to_owned), path.to_owned())
}

fn shop() -> RememberCookie {
    RememberCookie::new().domain("shop.example")
}

#[test]
fn a_cookie_from_before_the_domain_was_set_can_be_logged_out() {
    let world = World::new();
    let mut jar = remembered_by(&deployed(&world, RememberCookie::new()));
    let site = deployed(&world, shop());
    let mut browser = site.browser();
    assert_eq!(jar.send(&mut browser, "GET", "/who", "").body, "1 stale");
    jar.send(&mut browser, "POST", "/logout", "");
    assert_eq!(jar.send(&mut browser, "GET", "/who", "").body, "nobody");
}

#[test]
fn a_login_after_the_domain_was_set_leaves_one_cookie() {
    let world = World::new();
    let mut jar = remembered_by(&deployed(&world, RememberCookie::new()));
    let site = deployed(&world, shop());
    jar.send(&mut site.browser(), "POST", "/login?remember=true", "1");
    assert_eq!(jar.0.len(), 1, "{:?}", jar.0);
    let who = jar.send(&mut site.browser(), "GET", "/who", "");
    assert_eq!(who.body, "1 stale");
}

#[test]
fn with_a_domain_each_change_is_preceded_by_a_clearing_without() {
    let site = deployed(&World::new(), shop().path("/members"));
    let mut browser = site.browser();
    let login = browser.post("/login?remember=true", "1");
    let logout = browser.post("/logout", "");
    for (response, is_removal) in [(login, false), (logout, true)] {
        assert_eq!(
            changes(&response),
            [
                change(true, None, "/members"),
                change(is_removal, Some("shop.example"), "/members"),
            ]
        );
    }
}

#[test]
fn a_refresh_and_a_rejection_clear_the_cookie_without_domain_too() {
    let world = World::new();
    let site = deployed(&world, shop().refresh_each_request(true));
    let browser = site.remembered();
    let expected = |is_removal| {
        [
            change(true, None, "/"),
            change(is_removal, Some("shop.example"), "/"),
        ]
    };
    for page in ["/who", "/public"] {
        let refreshed = site.thief(browser.cookie(REMEMBER).unwrap()).get(page);
        assert_eq!(changes(&refreshed), expected(false), "{page}");
    }
    let rejected = site.thief("forged").get("/who");
    assert_eq!(changes(&rejected), expected(true));
    // Two different ones from a time when nothing cleared the first.
    let conflict = format!("{REMEMBER}=a; {REMEMBER}=b");
    let mut browser = site.browser();
    let request = browser
        .request("GET", "/who")
        .header("Cookie", conflict)
        .send();
    assert_eq!(changes(&request), expected(true));
}

#[test]
fn without_a_domain_nothing_else_is_cleared() {
    let site = deployed(&World::new(), RememberCookie::new());
    let response = site.browser().post("/login?remember=true", "1");
    assert_eq!(changes(&response), [change(false, None, "/")]);
}

#[test]
fn former_scopes_are_cleared_before_each_change() {
    let world = World::new();
    let mut jar = remembered_by(&deployed(&world, shop().path("/members")));
    let moved = RememberCookie::new()
        .former_scopes([(Some("shop.example"), "/members")])
        .former_scopes([(None, "/old"), (None, "/")]);
    let site = deployed(&world, moved);
    let login = jar.send(&mut site.browser(), "POST", "/login?remember=true", "1");
    assert_eq!(
        changes(&login),
        [
            change(true, Some("shop.example"), "/members"),
            change(true, None, "/old"),
            change(false, None, "/"),
        ]
    );
    assert_eq!(jar.0.len(), 1, "{:?}", jar.0);
    jar.send(&mut site.browser(), "POST", "/logout", "");
    assert_eq!(jar.0.len(), 0);
}
