//! `#[anonymous_required]` with and without a user type and a view.
#![deny(warnings)]

use actix_login::{UserMixin, anonymous_required};
use actix_web::{App, web};

#[derive(Clone, UserMixin)]
struct Admin {
    id: u32,
}

#[anonymous_required]
async fn bare() -> &'static str {
    "ok"
}

#[anonymous_required()]
async fn empty() -> &'static str {
    "ok"
}

#[anonymous_required("/home")]
async fn view() -> &'static str {
    "ok"
}

#[anonymous_required(Admin)]
async fn typed() -> &'static str {
    "ok"
}

#[anonymous_required(crate::forms::anonymous_views::Admin, r"home")]
async fn typed_view() -> &'static str {
    "ok"
}

#[test]
fn the_forms_are_accepted() {
    let _ = Admin { id: 1 }.id;
    let _app = App::new()
        .route("/", web::get().to(bare))
        .route("/", web::get().to(empty))
        .route("/", web::get().to(view))
        .route("/", web::get().to(typed))
        .route("/", web::get().to(typed_view));
}
