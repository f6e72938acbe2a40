use actix_login::{anonymous_required, fresh_login_required, login_required};

#[login_required]
struct Page;

#[fresh_login_required]
mod pages {}

#[anonymous_required]
impl Page {}

fn main() {}
