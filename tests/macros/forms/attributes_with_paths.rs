//! Attributes with a path: above the guard, of actix-web, or another guard.
#![deny(warnings)]

use actix_login::{UserMixin, anonymous_required, login_required};
use actix_web::{App, Responder, get};

#[derive(Clone, UserMixin)]
struct Admin {
    id: u64,
}

#[tracing::instrument(fields(route = "/above"))]
#[login_required]
async fn above() -> impl Responder {
    "above"
}

#[login_required]
#[get("/below")]
async fn below() -> impl Responder {
    "below"
}

#[get("/both")]
#[login_required]
#[anonymous_required(Admin, "/admin")]
#[must_use = "/not a route"]
async fn both_guards() -> impl Responder {
    "both"
}

#[test]
fn the_forms_are_accepted() {
    let _app = App::new()
        .service(below)
        .service(both_guards)
        .route("/above", actix_web::web::get().to(above));
}
