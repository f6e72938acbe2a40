//! The pages of the documents. Another user's document is like one that does not exist.

use actix_files::NamedFile;
use actix_login::{AuthenticatedUser, flash, login_required};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get,
    http::header::{ContentDisposition, DispositionType},
    post,
    web::{Data, Form, Path, ServiceConfig},
};
use minijinja::{context, value::Serde};
use serde::Deserialize;

use crate::{
    documents::Documents,
    failure::Failure,
    pages,
    users::{User, Users},
};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(create)
        .service(page)
        .service(file)
        .service(show_to)
        .service(delete);
}

#[get("/documents")]
async fn list(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    documents: Data<Documents>,
) -> Result<impl Responder> {
    let values = context! {
        documents => Serde(documents.readable(&user).await?),
        may_write => user.may_write_documents(),
    };
    pages::render(&req, "documents.html", values).await
}

#[derive(Deserialize)]
struct NewDocument {
    title: String,
    text: String,
}

/// The guard of the app has admitted all users, and this one admits some.
#[post("/documents")]
#[login_required(check = User::may_write_documents)]
async fn create(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Form<NewDocument>,
    documents: Data<Documents>,
) -> Result<HttpResponse> {
    let NewDocument { title, text } = form.into_inner();
    if !pages::is_short_text(&title, 80) {
        flash(&req, "error", "A title has 1 to 80 characters.");
        return Ok(pages::redirect(&req, "/documents"));
    }
    let document = documents.create(&user, &title, text).await?;
    Ok(pages::redirect(&req, format!("/documents/{}", document.id)))
}

#[get("/documents/{id}")]
async fn page(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    id: Path<i64>,
    documents: Data<Documents>,
) -> Result<HttpResponse> {
    let Some(document) = documents.readable_by_id(&user, *id).await? else {
        return pages::not_found(req).await;
    };
    let values = context! {
        is_owner => document.owner_id == user.id,
        document => Serde(document),
    };
    pages::render(&req, "document.html", values).await
}

/// A user has written it, so it is downloaded and never shown as a page of this site.
#[get("/documents/{id}/file")]
async fn file(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    id: Path<i64>,
    documents: Data<Documents>,
) -> Result<HttpResponse> {
    let Some(document) = documents.readable_by_id(&user, *id).await? else {
        return pages::not_found(req).await;
    };
    let file = NamedFile::open(documents.file(&document));
    let file = file.map_err(Failure::from)?;
    let file = file.set_content_disposition(ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: Vec::new(),
    });
    Ok(file.into_response(&req))
}

#[derive(Deserialize)]
struct Reader {
    name: String,
}

#[post("/documents/{id}/readers")]
async fn show_to(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    id: Path<i64>,
    form: Form<Reader>,
    documents: Data<Documents>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    let Some(document) = documents.owned_by_id(&user, *id).await? else {
        return pages::not_found(req).await;
    };
    match users.by_name(&form.name).await? {
        Some(reader) => {
            documents.show_to(&document, &reader).await?;
            let text = format!("{} can read it now.", reader.name);
            flash(&req, "success", &text);
        }
        None => flash(&req, "error", "There is no such user."),
    }
    Ok(pages::redirect(&req, format!("/documents/{id}")))
}

#[post("/documents/{id}/delete")]
async fn delete(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    id: Path<i64>,
    documents: Data<Documents>,
) -> Result<HttpResponse> {
    let Some(document) = documents.owned_by_id(&user, *id).await? else {
        return pages::not_found(req).await;
    };
    documents.delete(document).await?;
    Ok(pages::redirect(&req, "/documents"))
}
