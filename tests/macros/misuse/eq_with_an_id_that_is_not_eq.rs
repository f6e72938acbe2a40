use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
#[user(eq)]
struct User {
    id: f64,
}

fn main() {}
