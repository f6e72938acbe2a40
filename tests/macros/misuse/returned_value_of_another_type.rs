use actix_login::login_required;
use actix_web::{App, HttpResponse, Result, web};

#[login_required]
async fn last() -> Result<HttpResponse> {
    Ok("text")
}

#[login_required]
async fn early(number: web::Path<u32>) -> String {
    if *number == 0 {
        return "none";
    }
    number.to_string()
}

#[login_required]
async fn nothing() -> String {
    "text".to_owned();
}

fn main() {
    App::new()
        .route("/", web::get().to(last))
        .route("/", web::get().to(early))
        .route("/", web::get().to(nothing));
}
