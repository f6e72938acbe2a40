//! Handlers that `macro_rules!` writes, from fragments of every kind.
#![deny(warnings)]

use actix_login::{UserMixin, anonymous_required, login_required};
use actix_web::{App, HttpRequest, HttpResponse, Responder, get, web};

#[derive(Clone, UserMixin)]
struct Admin {
    id: u32,
    level: u8,
}

macro_rules! view {
    ($(#[$attribute:meta])* $visibility:vis $name:ident, $path:literal, $user:ty, $check:expr, $argument:pat => $extractor:ty, $output:ty, $body:block) => {
        #[login_required($user, check = $check)]
        #[get($path)]
        $(#[$attribute])*
        $visibility async fn $name($argument: $extractor) -> $output $body
    };
}

view!(
    /// The documentation.
    #[tracing::instrument(skip_all)]
    pub instrumented, "/one/{id}", Admin, |admin: &Admin| admin.level > 3, id => web::Path<u32>, impl Responder,
    { id.to_string() }
);
view!(plain, "/two/{id}", crate::Admin, |admin: &Admin| admin.level > 3, web::Json(id) => web::Json<u32>, String, { id.to_string() });

macro_rules! hygienic {
    ($name:ident, $view:literal, $expression:expr) => {
        #[anonymous_required($view)]
        async fn $name(req: HttpRequest, payload: web::Bytes) -> HttpResponse {
            let answer = format!("{} {} {}", req.path(), payload.len(), $expression);
            HttpResponse::Ok().body(answer)
        }
    };
}

const PAGE: &str = "page";
hygienic!(anonymous, "/home", PAGE);

macro_rules! whole_item {
    ($item:item) => {
        #[login_required]
        $item
    };
}

whole_item! {
    async fn item(req: HttpRequest) -> String {
        req.path().to_owned()
    }
}

fn main() {
    let _ = Admin { id: 1, level: 2 }.level;
    let _app = App::new()
        .service(instrumented)
        .service(plain)
        .route("/", web::get().to(anonymous))
        .route("/", web::get().to(item));
}
