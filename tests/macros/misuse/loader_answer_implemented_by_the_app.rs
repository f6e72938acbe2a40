use actix_login::loader::LoaderAnswer;

struct User;

enum Answer {
    Found(User),
    Missing,
}

impl LoaderAnswer<User> for Answer {}

fn main() {}
