use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct User {
    id: u32,
    #[user(session_auth_hash)]
    password: f32,
}

fn main() {}
