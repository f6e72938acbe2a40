use actix_login::{UserMixin, fresh_login_required, login_required};

#[derive(Clone, UserMixin)]
struct User {
    id: u64,
    is_admin: bool,
}

#[login_required(check = |user| user.is_admin)]
async fn untyped() -> &'static str {
    "an administrator"
}

#[fresh_login_required(check = async |user| user.is_admin)]
async fn untyped_and_async() -> &'static str {
    "an administrator"
}

#[login_required(check = |_| true, check = |user: &User| user.is_admin)]
async fn untyped_before_a_typed_one() -> &'static str {
    "an administrator"
}

fn main() {}
