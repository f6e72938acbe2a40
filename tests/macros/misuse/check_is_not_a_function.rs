use actix_login::login_required;

#[login_required(check = "admin")]
async fn index() -> &'static str {
    "index"
}

fn main() {}
