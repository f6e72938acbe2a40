//! Requests that begin while the user is logged in, and whose body ends after the login has ended.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
    thread::{self, sleep},
    time::Duration,
};

use actix_login::{
    ActiveLogins, AuthenticatedUser, Authorization, LoginEvent, LoginManager, LoginManagerBuilder,
    LoginScope, current_user, login_required, login_user, store::MemoryLoginStore,
};
use actix_web::{
    App, HttpRequest, HttpResponse, Responder, Result,
    rt::{self, net},
    web::{self, Bytes, Data, Payload, ServiceConfig},
};
use futures_util::{StreamExt as _, future::join};
use h2::client::handshake;

use crate::support::{
    Browser, Count, Gate, Response, SESSION, TestApp, TestLoginStore,
    active_site::{self, Events, User, Users, log_in, who},
    block_on, boxed_app, cookie_session,
};

/// Longer than a login counts as known.
const SLOW: Duration = Duration::from_millis(1200);
/// The last byte of it is held back.
const BODY: &str = "name=value";

/// What the pages know: who may do what, and what was done.
#[derive(Clone)]
struct Rights {
    users: Users,
    tokens: Arc<Mutex<BTreeMap<String, u64>>>,
    acted: Count,
    /// Where `/log-in-beside` waits before it logs in.
    beside: Gate,
}

fn act(rights: &Rights, body: &[u8]) -> String {
    rights.acted.add();
    String::from_utf8(body.to_vec()).unwrap()
}

#[login_required]
async fn attribute(body: Bytes, rights: Data<Rights>) -> impl Responder {
    act(&rights, &body)
}

#[login_required]
async fn optional(body: Option<Bytes>, rights: Data<Rights>) -> impl Responder {
    act(&rights, &body.unwrap_or_default())
}

#[login_required(User, check = |user| user.is_admin)]
async fn checked(body: Bytes, rights: Data<Rights>) -> impl Responder {
    act(&rights, &body)
}

async fn unguarded(body: Bytes, rights: Data<Rights>) -> impl Responder {
    act(&rights, &body)
}

async fn extractor(
    _: AuthenticatedUser<User>,
    body: Bytes,
    rights: Data<Rights>,
) -> impl Responder {
    act(&rights, &body)
}

/// Asks who is logged in, and then reads the body itself.
async fn reader(
    req: HttpRequest,
    mut body: Payload,
    rights: Data<Rights>,
) -> Result<impl Responder> {
    if current_user::<User>(&req).await?.is_anonymous() {
        return Ok(HttpResponse::Unauthorized().finish());
    }
    let mut received = Vec::new();
    while let Some(part) = body.next().await {
        received.extend(part?);
    }
    Ok(HttpResponse::Ok().body(act(&rights, &received)))
}

/// The same, but it goes on after an error, and asks who is logged in at the end, too.
async fn stubborn_reader(
    req: HttpRequest,
    mut body: Payload,
    rights: Data<Rights>,
) -> Result<impl Responder> {
    current_user::<User>(&req).await?;
    let mut received = Vec::new();
    while let Some(part) = body.next().await {
        received.extend(part.unwrap_or_default());
    }
    if current_user::<User>(&req).await?.is_anonymous() {
        return Ok(HttpResponse::Unauthorized().finish());
    }
    Ok(HttpResponse::Ok().body(act(&rights, &received)))
}

/// Says whether the user is an administrator, before and after the body.
async fn is_admin(req: HttpRequest, body: Payload) -> Result<impl Responder> {
    let is_admin = async || -> Result<Option<bool>> {
        let user = current_user::<User>(&req).await?;
        Ok(user.user().map(|user| user.is_admin))
    };
    let before = is_admin().await?;
    body.to_bytes().await?;
    Ok(format!("{before:?} {:?}", is_admin().await?))
}

/// Logs in as user 2 while it waits for the last part of the body.
async fn log_in_beside(req: HttpRequest, body: Payload, rights: Data<Rights>) -> Result<String> {
    current_user::<User>(&req).await?;
    let log_in = async {
        rights.beside.pass().await;
        let logged_in = login_user(&req, &rights.users.get(2).unwrap()).await;
        rights.acted.add();
        logged_in
    };
    let (body, logged_in) = join(body.to_bytes(), log_in).await;
    logged_in?;
    Ok(String::from_utf8(body?.to_vec()).unwrap())
}

