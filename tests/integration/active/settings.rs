//! What is kept of a login, for how long, how many of them; and nothing of it when switched off.

use std::{thread, time::Duration};

use actix_login::{ActiveLogins, LoginManager, UserMixin, store::MemoryLoginStore};

use crate::{
    serve,
    support::{
        Browser, REMEMBER, SECRET, SESSION,
        active_site::{
            Line, MINUTE, Site, TestStore, block_on, current, log_in, log_in_remembered, logins,
            who,
        },
        cookie_session, record,
    },
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn the_oldest_login_ends_when_there_are_too_many() {
    let site = Site::with(|active| active.max_logins(2));
    let mut browsers = [(); 3].map(|()| {
        site.clock.advance(MINUTE);
        site.remembered(1)
    });
    let mut other_user = site.logged_in(2);
    assert_eq!(browsers.each_mut().map(who), ["None", "Some(1)", "Some(1)"]);
    assert_eq!(who(&mut other_user), "Some(2)");

    // The same browser again is no further login.
    log_in_remembered(&mut browsers[2], 1);
    assert_eq!(browsers.each_mut().map(who), ["None", "Some(1)", "Some(1)"]);
}

#[test]
fn a_new_login_is_refused_when_there_are_too_many() {
    let site = Site::with(|active| active.max_logins(1).refuse_new_logins(true));
    let mut first = site.remembered(1);
    let mut second = site.browser();
    let refused = log_in_remembered(&mut second, 1);
    assert_eq!((refused.status, refused.body.as_str()), (403, ""));
    assert_eq!(refused.set_cookies(), []);
    assert_eq!(who(&mut first), "Some(1)");
    assert_eq!(log_in(&mut first, 1).status, 200, "it has a login already");

    first.post("/logout", "");
    assert_eq!(log_in(&mut second, 1).status, 200);
}

/// How many of 20 logins of one user at once were let in, and are in afterwards.
fn at_once(site: &Site) -> (usize, usize) {
    site.store.set_delay(Duration::from_millis(20));
    let logins: Vec<_> = (0..20)
        .map(|_| {
            let mut browser = site.browser();
            thread::spawn(move || (log_in(&mut browser, 1).status, browser))
        })
        .collect();
    let logins: Vec<_> = logins.into_iter().map(|it| it.join().unwrap()).collect();
    let let_in = logins.iter().filter(|(status, _)| *status == 200).count();
    let in_afterwards = logins
        .into_iter()
        .filter_map(|(_, mut browser)| (who(&mut browser) == "Some(1)").then_some(()))
        .count();
    (let_in, in_afterwards)
}

#[test]
fn never_are_there_too_many_also_where_all_come_at_once() {
    let site = Site::with(|active| active.max_logins(3));
    let (let_in, in_afterwards) = at_once(&site);
    assert_eq!(let_in, 20);
    assert!(in_afterwards <= 3, "{in_afterwards}");

    let site = Site::with(|active| active.max_logins(3).refuse_new_logins(true));
    let (let_in, in_afterwards) = at_once(&site);
    assert!(let_in <= 3, "{let_in}");
    assert_eq!(in_afterwards, let_in);
    assert_eq!(site.store.stored("User:1").len(), let_in);
    site.store.set_delay(Duration::ZERO);
    let mut browser = site.browser();
    assert_eq!(
        log_in(&mut browser, 1).status,
        if let_in < 3 { 200 } else { 403 }
    );
}

#[test]
fn the_newest_login_stays_also_where_all_began_in_one_second() {
    let site = Site::with(|active| active.max_logins(1));
    for _ in 0..20 {
        let mut newest = site.logged_in(1);
        assert_eq!(who(&mut newest), "Some(1)");
        assert_eq!(logins(&mut newest).len(), 1);
    }
}

#[test]
fn a_refused_login_ends_none_in_a_store_that_is_as_full_as_may_be() {
    let store = TestStore::new(MemoryLoginStore::new().max_per_user(1));
    let site = Site::on_store(store, |manager, store| {
        let logins = ActiveLogins::in_store(store).max_logins(1);
        manager.active_logins(logins.refuse_new_logins(true))
    });
    let mut first = site.logged_in(1);
    assert_eq!(log_in(&mut site.browser(), 1).status, 403);
    assert_eq!(who(&mut first), "Some(1)");
}

#[test]
fn a_login_that_the_new_one_ends_is_not_one_too_many() {
    let site = Site::with(|active| active.max_logins(2).refuse_new_logins(true));
    let remembered = site.remembered(1);
    let mut browser = site.logged_in(1);
    let ended = current(&mut browser).id;
    assert_eq!(browser.post("/end", &format!("id={ended}")).status, 200);
    let mut elsewhere = site.logged_in(1);
    // Its session's login has ended, and its remember cookie's goes with the new login.
    browser.cookies.insert(
        REMEMBER.to_owned(),
        remembered.cookie(REMEMBER).unwrap().to_owned(),
    );
    assert_eq!(log_in(&mut browser, 1).status, 200);
    assert_eq!(who(&mut elsewhere), "Some(1)");
    assert_eq!(logins(&mut elsewhere).len(), 2);
}

#[test]
fn a_refused_login_leaves_who_is_logged_in() {
    let site = Site::with(|active| active.max_logins(1).refuse_new_logins(true));
    let _elsewhere = site.logged_in(1);
    let mut browser = site.remembered(2);
    assert_eq!(log_in(&mut browser, 1).status, 403);
    assert_eq!(who(&mut browser), "Some(2)");
    browser.restart();
    assert_eq!(who(&mut browser), "Some(2)");
}

#[test]
fn a_limit_of_none_is_refused_at_build() {
    let built = LoginManager::<crate::support::active_site::User>::builder(SECRET)
        .user_loader(async |_: u64| None)
        .active_logins(ActiveLogins::in_memory().max_logins(0))
        .build();
    assert!(built.unwrap_err().to_string().contains("max_logins"));
}

#[test]
fn times_user_agent_and_address_are_shown() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let line = current(&mut browser);
    let year = (365 * DAY).as_secs();
    let expected = Line {
        id: line.id.clone(),
        started_at: line.started_at,
        last_seen_at: line.started_at,
        expires_at: Some(line.started_at + year),
        user_agent: "TestBrowser/1.0".to_owned(),
        address: "127.0.0.1".to_owned(),
        remembered: true,
        is_current: true,
    };
    assert_eq!(line, expected);
    assert_eq!(line.id.len(), 22);

    let mut plain = site.logged_in(1);
    let line = current(&mut plain);
    assert_eq!(
        line.expires_at,
        Some(line.started_at + (31 * DAY).as_secs())
    );
    assert!(!line.remembered);
}

