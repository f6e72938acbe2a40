use actix_login::login_required;

struct Admin;

#[login_required(Admin)]
async fn index() -> &'static str {
    "index"
}

fn main() {}
