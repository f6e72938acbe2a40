use actix_login::fresh_login_required;

#[fresh_login_required(check = may_enter, Admin)]
async fn index() -> &'static str {
    "index"
}

fn main() {}