#[test]
fn the_address_is_the_one_that_the_own_proxies_saw() {
    let site = Site::built(
        |active| active,
        |manager| manager.trusted_proxies(1, "X-Forwarded-For"),
    );
    let mut browser = site.browser();
    let logged_in = browser
        .request("POST", "/login")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("X-Forwarded-For", "6.6.6.6, 192.0.2.7")
        .body("id=1")
        .send();
    assert_eq!(logged_in.status, 200);
    assert_eq!(current(&mut browser).address, "192.0.2.7");
}

fn user_agent_kept(user_agent: &[u8]) -> String {
    let site = Site::new();
    let mut browser = site.browser();
    browser.user_agent = None;
    let logged_in = browser
        .request("POST", "/login")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("User-Agent", user_agent)
        .body("id=1")
        .send();
    assert_eq!(logged_in.status, 200);
    current(&mut browser).user_agent
}

#[test]
fn a_user_agent_is_cut_at_200_bytes_and_never_within_a_character() {
    assert_eq!(user_agent_kept(&[b'x'; 201]), "x".repeat(200));
    assert_eq!(user_agent_kept(&[b'x'; 200]), "x".repeat(200));
    let umlauts = format!("x{}", "ü".repeat(100));
    assert_eq!(
        user_agent_kept(umlauts.as_bytes()),
        format!("x{}", "ü".repeat(99))
    );
}

