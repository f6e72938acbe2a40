use actix_login::login_required;

#[login_required]
async unsafe fn no_safety() -> &'static str {
    "unsafe"
}

#[login_required]
async extern "C" fn for_c() -> &'static str {
    "extern"
}

#[login_required]
const fn constant() -> &'static str {
    "const"
}

#[login_required]
unsafe extern "C" fn variadic(_arguments: ...) {}

fn main() {}
