use actix_login::login_required;

#[login_required("/login")]
async fn index() -> &'static str {
    "index"
}

fn main() {}
