use actix_login::anonymous_required;

#[anonymous_required(check = may_enter)]
async fn index() -> &'static str {
    "index"
}

fn main() {}
