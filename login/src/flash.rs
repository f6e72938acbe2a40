//! Flash messages: kept in the session until they are shown once.

use actix_session::{Session, SessionExt};
use actix_web::{Error, FromRequest, HttpRequest, dev::Payload};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{
    config::{FLASHES_MAX, FLASHES_MAX_BYTES, SESSION_KEY_FLASHES},
    current_user::Extracting,
    manager::nearest,
    session::{is_readable, stored_bytes},
};

/// Keeps a message for the next page that shows messages: Flask's `flash`.
///
/// The session keeps it until [`FlashedMessages`] takes it. The same message of the same category
/// is kept once; of more than eight, or of more than 1,024 bytes in all, the oldest go, and a longer
/// one is dropped with a line in the log. A manager's
/// [`flash_handler`](crate::LoginManagerBuilder::flash_handler) gets it instead where there is one.
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
    if let Ok(manager) = nearest(req)
        && let Some(handler) = &manager.settings().flash_handler
    {
        return handler(req, category, message);
    }
    // A session that can't be seen in this request would be replaced by one with a flash alone.
    if !is_readable(req) {
        return;
    }
    if stored_bytes(category) + stored_bytes(message) > FLASHES_MAX_BYTES {
        tracing::warn!(
            target: "actix_login",
            "a flash over {FLASHES_MAX_BYTES} bytes was dropped: keep messages short, they may be \
             in a cookie"
        );
        return;
    }
    let session = req.get_session();
    let mut flashes = stored(&session);
    let new = (category.to_owned(), message.to_owned());
    if flashes.contains(&new) {
        return;
    }
    flashes.push(new);
    let size = |flashes: &[(String, String)]| -> usize {
        flashes
            .iter()
            .map(|(category, message)| stored_bytes(category) + stored_bytes(message))
            .sum()
    };
    while flashes.len() > FLASHES_MAX || size(&flashes) > FLASHES_MAX_BYTES {
        flashes.remove(0);
    }
    if session.insert(SESSION_KEY_FLASHES, flashes).is_err() {
        tracing::error!(target: "actix_login", "the session did not take a flash");
    }
}

fn stored(session: &Session) -> Vec<(String, String)> {
    session
        .get(SESSION_KEY_FLASHES)
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// The messages flashed since they were last shown: Flask's `get_flashed_messages`.
///
/// As an argument of a handler it takes them out of the session, so that each is shown once. Where
/// somebody is logged in, it asks for the user first: the messages of a login that has ended are
/// shown to nobody.
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

/// One flashed message. For a template it serializes with its two fields.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flash {
    /// What kind of message it is, such as `error`; for a CSS class.
    pub category: String,
    /// The text.
    pub message: String,
}

impl FlashedMessages {
    /// All, the oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Flash> {
        self.0.iter()
    }

    /// Those of one category: Flask's `category_filter`. All are taken out of the session
    /// nevertheless, as in Flask.
    pub fn of_category<'a>(&'a self, category: &'a str) -> impl Iterator<Item = &'a Flash> {
        self.0
            .iter()
            .filter(move |flash| flash.category == category)
    }

    /// Whether there is none.
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
    type Future = Extracting<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        // Without any, nothing is written: a page without messages sets no cookie.
        if !req.get_session().contains_key(SESSION_KEY_FLASHES) {
            return Extracting::ready(Ok(Self::default()));
        }
        let Ok(manager) = nearest(req) else {
            return Extracting::ready(Ok(Self::take(req)));
        };
        manager.note_asked(req);
        // They are the messages of whoever is logged in. If that login turns out to have ended,
        // they have ended with it, and are nobody else's.
        let login = manager.settings().session_keys.login.as_str();
        if manager.loaded(req).is_some() || !req.get_session().contains_key(login) {
            return Extracting::ready(Ok(Self::take(req)));
        }
        let req = req.clone();
        Extracting::later(async move {
            nearest(&req)?.load(&req).await?;
            Ok(Self::take(&req))
        })
    }
}

impl FlashedMessages {
    fn take(req: &HttpRequest) -> Self {
        let session = req.get_session();
        let flashes = stored(&session);
        if session.contains_key(SESSION_KEY_FLASHES) {
            session.remove(SESSION_KEY_FLASHES);
        }
        let flashes = flashes.into_iter();
        Self(
            flashes
                .map(|(category, message)| Flash { category, message })
                .collect(),
        )
    }
}
