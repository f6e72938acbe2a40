use actix_login::login_required;
use actix_web::{App, get, web};

struct NoExtractor;

#[get("/")]
#[login_required]
async fn index(path: web::Path<u32>, number: NoExtractor) -> String {
    let _ = number;
    path.to_string()
}

fn main() {
    App::new().service(index);
}
