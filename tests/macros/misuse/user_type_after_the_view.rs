use actix_login::anonymous_required;

#[anonymous_required("/home", Admin)]
async fn index() -> &'static str {
    "index"
}

fn main() {}
