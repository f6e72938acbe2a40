use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct Value {
    #[user(id = true)]
    id: u32,
}

#[derive(Clone, UserMixin)]
#[user(name)]
struct NoValue {
    id: u32,
}

#[derive(Clone, UserMixin)]
#[user(name = 7)]
struct Number {
    id: u32,
}

#[derive(Clone, UserMixin)]
#[user]
struct Nothing {
    id: u32,
}

fn main() {}