/// Logs in as user 2, and then reads the body.
async fn log_in_first(req: HttpRequest, body: Payload, rights: Data<Rights>) -> Result<String> {
    current_user::<User>(&req).await?;
    let user = rights.users.get(2).unwrap();
    login_user(&req, &user).await?;
    let body = body.to_bytes().await?;
    Ok(act(&rights, &body))
}

fn pages(config: &mut ServiceConfig) {
    let scope = |path| web::resource(path).route(web::post().to(unguarded));
    config
        .route("/attribute", web::post().to(attribute))
        .route("/optional", web::post().to(optional))
        .route("/checked", web::post().to(checked))
        .route("/extractor", web::post().to(extractor))
        .route("/reader", web::post().to(reader))
        .route("/stubborn-reader", web::post().to(stubborn_reader))
        .route("/is-admin", web::post().to(is_admin))
        .route("/log-in-beside", web::post().to(log_in_beside))
        .route("/log-in-first", web::post().to(log_in_first))
        .route("/public", web::post().to(unguarded))
        .service(scope("/scope").wrap(LoginScope::new().login_required()))
        .service(
            scope("/checked-scope").wrap(LoginScope::new().check(|user: &User| user.is_admin)),
        );
}

/// The pages that need a login.
const PAGES: [&str; 8] = [
    "/attribute",
    "/optional",
    "/checked",
    "/extractor",
    "/reader",
    "/stubborn-reader",
    "/scope",
    "/checked-scope",
];

struct Site {
    app: TestApp,
    manager: LoginManager<User>,
    store: TestLoginStore,
    rights: Rights,
    events: Events,
}

impl Site {
    fn new() -> Self {
        Self::built(|manager, store| manager.active_logins(ActiveLogins::in_store(store)))
    }

    fn built(
        settings: impl FnOnce(LoginManagerBuilder<User>, TestLoginStore) -> LoginManagerBuilder<User>,
    ) -> Self {
        let store = TestLoginStore::new(MemoryLoginStore::new());
        let rights = Rights {
            users: Users::new(),
            tokens: Arc::default(),
            acted: Count::default(),
            beside: Gate::default(),
        };
        let (by_token, events) = (rights.clone(), Events::default());
        let manager = active_site::builder(&rights.users)
            .login_view("/login")
            .header_loader(async move |value: &str| {
                let Some(Authorization::Bearer(token)) = Authorization::parse(value) else {
                    return None;
                };
                let id = by_token.tokens.lock().unwrap().get(token).copied()?;
                by_token.users.get(id)
            })
            .on_event(events.observer());
        let manager = settings(manager, store.clone()).build().unwrap();
        let (served, data) = (manager.clone(), Data::new(rights.clone()));
        let users = rights.users.clone();
        let app = TestApp::serve_http_2(move || {
            let app = App::new()
                .app_data(data.clone())
                .configure(pages)
                .configure(active_site::pages(&users));
            boxed_app(app.wrap(served.clone()).wrap(cookie_session()))
        });
        Self {
            app,
            manager,
            store,
            rights,
            events,
        }
    }

    fn logged_in(&self, id: u64) -> Browser {
        let mut browser = self.app.browser();
        assert_eq!(log_in(&mut browser, id).status, 200);
        browser
    }

    /// The requests whose handler has acted.
    fn acted(&self) -> usize {
        self.rights.acted.get()
    }
}

/// A request whose body is not complete yet.
struct SlowPost(TcpStream);

impl SlowPost {
    /// Sends all but the last byte of the body.
    fn begin(browser: &Browser, site: &Site, page: &str) -> Self {
        let cookies = browser.cookies.iter();
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Self::begin_with(site, page, &format!("Cookie: {}\r\n", cookies.join("; ")))
    }

    fn begin_with(site: &Site, page: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(site.app.address()).unwrap();
        let timeout = Some(Duration::from_secs(20));
        stream.set_read_timeout(timeout).unwrap();
        let head = format!(
            "POST {page} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUser-Agent: TestBrowser/1.0\r\n\
             Content-Length: {}\r\n{headers}\r\n{}",
            BODY.len(),
            &BODY[..BODY.len() - 1]
        );
        stream.write_all(head.as_bytes()).unwrap();
        Self(stream)
    }

    fn finish(mut self) -> Response {
        self.0
            .write_all(&BODY.as_bytes()[BODY.len() - 1..])
            .unwrap();
        let mut response = Vec::new();
        self.0.read_to_end(&mut response).unwrap();
        Response::parse(&response).unwrap()
    }
}

