use actix_login::login_required;
use actix_web::{FromRequest, web};

#[login_required]
async fn index(_: impl FromRequest, _: web::Data<Vec<impl Send>>) -> &'static str {
    "index"
}

fn main() {
    web::get().to(index);
}
