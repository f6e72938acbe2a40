use actix_login::{LoginManager, UserMixin};
use actix_web::HttpRequest;

#[derive(Clone, UserMixin)]
struct User {
    id: u64,
}

async fn by_id(id: u64) -> Result<User, std::io::Error> {
    Ok(User { id })
}

fn main() {
    let builder = LoginManager::<User>::builder([0; 32]);
    let builder = builder.user_loader(by_id);
    let builder = builder.request_loader(async |_: &HttpRequest| User { id: 1 });
    let _ = builder.header_loader(async |_: &str| Err::<User, _>("no such token"));
}
