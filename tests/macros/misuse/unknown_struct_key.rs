use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
#[user(title = "user")]
struct User {
    id: u32,
}

fn main() {}
