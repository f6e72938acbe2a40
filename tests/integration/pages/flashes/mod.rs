//! Flash messages: kept until they are shown once, bounded in size, and flashed by refusals.

mod after_login;
mod cookie_size;
mod ended_logins;
mod refusals;

use std::sync::{Arc, Mutex};

use actix_login::{
    FlashedMessages, LoginManagerBuilder, LoginOptions, confirm_login, flash, fresh_login_required,
    login_required, login_user_with,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, Form, Json, Path, ServiceConfig},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    serve,
    support::{
        Browser, MemorySessionStore, TestApp, cookie_session,
        pages::{User, builder, pages},
    },
};

#[derive(Deserialize)]
struct Said {
    category: String,
    message: String,
}

async fn say(req: HttpRequest, said: Form<Said>) -> impl Responder {
    flash(&req, &said.category, &said.message);
    "said"
}

async fn messages(flashes: FlashedMessages) -> impl Responder {
    Json(flashes)
}

async fn of_category(flashes: FlashedMessages, category: Path<String>) -> impl Responder {
    Json(json!(flashes.of_category(&category).collect::<Vec<_>>()))
}

#[login_required]
async fn guarded() -> impl Responder {
    "guarded"
}

#[fresh_login_required]
async fn fresh() -> impl Responder {
    "fresh"
}

async fn stale_login(req: HttpRequest) -> Result<impl Responder> {
    login_user_with(&req, &User::from(1), LoginOptions::new().fresh(false)).await?;
    Ok("logged in")
}

async fn confirm(req: HttpRequest) -> Result<impl Responder> {
    confirm_login(&req).await?;
    Ok("confirmed")
}

fn flashing(config: &mut ServiceConfig) {
    config
        .configure(pages::<User>)
        .route("/say", web::post().to(say))
        .route("/messages", web::get().to(messages))
        .route("/messages/{category}", web::get().to(of_category))
        .route("/fresh", web::get().to(fresh))
        .route("/stale-login", web::post().to(stale_login))
        .route("/confirm", web::post().to(confirm))
        .default_service(web::to(guarded));
}

fn app(change: impl FnOnce(LoginManagerBuilder<User>) -> LoginManagerBuilder<User>) -> TestApp {
    let builder = builder::<User>().refresh_view("/refresh");
    let manager = change(builder).build().unwrap();
    serve!(flashing, manager.clone(), cookie_session())
}

fn usual_app() -> TestApp {
    app(|builder| builder)
}

fn tell(browser: &mut Browser, category: &str, message: &str) {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("category", category)
        .append_pair("message", message)
        .finish();
    let response = browser.post("/say", &form);
    assert_eq!(response.status, 200, "{response:?}");
}

/// Each as category and message, the oldest first.
fn shown(browser: &mut Browser) -> Vec<(String, String)> {
    shown_at(browser, "/messages")
}

fn shown_at(browser: &mut Browser, page: &str) -> Vec<(String, String)> {
    let flashes: Vec<Value> = serde_json::from_str(&browser.get(page).body).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    flashes
        .iter()
        .map(|flash| (text(&flash["category"]), text(&flash["message"])))
        .collect()
}

fn pair(category: &str, message: &str) -> (String, String) {
    (category.to_owned(), message.to_owned())
}

fn is_kept_until_shown_once(app: &TestApp) {
    let mut browser = app.browser();
    tell(&mut browser, "info", "first");
    tell(&mut browser, "error", "second");
    assert_eq!(browser.get("/who").status, 200);
    assert_eq!(
        shown(&mut browser),
        [pair("info", "first"), pair("error", "second")]
    );
    assert_eq!(shown(&mut browser), []);
    assert_eq!(shown(&mut app.browser()), []);
}

#[test]
fn a_flash_is_kept_until_it_is_shown_once() {
    is_kept_until_shown_once(&usual_app());
}

#[test]
fn a_flash_is_also_kept_by_a_store_on_the_server() {
    let manager = builder::<User>().build().unwrap();
    let store = MemorySessionStore::default();
    let app = serve!(flashing, manager.clone(), store.session());
    is_kept_until_shown_once(&app);
}

