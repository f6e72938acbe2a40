//! Guarded handlers of every form behave as they do without the guard.

use std::convert::Infallible;

use actix_login::{AuthenticatedUser, UserMixin, login_required};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post, route, routes,
    web::{self, Bytes, Json, Path, ServiceConfig},
};
use serde::Deserialize;
use utoipa::OpenApi;

use crate::{
    serve,
    support::{
        Browser, Response, TestApp, cookie_session,
        pages::{User, login, manager},
    },
};

#[derive(Deserialize)]
struct Order {
    item: String,
}

#[post("/orders")]
#[login_required]
async fn order(Json(order): Json<Order>) -> impl Responder {
    format!("ordered {}", order.item)
}

#[login_required]
#[post("/attribute-above")]
async fn attribute_above(user: AuthenticatedUser<User>) -> impl Responder {
    format!("above {}", user.id)
}

#[login_required]
#[route("/two-methods", method = "GET", method = "PUT")]
async fn two_methods(req: HttpRequest) -> impl Responder {
    req.method().to_string()
}

#[routes]
#[get("/one-path")]
#[get("/another-path")]
#[login_required]
async fn two_paths(req: HttpRequest) -> impl Responder {
    req.path().to_owned()
}

#[utoipa::path(get, path = "/news", responses((status = 200)))]
#[get("/news")]
#[login_required]
async fn news(user: AuthenticatedUser<User>) -> impl Responder {
    format!("news of {}", user.id)
}

#[derive(OpenApi)]
#[openapi(paths(news))]
struct Api;

#[login_required]
async fn echo(body: Bytes) -> impl Responder {
    body
}

#[login_required]
async fn fails(item: Path<String>) -> Result<String> {
    Err(actix_web::error::ErrorImATeapot(item.into_inner()))
}

#[login_required]
async fn streams(_user: AuthenticatedUser<User>) -> HttpResponse {
    let parts = ["a", "b", "c"].map(|part| Ok::<_, Infallible>(Bytes::from(part)));
    HttpResponse::Ok().streaming(futures_util::stream::iter(parts))
}

struct Office;

impl Office {
    const NAME: &'static str = "office";

    #[login_required]
    async fn name(user: AuthenticatedUser<User>) -> impl Responder {
        format!("{} of {}", Self::NAME, user.get_id())
    }
}

fn handlers(config: &mut ServiceConfig) {
    config
        .service((order, attribute_above, two_methods, two_paths, news))
        .route("/echo", web::post().to(echo))
        .route("/fails/{item}", web::get().to(fails))
        .route("/streams", web::get().to(streams))
        .route("/office", web::get().to(Office::name))
        .route("/login/{id}", web::post().to(login::<User>));
}

fn app() -> TestApp {
    let manager = manager::<User>();
    serve!(handlers, manager.clone(), cookie_session())
}

fn logged_in(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.post("/login/1", "").status, 200);
    browser
}

fn post_json(browser: &mut Browser, body: &str) -> Response {
    browser
        .request("POST", "/orders")
        .header("Content-Type", "application/json")
        .body(body)
        .send()
}

#[test]
fn a_logged_in_users_json_is_handled_as_without_the_guard() {
    let app = app();
    let mut browser = logged_in(&app);
    assert_eq!(
        post_json(&mut browser, r#"{"item": "melon"}"#).body,
        "ordered melon"
    );
    let broken = post_json(&mut browser, "{broken");
    assert_eq!(broken.status, 400);
    assert!(
        broken.body.starts_with("Json deserialize error"),
        "{}",
        broken.body
    );
    let large = format!("{{\"item\": \"{}\"}}", "x".repeat(3_000_000));
    assert_eq!(post_json(&mut browser, &large).status, 413);
}

#[test]
fn the_body_reaches_the_handler_whole() {
    let app = app();
    let body = "x".repeat(200_000);
    let response = logged_in(&app).request("POST", "/echo").body(&body).send();
    assert_eq!(response.body, body);
}

#[test]
fn a_handlers_error_is_returned_as_without_the_guard() {
    let app = app();
    let response = logged_in(&app).get("/fails/tea");
    assert_eq!((response.status, response.body.as_str()), (418, "tea"));
    assert_eq!(app.browser().get("/fails/tea").status, 302);
}

#[test]
fn a_handler_may_stream_its_body() {
    let app = app();
    let response = logged_in(&app).get("/streams");
    assert_eq!(response.header("transfer-encoding"), Some("chunked"));
    assert_eq!(response.body, "abc");
    assert_eq!(app.browser().get("/streams").status, 302);
}

#[test]
fn the_attribute_may_stand_above_the_route() {
    let app = app();
    assert_eq!(app.browser().post("/attribute-above", "").status, 302);
    assert_eq!(logged_in(&app).post("/attribute-above", "").body, "above 1");
}

#[test]
fn a_guarded_handler_may_have_several_methods_and_paths() {
    let app = app();
    let mut browser = logged_in(&app);
    assert_eq!(browser.get("/two-methods").body, "GET");
    assert_eq!(browser.request("PUT", "/two-methods").send().body, "PUT");
    assert_eq!(browser.get("/one-path").body, "/one-path");
    assert_eq!(browser.get("/another-path").body, "/another-path");
    assert_eq!(app.browser().get("/another-path").status, 302);
    let put = app.browser().request("PUT", "/two-methods").send();
    assert_eq!(put.status, 302);
}

#[test]
fn a_handler_in_an_impl_block_is_guarded() {
    let app = app();
    assert_eq!(app.browser().get("/office").status, 302);
    assert_eq!(logged_in(&app).get("/office").body, "office of 1");
}

#[test]
fn a_handler_below_an_attribute_of_utoipa_is_guarded_and_documented() {
    let app = app();
    let described = Api::openapi();
    assert!(described.paths.paths.contains_key("/news"));
    assert_eq!(app.browser().get("/news").status, 302);
    assert_eq!(logged_in(&app).get("/news").body, "news of 1");
}
