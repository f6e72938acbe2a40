use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct User {
    #[user(id, key)]
    id: u32,
}

fn main() {}