/// Begins a request of each page, lets `meanwhile` run, and completes them when they are slow.
fn all_pages(
    site: &Site,
    browser: &Browser,
    pages: &[&'static str],
    meanwhile: impl FnOnce(),
) -> Vec<(&'static str, Response)> {
    let begun: Vec<_> = pages
        .iter()
        .map(|page| (*page, SlowPost::begin(browser, site, page)))
        .collect();
    sleep(SLOW);
    meanwhile();
    begun
        .into_iter()
        .map(|(page, post)| (page, post.finish()))
        .collect()
}

/// The response to a request that needs a login, and whose login has ended: it leaves the session alone.
#[track_caller]
fn assert_refused(page: &str, response: &Response) {
    assert_eq!(response.status, 302, "{page}");
    let location = response.header("location").unwrap_or_default();
    assert!(location.starts_with("/login"), "{page}: {location}");
    assert_eq!(response.header("set-cookie"), None, "{page}");
}

#[test]
fn a_slow_body_of_a_login_that_holds_arrives() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    for (page, response) in all_pages(&site, &browser, &PAGES, || {}) {
        assert_eq!((response.status, &*response.body), (200, BODY), "{page}");
    }
    assert_eq!(site.acted(), PAGES.len());
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn a_slow_body_does_not_outlast_a_logout() {
    let site = Site::new();
    let owner = site.logged_in(1);
    let thief = owner.clone();
    let responses = all_pages(&site, &thief, &PAGES, || {
        assert_eq!(owner.clone().post("/logout", "").status, 200);
    });
    for (page, response) in responses {
        assert_refused(page, &response);
    }
    assert_eq!(site.acted(), 0);
    assert_eq!(site.events.count(LoginEvent::UserUnauthorized), PAGES.len());
}

#[test]
fn a_slow_body_does_not_outlast_the_end_of_all_logins() {
    let site = Site::new();
    let browser = site.logged_in(1);
    let responses = all_pages(&site, &browser, &PAGES, || {
        block_on(site.manager.end_all_logins_of(&1)).unwrap();
    });
    for (page, response) in responses {
        assert_refused(page, &response);
    }
    assert_eq!(site.acted(), 0);
}

#[test]
fn a_slow_body_does_not_outlast_the_password_or_the_user() {
    let site = Site::new();
    let (first, second) = (site.logged_in(1), site.logged_in(2));
    let responses = all_pages(&site, &first, &PAGES, || {
        site.rights.users.change(1, 1, "another password");
    });
    for (page, response) in responses {
        assert_refused(page, &response);
    }
    // The user has another id now.
    let responses = all_pages(&site, &second, &PAGES, || {
        site.rights.users.change(2, 3, "first password");
    });
    for (page, response) in responses {
        assert_refused(page, &response);
    }
    assert_eq!(site.acted(), 0);
}

#[test]
fn a_slow_body_does_not_outlast_the_token_of_its_header() {
    let site = Site::new();
    let add = |token: &str| {
        site.rights
            .tokens
            .lock()
            .unwrap()
            .insert(token.to_owned(), 1)
    };
    add("good");
    add("revoked");
    let begin = |page, token| {
        let header = format!("Authorization: Bearer {token}\r\n");
        SlowPost::begin_with(&site, page, &header)
    };
    let good: Vec<_> = PAGES.map(|page| (page, begin(page, "good"))).into();
    let revoked: Vec<_> = PAGES.map(|page| (page, begin(page, "revoked"))).into();
    sleep(SLOW);
    site.rights.tokens.lock().unwrap().remove("revoked");
    for (page, post) in good {
        assert_eq!(post.finish().status, 200, "{page}");
    }
    for (page, post) in revoked {
        assert_refused(page, &post.finish());
    }
    assert_eq!(site.acted(), PAGES.len());
    // The token belongs to another user now.
    let good = PAGES.map(|page| (page, begin(page, "good")));
    sleep(SLOW);
    site.rights
        .tokens
        .lock()
        .unwrap()
        .insert("good".to_owned(), 2);
    for (page, post) in good {
        assert_refused(page, &post.finish());
    }
    assert_eq!(site.acted(), PAGES.len());
}

#[test]
fn a_slow_body_does_not_outlast_a_right() {
    let site = Site::new();
    let browser = site.logged_in(3);
    let pages = ["/checked", "/checked-scope"];
    let responses = all_pages(&site, &browser, &pages, || {
        site.rights.users.demote(3);
    });
    for (page, response) in responses {
        assert_eq!(response.status, 403, "{page}");
    }
    assert_eq!(site.acted(), 0);
}

#[test]
fn after_a_slow_body_the_user_is_as_the_loader_returns_it_then() {
    let site = Site::new();
    let browser = site.logged_in(1);
    let responses = all_pages(&site, &browser, &["/is-admin"], || {
        site.rights.users.demote(1)
    });
    assert_eq!(responses[0].1.body, "Some(true) Some(false)");
}

#[test]
fn a_slow_body_is_an_error_where_the_store_fails() {
    let site = Site::new();
    let browser = site.logged_in(1);
    let responses = all_pages(&site, &browser, &PAGES, || site.store.fail(&["*"]));
    for (page, response) in responses {
        assert_eq!((response.status, &*response.body), (500, ""), "{page}");
        assert_eq!(response.header("set-cookie"), None, "{page}");
    }
    site.store.fail(&[]);
    assert_eq!(site.acted(), 0);
    assert_eq!(who(&mut browser.clone()), "Some(1)");
}

#[test]
fn a_body_that_arrives_at_once_costs_no_second_look() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let before = site.store.count("find");
    assert_eq!(browser.post("/attribute", BODY).status, 200);
    assert_eq!(site.store.count("find"), before + 1);
}

