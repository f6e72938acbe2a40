//! A guard can limit how old a fresh login may be, in any order with its checks.
#![deny(warnings)]

use actix_login::{UserMixin, fresh_login_required};
use actix_web::{App, web};

#[derive(Clone, UserMixin)]
struct Admin {
    id: u32,
}

fn may_enter(admin: &Admin) -> bool {
    admin.id == 1
}

#[fresh_login_required(within = "90s")]
async fn alone() -> &'static str {
    "ok"
}

#[fresh_login_required(Admin, within = "15m")]
async fn with_a_type() -> &'static str {
    "ok"
}

#[fresh_login_required(within = "2h", check = may_enter)]
async fn before_a_check() -> &'static str {
    "ok"
}

#[fresh_login_required(Admin, check = |admin| admin.id == 1, within = "1d", check = may_enter)]
async fn between_checks() -> &'static str {
    "ok"
}

#[test]
fn the_forms_are_accepted() {
    let _ = App::new()
        .route("/alone", web::get().to(alone))
        .route("/with-a-type", web::get().to(with_a_type))
        .route("/before-a-check", web::get().to(before_a_check))
        .route("/between-checks", web::get().to(between_checks));
}
