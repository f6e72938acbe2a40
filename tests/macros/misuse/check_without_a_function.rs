use actix_login::login_required;

#[login_required(check)]
async fn key_alone() -> &'static str {
    "index"
}

#[login_required(check(Admin::can_edit))]
async fn in_parentheses() -> &'static str {
    "index"
}

#[login_required(check = )]
async fn empty() -> &'static str {
    "index"
}

fn main() {}
