use actix_login::{AuthenticatedUser, LoginError, UserMixin, login_user};
use actix_web::HttpRequest;

#[derive(Clone, UserMixin)]
struct User {
    id: u32,
}

async fn again(req: HttpRequest, user: AuthenticatedUser<User>) -> Result<(), LoginError> {
    login_user(&req, &user).await
}

fn main() {}
