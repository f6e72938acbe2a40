//! Logging administrators in and out. In one browser, somebody can be logged in as both kinds of user.

use actix_login::{LoginManager, NextUrl, anonymous_required, flash, login_url, login_user};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{Data, Form, ServiceConfig},
};
use minijinja::context;

use crate::{
    admins::{Admin, Admins},
    login::Credentials,
    pages,
    passwords::Passwords,
};

/// In the scope `/admin`.
pub fn routes(config: &mut ServiceConfig) {
    config.service(login_page).service(login).service(logout);
}

#[get("/login")]
#[anonymous_required(Admin, "/admin")]
async fn login_page(req: HttpRequest, next: NextUrl) -> Result<impl Responder> {
    pages::render(&req, "admin_login.html", context! { next => next.get() }).await
}

#[post("/login")]
async fn login(
    req: HttpRequest,
    form: Form<Credentials>,
    admins: Data<Admins>,
    passwords: Data<Passwords>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let admin = admins.by_name(&form.name).await?;
    let hash = admin.as_ref().map(|admin| &*admin.password_hash);
    let is_right = passwords.check(hash, form.password).await?;
    let Some(admin) = admin.filter(|_| is_right) else {
        flash(&req, "error", "That is not the right name and password.");
        let back = login_url(&req, "/admin/login", form.next.get())?;
        return Ok(pages::redirect(&req, back));
    };
    // The type says which kind of user it is.
    login_user(&req, &admin).await?;
    Ok(pages::redirect(&req, form.next.unwrap_or("/admin")))
}

/// `logout_user(&req)` would log out the user, whose manager is the nearest.
#[post("/logout")]
async fn logout(req: HttpRequest) -> Result<HttpResponse> {
    LoginManager::<Admin>::of(&req)?.logout_user(&req).await?;
    Ok(pages::redirect(&req, "/admin/login"))
}