#[test]
fn a_user_agent_that_is_no_text_or_missing_does_no_harm() {
    assert_eq!(user_agent_kept(b"a\xff\xfeb"), "a\u{fffd}\u{fffd}b");
    // Each byte becomes a character of three.
    assert_eq!(user_agent_kept(&[0xff; 300]), "\u{fffd}".repeat(66));
    assert_eq!(user_agent_kept(b"<script>\t'\"&"), "<script>\t'\"&");
    assert_eq!(user_agent_kept(b""), "");
}

#[test]
fn a_request_asks_the_store_once_and_one_that_asks_for_nobody_never() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = site.store.count_all();
    who(&mut browser);
    assert_eq!(site.store.count("find"), 1);
    assert_eq!(site.store.count_all(), before + 1);

    browser.get("/public");
    who(&mut site.browser());
    assert_eq!(site.store.count_all(), before + 1);
}

#[test]
fn that_a_login_was_seen_is_noted_at_most_once_a_minute() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let began = current(&mut browser).started_at;
    site.clock.advance(MINUTE - Duration::from_secs(1));
    who(&mut browser);
    assert_eq!(site.store.count("touch"), 0);

    site.clock.advance(Duration::from_secs(1));
    who(&mut browser);
    who(&mut browser);
    assert_eq!(site.store.count("touch"), 1);
    let line = current(&mut browser);
    assert_eq!((line.started_at, line.last_seen_at), (began, began + 60));
}

#[test]
fn how_often_it_is_noted_is_a_setting() {
    let site = Site::with(|active| active.touch_interval(10 * MINUTE));
    let mut browser = site.logged_in(1);
    site.clock.advance(9 * MINUTE);
    who(&mut browser);
    assert_eq!(site.store.count("touch"), 0);
    site.clock.advance(MINUTE);
    who(&mut browser);
    assert_eq!(site.store.count("touch"), 1);
}

#[test]
fn an_ended_login_is_neither_valid_nor_listed_also_where_the_store_still_has_it() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let mut later = site.remembered(1);
    site.clock.advance(31 * DAY);
    assert_eq!(site.store.stored("User:1").len(), 2);
    assert_eq!(logins(&mut later).len(), 1);
    assert_eq!(
        block_on(site.manager.active_logins_of(&1)).unwrap().len(),
        1
    );
    assert_eq!(who(&mut browser), "None");
}

#[test]
fn a_remembered_login_outlives_its_session_under_the_same_entry() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = current(&mut browser).id;
    site.clock.advance(31 * DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(current(&mut browser).id, before);
    assert_eq!(browser.get("/fresh").body, "false");
}

#[test]
fn an_entry_goes_with_the_last_visit_where_that_ends_its_login() {
    let visits = |manager: actix_login::LoginManagerBuilder<_>| manager.visit_deadline(DAY);
    let site = Site::built(|active| active, visits);
    let mut browser = site.logged_in(1);
    for _ in 0..3 {
        site.clock.advance(DAY - MINUTE);
        assert_eq!(who(&mut browser), "Some(1)");
        assert_eq!(logins(&mut browser).len(), 1);
    }
    let mut remembered = site.remembered(1);
    site.clock.advance(DAY + MINUTE);
    assert_eq!(
        block_on(site.manager.active_logins_of(&1)).unwrap().len(),
        1
    );
    assert_eq!(who(&mut browser), "None");
    assert_eq!(who(&mut remembered), "Some(1)");
}

#[test]
fn a_confirmed_login_stays_the_same() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = current(&mut browser).id;
    browser.restart();
    assert_eq!(browser.post("/confirm", "").status, 200);
    assert_eq!(browser.get("/fresh").body, "true");
    assert_eq!(current(&mut browser).id, before);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn a_changed_password_keeps_the_login_in_which_it_was_changed() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut other = site.remembered(1);
    let before = current(&mut browser).id;
    assert_eq!(browser.post("/password", "id=1&password=new").status, 200);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(current(&mut browser).id, before);
    assert_eq!(who(&mut other), "None");
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(current(&mut browser).id, before);
}

