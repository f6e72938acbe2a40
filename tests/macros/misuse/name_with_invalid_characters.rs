use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
#[user(name = "my user")]
struct Spaced {
    id: u32,
}

#[derive(Clone, UserMixin)]
#[user(name = "")]
struct Empty {
    id: u32,
}

fn main() {}
