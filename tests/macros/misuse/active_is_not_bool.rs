use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct User {
    id: u32,
    #[user(active)]
    active: String,
}

fn main() {}
