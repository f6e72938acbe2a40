use actix_login::login_required;

trait Page {
    #[login_required]
    async fn index() -> &'static str;
}

fn main() {}