#[test]
fn a_changed_id_takes_the_login_along() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut copy = browser.clone();
    assert_eq!(browser.post("/password", "id=7&password=new").status, 200);
    assert_eq!(who(&mut browser), "Some(7)");
    assert_eq!(logins(&mut browser).len(), 1);
    assert!(current(&mut browser).remembered);
    assert_eq!(site.store.stored("User:1"), []);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(7)");
    assert_eq!(who(&mut copy), "None");
}

fn record_of(browser: &mut Browser) -> String {
    browser.get("/record").body
}

#[test]
fn switched_off_there_is_no_id_in_record_or_token() {
    let (off, on) = (Site::stateless(), Site::new());
    let (mut off, mut on) = (off.remembered(1), on.remembered(1));
    let (of_off, of_on) = (record_of(&mut off), record_of(&mut on));
    assert!(!record::has_flag(&of_off, record::LOGIN), "{of_off}");
    assert!(record::has_flag(&of_on, record::LOGIN), "{of_on}");
    assert_eq!(of_on.len(), of_off.len() + 22);

    let fields = |browser: &Browser| browser.cookie(REMEMBER).unwrap().split('.').count();
    assert!(off.cookie(REMEMBER).unwrap().starts_with("1."));
    assert_eq!(fields(&off), 7);
    assert!(on.cookie(REMEMBER).unwrap().starts_with("2."));
    assert_eq!(fields(&on), 9);

    // Without the percent signs, of which there are more and less by chance.
    let size = |browser: &Browser| {
        let cookie = browser.cookie(SESSION).unwrap();
        cookie.len() - 2 * cookie.matches('%').count()
    };
    assert!(size(&off) + 22 <= size(&on));
    assert_eq!(off.get("/logins").status, 500);
}

#[test]
fn cookies_from_before_the_store_was_switched_on_are_no_logins() {
    let before = Site::stateless();
    let site = Site::new();
    let mut by_session = before.logged_in(1);
    let mut by_cookie = before.remembered(1);
    by_cookie.restart();
    for old in [&mut by_session, &mut by_cookie] {
        let mut browser = site.browser();
        browser.cookies.clone_from(&old.cookies);
        assert_eq!(who(&mut browser), "None");
        assert_eq!(browser.cookie(REMEMBER), None);
        assert_eq!(record_of(&mut browser), "");
        assert_eq!(log_in_remembered(&mut browser, 1).status, 200);
        assert_eq!(who(&mut browser), "Some(1)");
    }
}

