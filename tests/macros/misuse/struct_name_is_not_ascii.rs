use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct Bénutzer {
    id: u32,
}

fn main() {}
