use actix_login::anonymous_required;

#[anonymous_required(7)]
async fn number() -> &'static str {
    "number"
}

#[anonymous_required("")]
async fn empty() -> &'static str {
    "empty"
}

#[anonymous_required("/one", "/two")]
async fn two() -> &'static str {
    "two"
}

fn main() {}
