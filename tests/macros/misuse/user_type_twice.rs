use actix_login::login_required;

#[login_required(Admin, Customer)]
async fn index() -> &'static str {
    "index"
}

fn main() {}
