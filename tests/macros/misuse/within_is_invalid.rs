use actix_login::{UserMixin, fresh_login_required, login_required};

#[derive(Clone, UserMixin)]
struct User {
    id: u32,
}

#[fresh_login_required(within = 15)]
async fn number() -> &'static str {
    "ok"
}

#[fresh_login_required(within = "15")]
async fn without_a_unit() -> &'static str {
    "ok"
}

#[fresh_login_required(within = "1.5h")]
async fn not_whole() -> &'static str {
    "ok"
}

#[fresh_login_required(within = "+5m")]
async fn signed() -> &'static str {
    "ok"
}

#[fresh_login_required(within = "分")]
async fn of_another_unit() -> &'static str {
    "ok"
}

#[fresh_login_required(within = "99999999999999999999d")]
async fn too_long() -> &'static str {
    "ok"
}

#[fresh_login_required(within = "0m")]
async fn zero() -> &'static str {
    "ok"
}

#[fresh_login_required(within = )]
async fn empty() -> &'static str {
    "ok"
}

#[fresh_login_required(within = "1m", within = "2m")]
async fn twice() -> &'static str {
    "ok"
}

#[fresh_login_required(within = "1m", User)]
async fn before_the_user_type() -> &'static str {
    "ok"
}

#[login_required(within = "15m")]
async fn without_freshness() -> &'static str {
    "ok"
}

fn main() {}
