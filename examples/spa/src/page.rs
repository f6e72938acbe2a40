//! The other origin: a server of static files alone. It knows no user and sets no cookie.

use actix_web::{
    HttpResponse, get,
    http::header,
    middleware::DefaultHeaders,
    web::{Data, ServiceConfig},
};

/// Where the page finds the app.
pub struct AppUrl(pub String);

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(index)
        .service(script)
        .service(settings)
        .service(style);
}

#[get("/")]
async fn index() -> HttpResponse {
    file(
        "text/html; charset=utf-8",
        include_str!("../page/index.html"),
    )
}

#[get("/page.js")]
async fn script() -> HttpResponse {
    file(
        "text/javascript; charset=utf-8",
        include_str!("../page/page.js"),
    )
}

#[get("/settings.js")]
async fn settings(app: Data<AppUrl>) -> HttpResponse {
    let text = format!("export const APP_URL = \"{}\";\n", app.0);
    file("text/javascript; charset=utf-8", text)
}

#[get("/style.css")]
async fn style() -> HttpResponse {
    file(
        "text/css; charset=utf-8",
        include_str!("../templates/style.css"),
    )
}

fn file(content_type: &str, text: impl Into<String>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(text.into())
}

/// The page connects to the app alone.
pub fn security_headers(app_url: &str) -> DefaultHeaders {
    let socket_url = app_url.replacen("http", "ws", 1);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
         connect-src {app_url} {socket_url}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    );
    let headers = DefaultHeaders::new()
        .add(("Content-Security-Policy", policy))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "same-origin"));
    if app_url.starts_with("https://") {
        headers.add(("Strict-Transport-Security", "max-age=31536000"))
    } else {
        headers
    }
}