#[test]
fn a_plain_login_drops_a_remember_cookie_from_before() {
    let before = Site::stateless();
    let old = before.remembered(1);
    let site = Site::new();
    let mut browser = site.browser();
    browser.cookies.clone_from(&old.cookies);
    log_in(&mut browser, 1);
    assert_eq!(browser.cookie(REMEMBER), None);
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn cookies_from_after_the_store_was_switched_off_again_still_work() {
    let with_store = Site::new();
    let (mut by_session, mut by_cookie) = (with_store.logged_in(1), with_store.remembered(1));
    by_cookie.restart();
    let site = Site::stateless();
    for old in [&mut by_session, &mut by_cookie] {
        let mut browser = site.browser();
        browser.cookies.clone_from(&old.cookies);
        assert_eq!(who(&mut browser), "Some(1)");
    }
}

#[derive(Clone, UserMixin)]
struct Admin {
    id: u64,
}

#[test]
fn two_managers_on_one_store_do_not_mix_their_users() {
    use actix_login::{CurrentUser, login_user};
    use actix_web::{HttpRequest, Responder, Result, web};

    async fn log_in_admin(req: HttpRequest) -> Result<impl Responder> {
        login_user(&req, &Admin { id: 1 }).await?;
        Ok("logged in")
    }
    async fn admin(admin: CurrentUser<Admin>) -> impl Responder {
        format!("{:?}", admin.get_id())
    }

    let memory = MemoryLoginStore::new();
    let store = TestStore::new(memory.clone());
    let users = Site::on_store(store, |manager, store| {
        manager.active_logins(ActiveLogins::in_store(store))
    });
    let admins = LoginManager::<Admin>::builder(SECRET)
        .user_loader(async |id: u64| Some(Admin { id }))
        .active_logins(ActiveLogins::in_store(memory.clone()))
        .build()
        .unwrap();
    let served = admins.clone();
    let app = serve!(
        |config| {
            config
                .route("/login", web::post().to(log_in_admin))
                .route("/who", web::get().to(admin));
        },
        served.clone(),
        cookie_session()
    );

    let mut user = users.logged_in(1);
    let mut admin = app.browser();
    admin.post("/login", "");
    assert_eq!(who(&mut admin), "Some(1)");
    assert_eq!(logins(&mut user).len(), 1);
    assert_eq!(block_on(admins.active_logins_of(&1)).unwrap().len(), 1);

    let of_admin = block_on(admins.active_logins_of(&1)).unwrap()[0].id;
    assert_eq!(user.post("/end", &format!("id={of_admin}")).status, 404);
    user.post("/end-others", "");
    assert_eq!(who(&mut admin), "Some(1)");

    block_on(admins.end_all_logins_of(&1)).unwrap();
    assert_eq!(who(&mut admin), "None");
    assert_eq!(who(&mut user), "Some(1)");
    assert_eq!(
        block_on(users.manager.active_logins_of(&1)).unwrap().len(),
        1
    );
}

#[test]
fn of_two_managers_around_a_handler_each_lists_and_ends_its_own_users_logins() {
    use crate::support::pages;
    use actix_login::{active_logins, login_user};
    use actix_web::{HttpRequest, Responder, Result, web};

    async fn log_in(req: HttpRequest) -> Result<impl Responder> {
        login_user(&req, &pages::User::from(1)).await?;
        login_user(&req, &Admin { id: 1 }).await?;
        Ok("logged in")
    }
    /// How many of the user, of the admin, and of whom is nearest.
    async fn counts(req: HttpRequest) -> Result<impl Responder> {
        let users = LoginManager::<pages::User>::of(&req)?;
        let admins = LoginManager::<Admin>::of(&req)?;
        let of_user = users.active_logins(&req).await?.len();
        let of_admin = admins.active_logins(&req).await?.len();
        let nearest = active_logins(&req).await?.len();
        Ok(format!("{of_user} {of_admin} {nearest}"))
    }
    async fn end_users_others(req: HttpRequest) -> Result<impl Responder> {
        let users = LoginManager::<pages::User>::of(&req)?;
        users.end_other_logins(&req).await?;
        Ok("ended")
    }
    async fn end_admin(req: HttpRequest) -> Result<impl Responder> {
        let admins = LoginManager::<Admin>::of(&req)?;
        let logins = admins.active_logins(&req).await?;
        for login in logins.iter().filter(|login| login.is_current) {
            admins.end_login(&req, login.id).await?;
        }
        Ok("ended")
    }

    let memory = MemoryLoginStore::new();
    let users = pages::builder::<pages::User>();
    let users = users.active_logins(ActiveLogins::in_store(memory.clone()));
    let users = users.build().unwrap();
    let admins = LoginManager::<Admin>::builder(SECRET)
        .user_loader(async |id: u64| Some(Admin { id }))
        .active_logins(ActiveLogins::in_store(memory))
        .build()
        .unwrap();
    let app = serve!(
        |config| {
            config
                .route("/login", web::post().to(log_in))
                .route("/counts", web::get().to(counts))
                .route("/end-users-others", web::post().to(end_users_others))
                .route("/end-admin", web::post().to(end_admin));
        },
        admins.clone(),
        users.clone(),
        cookie_session()
    );

    let [mut first, mut second] = [(); 2].map(|()| {
        let mut browser = app.browser();
        browser.post("/login", "");
        browser
    });
    assert_eq!(first.get("/counts").body, "2 2 2");
    assert_eq!(first.post("/end-users-others", "").body, "ended");
    assert_eq!(first.get("/counts").body, "1 2 2");
    assert_eq!(second.get("/counts").status, 401, "the user is out");
    assert_eq!(first.post("/end-admin", "").body, "ended");
    assert_eq!(first.get("/counts").status, 401, "the admin is out");
}
