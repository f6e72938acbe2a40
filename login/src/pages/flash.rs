//! Flash messages: the session keeps each until a page shows it.

use actix_session::SessionExt;
use actix_web::{Error, FromRequest, HttpRequest, dev::Payload};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{
    config::{FLASHES_MAX, FLASHES_MAX_BYTES, SESSION_KEY_FLASHES},
    future::ExtractFuture,
    request::nearest::nearest,
    session::{
        access::{is_readable, stored_bytes},
        flashes::{StoredFlash, store_flashes, stored_flashes},
    },
};

/// Keeps a message for the next page that shows messages: Flask's `flash`.
///
/// The session keeps it until [`FlashedMessages`] takes it. The same message of the same category is
/// kept once. A session holds eight messages, and 1,024 bytes in all: the oldest are dropped first. A
/// longer message is dropped with a line in the log. If the manager has a
/// [`flash_handler`](crate::LoginManagerBuilder::flash_handler), that handler gets the message instead.
///
/// ```
/// use actix_login::flash;
/// use actix_web::{HttpRequest, Responder, post, web::Redirect};
///
/// #[post("/profile")]
/// async fn save(req: HttpRequest) -> impl Responder {
///     flash(&req, "success", "Your profile was saved.");
///     Redirect::to("/profile").see_other()
/// }
/// ```
pub fn flash(req: &HttpRequest, category: &str, message: &str) {
    keep(req, (category.to_owned(), message.to_owned(), false));
}

/// [`flash`] for the message of a refusal, which the next login removes.
pub(crate) fn flash_refusal(req: &HttpRequest, category: &str, message: &str) {
    keep(req, (category.to_owned(), message.to_owned(), true));
}

fn keep(req: &HttpRequest, new: StoredFlash) {
    let (category, message, _) = &new;
    let manager = nearest(req).ok();
    if let Some(manager) = &manager
        && let Some(handler) = &manager.settings().flashes.handler
    {
        return handler(req, category, message);
    }
    // A session that is not readable would be replaced by one that holds the flash alone.
    if !is_readable(req) {
        return;
    }
    let size =
        |(category, message, _): &StoredFlash| stored_bytes(category) + stored_bytes(message);
    if size(&new) > FLASHES_MAX_BYTES {
        tracing::warn!(
            target: "actix_login",
            "a flash over {FLASHES_MAX_BYTES} bytes was dropped: keep messages short, since a cookie \
             may hold them"
        );
        return;
    }
    let session = req.get_session();
    let mut flashes = stored_flashes(&session);
    if flashes
        .iter()
        .any(|(kind, text, _)| kind == category && text == message)
    {
        return;
    }
    if let Some(manager) = manager {
        manager.note_session(req);
    }
    flashes.push(new);
    while flashes.len() > FLASHES_MAX || flashes.iter().map(size).sum::<usize>() > FLASHES_MAX_BYTES
    {
        flashes.remove(0);
    }
    if !store_flashes(&session, &flashes) {
        tracing::error!(target: "actix_login", "the session did not store a flash");
    }
}

/// The messages flashed since a page last showed them: Flask's `get_flashed_messages`.
///
/// As an argument of a handler it takes them out of the session, so that each is shown once. If the
/// session has a login, it asks for the user first: messages of a login that has ended are dropped, and
/// a message that an observer of [`LoginEnded`](crate::LoginEvent::LoginEnded) flashes is shown at once.
///
/// ```
/// use actix_login::FlashedMessages;
/// use actix_web::{Responder, get};
///
/// #[get("/login")]
/// async fn login_page(flashes: FlashedMessages) -> impl Responder {
///     let mut page = String::new();
///     for flash in flashes.iter() {
///         // A real page escapes what it shows.
///         page.push_str(&format!("<p class={}>{}</p>", flash.category, flash.message));
///     }
///     page
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlashedMessages(Vec<Flash>);

/// A flashed message. It serializes with its two fields, for a template.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flash {
    /// The kind of message, such as `error`, for a CSS class.
    pub category: String,
    /// The text.
    pub message: String,
}

impl FlashedMessages {
    /// All messages, the oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Flash> {
        self.0.iter()
    }

    /// The messages of one category: Flask's `category_filter`. As in Flask, the others are taken out
    /// of the session, too.
    pub fn of_category<'a>(&'a self, category: &'a str) -> impl Iterator<Item = &'a Flash> {
        self.0
            .iter()
            .filter(move |flash| flash.category == category)
    }

    /// Whether there are no messages.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for FlashedMessages {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl Serialize for Flash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Flash", 2)?;
        fields.serialize_field("category", &self.category)?;
        fields.serialize_field("message", &self.message)?;
        fields.end()
    }
}

impl IntoIterator for FlashedMessages {
    type Item = Flash;
    type IntoIter = std::vec::IntoIter<Flash>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a FlashedMessages {
    type Item = &'a Flash;
    type IntoIter = std::slice::Iter<'a, Flash>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromRequest for FlashedMessages {
    type Error = Error;
    type Future = ExtractFuture<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Ok(manager) = nearest(req) else {
            return ExtractFuture::ready(Ok(Self::take(req)));
        };
        let session = req.get_session();
        let has_login = session.contains_key(&manager.settings().session_keys.login);
        if !has_login && !session.contains_key(SESSION_KEY_FLASHES) {
            return ExtractFuture::ready(Ok(Self::default()));
        }
        manager.note_asked(req);
        // The messages belong to the user who is logged in. If that login has ended, its messages are
        // dropped with it, and an observer may flash that it has.
        if manager.loaded(req).is_some() || !has_login {
            return ExtractFuture::ready(Ok(Self::take(req)));
        }
        let req = req.clone();
        ExtractFuture::pending(async move {
            nearest(&req)?.load(&req).await?;
            Ok(Self::take(&req))
        })
    }
}

impl FlashedMessages {
    fn take(req: &HttpRequest) -> Self {
        let session = req.get_session();
        let flashes = stored_flashes(&session);
        store_flashes(&session, &[]);
        let flashes = flashes.into_iter();
        Self(
            flashes
                .map(|(category, message, _)| Flash { category, message })
                .collect(),
        )
    }
}
