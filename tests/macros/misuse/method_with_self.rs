use actix_login::login_required;

struct Api;

impl Api {
    #[login_required]
    async fn index(&self) -> &'static str {
        "index"
    }

    #[login_required]
    async fn boxed(self: Box<Self>) -> &'static str {
        "boxed"
    }
}

fn main() {
    let _ = Api.index();
}
