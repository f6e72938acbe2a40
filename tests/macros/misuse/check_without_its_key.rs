use actix_login::{UserMixin, login_required};

#[derive(Clone, UserMixin)]
struct User {
    id: u32,
}

impl User {
    fn is_admin(&self) -> bool {
        self.id == 1
    }
}

#[login_required(User::is_admin)]
async fn method() -> &'static str {
    "index"
}

#[login_required(is_admin)]
async fn function() -> &'static str {
    "index"
}

#[login_required(User, User::is_admin)]
async fn after_the_type() -> &'static str {
    "index"
}

#[login_required(User::is_admin())]
async fn call() -> &'static str {
    "index"
}

macro_rules! view {
    ($check:ty) => {
        #[login_required($check)]
        async fn from_a_fragment() -> &'static str {
            "index"
        }
    };
}

view!(User::is_admin);

fn main() {}
