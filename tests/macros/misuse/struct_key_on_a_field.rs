use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct Named {
    #[user(name = "user")]
    id: u32,
}

#[derive(Clone, UserMixin)]
struct Equal {
    #[user(eq)]
    id: u32,
}

fn main() {}
