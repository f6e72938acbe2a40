use actix_login::login_required;

#[login_required(Admin check = may_enter)]
async fn index() -> &'static str {
    "index"
}

fn main() {}
