//! All paths, and the guards around them.

use std::path::Path;

use actix_files::Files;
use actix_login::LoginScope;
use actix_web::web::{self, ServiceConfig};

use crate::{
    admin_login, admin_pages, admins::Admin, document_pages, login, news, pages, users::User,
};

/// Around the whole app: a new page is for users alone until somebody exempts it. The login view is exempt
/// without being told, and the administrators have a guard of their own.
pub fn guard() -> LoginScope {
    LoginScope::new()
        .user_type::<User>()
        .login_required()
        .except(["/static/{tail}*", "/admin", "/admin/{tail}*"])
}

pub fn routes(config: &mut ServiceConfig, files_dir: &Path) {
    let admin = web::scope("/admin")
        .configure(admin_login::routes)
        .configure(admin_pages::routes)
        .wrap(LoginScope::new().user_type::<Admin>().login_required());
    // The folders lie side by side. If `handbook` were in `public`, other spellings of its path would reach
    // it past the guard.
    let public = Files::new("/static", files_dir.join("public"));
    let handbook = Files::new("/handbook", files_dir.join("handbook")).index_file("index.html");
    config
        .configure(pages::routes)
        .configure(login::routes)
        .configure(news::routes)
        .configure(document_pages::routes)
        .service(admin)
        .service(public)
        .service(handbook);
}
