use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
enum Choice {
    Anna,
}

#[derive(Clone, UserMixin)]
struct Tuple(u32);

#[derive(Clone, UserMixin)]
struct Unit;

#[derive(Clone, Copy, UserMixin)]
union Either {
    id: u32,
}

fn main() {}
