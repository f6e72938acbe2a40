use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct User<'a> {
    id: &'a str,
}

fn main() {}
