use actix_login::login_required;
use actix_web::{App, web};

struct NoResponder;

#[login_required]
async fn index() -> NoResponder {
    NoResponder
}

fn main() {
    App::new().route("/", web::get().to(index));
}
