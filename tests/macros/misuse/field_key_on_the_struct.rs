use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
#[user(id)]
struct User {
    id: u32,
}

fn main() {}
