use actix_login::{anonymous_required, fresh_login_required, login_required};

#[login_required]
#[tracing::instrument(fields(route = "/named"))]
async fn named() -> &'static str {
    "named"
}

#[fresh_login_required]
#[utoipa::path(get, path = "/documented")]
async fn documented() -> &'static str {
    "documented"
}

#[anonymous_required]
#[cfg_attr(all(), register::at(method = GET, [r"/conditional"]))]
async fn conditional() -> &'static str {
    "conditional"
}

fn main() {}
