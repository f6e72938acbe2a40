//! The route attribute can be above or below the guard, and there can be several.
#![deny(warnings)]

use actix_login::{anonymous_required, fresh_login_required, login_required};
use actix_web::{App, HttpRequest, HttpResponse, Responder, get, post, route, routes};

#[get("/below")]
#[login_required]
async fn guard_below() -> impl Responder {
    "below"
}

#[login_required]
#[get("/above")]
async fn guard_above() -> impl Responder {
    "above"
}

#[fresh_login_required]
#[post("/post")]
async fn guarded_post(body: String) -> HttpResponse {
    HttpResponse::Ok().body(body)
}

#[anonymous_required("/home")]
#[actix_web::put("/path")]
async fn named_by_path() -> &'static str {
    "path"
}

#[login_required]
#[route("/route", method = "GET", method = "DELETE", name = "several")]
async fn several_methods(req: HttpRequest) -> String {
    req.path().to_owned()
}

#[login_required]
#[routes]
#[get("/one")]
#[post("/two")]
async fn several_routes() -> impl Responder {
    "routes"
}

#[routes]
#[get("/three")]
#[login_required]
#[patch("/four")]
async fn guard_between_routes() -> impl Responder {
    "between"
}

#[test]
fn the_forms_are_accepted() {
    let _app = App::new()
        .service(guard_below)
        .service(guard_above)
        .service(guarded_post)
        .service(named_by_path)
        .service(several_methods)
        .service(several_routes)
        .service(guard_between_routes);
}