#[test]
fn a_slow_body_of_a_stranger_arrives_where_no_login_is_needed() {
    let site = Site::new();
    let stranger = site.app.browser();
    for (page, response) in all_pages(&site, &stranger, &["/public"], || {}) {
        assert_eq!(response.status, 200, "{page}");
    }
    let mut user = site.logged_in(1);
    let responses = all_pages(&site, &user.clone(), &["/public"], || {
        user.post("/logout", "");
    });
    // The page has asked for nobody.
    assert_eq!(responses[0].1.status, 200);
}

#[test]
fn a_handler_that_logs_in_reads_a_slow_body_as_the_new_user() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let responses = all_pages(&site, &browser, &["/log-in-first"], || {});
    let response = &responses[0].1;
    assert_eq!((response.status, &*response.body), (200, BODY));
    let session = response.set_cookie(SESSION).unwrap();
    browser.cookies.insert(session.name, session.value);
    assert_eq!(who(&mut browser), "Some(2)");
}

#[test]
fn a_handler_that_logs_in_during_the_check_stays_logged_in() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let post = SlowPost::begin(&browser, &site, "/log-in-beside");
    sleep(SLOW);
    let find = site.store.hold("find");
    let response = thread::scope(|scope| {
        let response = scope.spawn(|| post.finish());
        find.wait_until_reached();
        site.rights.beside.open();
        while site.acted() == 0 {
            sleep(Duration::from_millis(2));
        }
        find.open();
        response.join().unwrap()
    });
    assert_eq!((response.status, &*response.body), (200, BODY));
    let session = response.set_cookie(SESSION).unwrap();
    browser.cookies.insert(session.name, session.value);
    assert_eq!(who(&mut browser), "Some(2)");
}

#[test]
fn without_active_logins_a_slow_body_does_not_outlast_the_password() {
    let site = Site::built(|manager, _| manager);
    let (first, second) = (site.logged_in(1), site.logged_in(2));
    for (page, response) in all_pages(&site, &first, &PAGES, || {}) {
        assert_eq!(response.status, 200, "{page}");
    }
    let responses = all_pages(&site, &second, &PAGES, || {
        site.rights.users.change(2, 2, "another password");
    });
    for (page, response) in responses {
        assert_refused(page, &response);
    }
    assert_eq!(site.acted(), PAGES.len());
}

#[test]
fn a_slow_body_over_http_2_does_not_outlast_a_logout() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    let cookies: Vec<_> = owner
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let (address, cookies) = (site.app.address(), cookies.join("; "));
    for logs_out in [false, true] {
        let status = block_on(async {
            let stream = net::TcpStream::connect(address).await.unwrap();
            let (client, connection) = handshake(stream).await.unwrap();
            rt::spawn(connection);
            let request = http::Request::post(format!("http://{address}/attribute"))
                .header("cookie", &cookies)
                .header("user-agent", "TestBrowser/1.0")
                .body(())
                .unwrap();
            let mut client = client.ready().await.unwrap();
            let (response, mut body) = client.send_request(request, false).unwrap();
            body.send_data(Bytes::from_static(b"first"), false).unwrap();
            rt::time::sleep(SLOW).await;
            if logs_out {
                assert_eq!(owner.post("/logout", "").status, 200);
            }
            body.send_data(Bytes::from_static(b"last"), true).unwrap();
            response.await.unwrap().status().as_u16()
        });
        assert_eq!(status, if logs_out { 302 } else { 200 });
    }
    assert_eq!(site.acted(), 1);
}
