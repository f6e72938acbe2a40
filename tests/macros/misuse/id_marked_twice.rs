use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct User {
    #[user(id)]
    id: u32,
    #[user(id)]
    email: String,
}

fn main() {}
