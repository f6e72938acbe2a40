use actix_login::UserMixin;

#[derive(UserMixin)]
struct User {
    id: u32,
}

fn main() {}
