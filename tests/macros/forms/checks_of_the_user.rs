//! A guard can name the user type, and check the user with a function, a closure or an `async fn`.
#![deny(warnings)]

use actix_login::{UserMixin, fresh_login_required, login_required};
use actix_web::{App, web};

mod users {
    #[derive(Clone, actix_login::UserMixin)]
    pub struct Admin {
        pub id: u32,
        pub level: u8,
    }

    impl Admin {
        pub fn can_edit(&self) -> bool {
            self.level > 1
        }
    }
}

use users::Admin;

#[derive(Clone, UserMixin)]
struct Owned<T> {
    id: u32,
    data: T,
}

fn may_enter(admin: &Admin) -> bool {
    admin.id == 1
}

async fn is_in_database(admin: &Admin) -> bool {
    admin.level == 2
}

#[login_required(users::Admin)]
async fn typed() -> &'static str {
    "ok"
}

#[login_required(Owned<Vec<u8>>,)]
async fn generic_user() -> &'static str {
    "ok"
}

#[login_required(check = may_enter)]
async fn check_alone() -> &'static str {
    "ok"
}

#[fresh_login_required(Admin, check = Admin::can_edit)]
async fn method() -> &'static str {
    "ok"
}

#[login_required(Admin, check = |admin: &Admin| admin.level > 3, check = may_enter, check = is_in_database,)]
async fn several() -> &'static str {
    "ok"
}

#[login_required(check = async |admin: &Admin| is_in_database(admin).await)]
async fn async_closure() -> &'static str {
    "ok"
}

#[login_required(Admin, check = |admin| admin.level > 3, check = async |_| true)]
async fn closures_without_a_type() -> &'static str {
    "ok"
}

#[login_required(Owned<u8>, check = move |&Owned { id, ref data }| data.leading_zeros() == id)]
async fn pattern_without_a_type() -> &'static str {
    "ok"
}

#[test]
fn the_forms_are_accepted() {
    let _ = Owned { id: 1, data: 2 }.data;
    let _app = App::new()
        .route("/", web::get().to(typed))
        .route("/", web::get().to(generic_user))
        .route("/", web::get().to(check_alone))
        .route("/", web::get().to(method))
        .route("/", web::get().to(several))
        .route("/", web::get().to(async_closure))
        .route("/", web::get().to(closures_without_a_type))
        .route("/", web::get().to(pattern_without_a_type));
}
