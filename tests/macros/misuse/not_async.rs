use actix_login::login_required;
use actix_web::{App, HttpResponse, get, web};

#[get("/")]
#[login_required]
fn index() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[login_required]
fn plain(name: web::Path<String>) -> String {
    name.into_inner()
}

fn main() {
    App::new()
        .service(index)
        .route("/plain", web::get().to(plain));
}
