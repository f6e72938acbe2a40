use actix_login::login_required;
use actix_web::web;

#[login_required(role = "admin")]
async fn index() -> &'static str {
    "index"
}

fn main() {
    web::get().to(index);
}
