use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
#[user("staff")]
struct Named {
    id: u32,
}

#[derive(Clone, UserMixin)]
struct Numbered {
    #[user(1)]
    id: u32,
}

fn main() {}
