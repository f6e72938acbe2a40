//! The generated code does not capture the user's names, such as `req`, `payload`, `guarded` or `login_required`.
#![deny(warnings)]
#![allow(non_upper_case_globals, non_snake_case)]

use actix_login::{UserMixin, login_required};
use actix_web::{App, HttpRequest, web};

#[derive(Clone, UserMixin)]
struct User {
    id: u32,
}

static payload: u32 = 7;

fn guard(user: &User) -> bool {
    user.id == payload
}

#[login_required(User, check = guard)]
async fn guarded(req: web::Payload, actix_login_payload: HttpRequest) -> String {
    drop(req);
    actix_login_payload.path().to_owned()
}

#[login_required(check = |user: &User| user.id == payload)]
async fn extractor(FromRequest: web::Query<Vec<(String, String)>>) -> String {
    FromRequest.len().to_string()
}

#[actix_login::login_required]
async fn uses_the_static() -> String {
    payload.to_string()
}

#[test]
fn the_forms_are_accepted() {
    let _app = App::new()
        .route("/", web::get().to(guarded))
        .route("/", web::get().to(extractor))
        .route("/", web::get().to(uses_the_static));
}
