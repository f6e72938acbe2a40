use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct User {
    email: String,
}

fn main() {
    let user = User {
        email: String::new(),
    };
    let _ = (user.get_id(), user.email);
}
