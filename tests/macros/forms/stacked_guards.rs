//! Two guards on one handler run one after the other.
#![deny(warnings)]

use actix_login::{UserMixin, anonymous_required, fresh_login_required, login_required};
use actix_web::{App, HttpRequest, Responder, get, post, web};

#[derive(Clone, UserMixin)]
struct Customer {
    id: u32,
}

#[derive(Clone, UserMixin)]
struct Admin {
    id: u32,
}

#[get("/below/{id}")]
#[login_required(Customer)]
#[fresh_login_required(Admin)]
async fn route_above(id: web::Path<u32>) -> impl Responder {
    id.to_string()
}

#[login_required(Customer)]
#[anonymous_required(Admin)]
#[post("/above")]
async fn route_below(body: String) -> impl Responder {
    body
}

#[login_required(Customer)]
#[get("/between")]
#[fresh_login_required(Admin)]
#[login_required]
async fn route_between(req: HttpRequest) -> impl Responder {
    req.path().to_owned()
}

#[test]
fn the_forms_are_accepted() {
    let _ = (Customer { id: 1 }.id, Admin { id: 1 }.id);
    let _app = App::new()
        .service(route_above)
        .service(route_below)
        .service(route_between);
}
