use actix_login::UserMixin;

#[derive(Clone)]
struct Opaque;

#[derive(Clone, UserMixin)]
struct User {
    id: Opaque,
}

fn main() {}