#[test]
fn a_flash_is_kept_without_a_login_manager() {
    is_kept_until_shown_once(&serve!(flashing_without_manager, cookie_session()));
}

fn flashing_without_manager(config: &mut ServiceConfig) {
    async fn anyone() -> impl Responder {
        "anyone"
    }
    config
        .route("/say", web::post().to(say))
        .route("/messages", web::get().to(messages))
        .route("/who", web::get().to(anyone));
}

#[test]
fn a_page_without_messages_to_show_sets_no_cookie() {
    let app = usual_app();
    let mut browser = app.browser();
    assert!(browser.get("/messages").set_cookies().is_empty());
    browser.post("/login/1", "");
    assert!(browser.get("/messages").set_cookies().is_empty());
}

#[test]
fn showing_one_category_discards_the_others() {
    let app = usual_app();
    let mut browser = app.browser();
    tell(&mut browser, "info", "first");
    tell(&mut browser, "error", "second");
    tell(&mut browser, "info", "third");
    assert_eq!(
        shown_at(&mut browser, "/messages/info"),
        [pair("info", "first"), pair("info", "third")]
    );
    assert_eq!(shown(&mut browser), []);
}

#[test]
fn the_same_message_of_the_same_category_is_kept_once() {
    let app = usual_app();
    let mut browser = app.browser();
    for _ in 0..3 {
        tell(&mut browser, "info", "saved");
        tell(&mut browser, "error", "saved");
    }
    assert_eq!(
        shown(&mut browser),
        [pair("info", "saved"), pair("error", "saved")]
    );
    tell(&mut browser, "info", "saved");
    assert_eq!(shown(&mut browser), [pair("info", "saved")]);
}

#[test]
fn beyond_eight_flashes_the_oldest_are_dropped() {
    let app = usual_app();
    let mut browser = app.browser();
    for number in 0..10 {
        tell(&mut browser, "info", &number.to_string());
    }
    let expected: Vec<_> = (2..10).map(|it| pair("info", &it.to_string())).collect();
    assert_eq!(shown(&mut browser), expected);
}

#[test]
fn beyond_1_024_bytes_of_flashes_the_oldest_are_dropped() {
    let app = usual_app();
    let mut browser = app.browser();
    let [first, second, third] = ["1", "2", "3"].map(|it| it.repeat(500));
    for message in [&first, &second, &third] {
        tell(&mut browser, "info", message);
    }
    assert_eq!(
        shown(&mut browser),
        [pair("info", &second), pair("info", &third)]
    );
}

#[test]
fn a_flash_over_1_024_bytes_is_dropped_and_the_others_are_kept() {
    let app = usual_app();
    let mut browser = app.browser();
    tell(&mut browser, "info", "short");
    tell(&mut browser, "info", &"x".repeat(1025));
    assert_eq!(shown(&mut browser), [pair("info", "short")]);
}

#[test]
fn a_flash_may_hold_any_text() {
    let app = usual_app();
    let mut browser = app.browser();
    let texts = [
        "Bonvolu ensaluti por uzi tiun pa\u{11d}on.",
        "佐藤 🎉",
        "\"\\\r\n\t\0<b>",
    ];
    for text in texts {
        tell(&mut browser, text, text);
    }
    assert_eq!(shown(&mut browser), texts.map(|text| pair(text, text)));
}

#[test]
fn a_flash_handler_gets_all_flashes_instead_of_the_session() {
    type Flashes = Arc<Mutex<Vec<(String, String, String)>>>;
    let flashes = Flashes::default();
    let sink = Arc::clone(&flashes);
    let app = app(|builder| {
        builder.flash_handler(move |req, category, message| {
            let flash = (req.path().into(), category.into(), message.into());
            sink.lock().unwrap().push(flash);
        })
    });
    let mut browser = app.browser();
    tell(&mut browser, "info", "saved");
    let refused = browser.get("/guarded");
    assert_eq!(refused.status, 302);
    assert!(refused.set_cookies().is_empty());
    assert_eq!(shown(&mut browser), []);
    let own = ("/say".into(), "info".into(), "saved".into());
    let login = (
        "/guarded".into(),
        "message".into(),
        "Please log in to access this page.".into(),
    );
    assert_eq!(*flashes.lock().unwrap(), [own, login]);
}
