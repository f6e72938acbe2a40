//! The URL of a login view, with the page to return to.

use actix_session::SessionExt;
use actix_web::{HttpMessage, HttpRequest, http::Method};
use url::form_urlencoded;

use super::next::NextUrl;
use crate::{
    config::{NEXT_FIELD, NEXT_MAX_BYTES, SESSION_KEY_NEXT},
    error::LoginError,
    http::{
        navigation::is_navigation,
        url::{
            Location, below_base, leads_here, make_next_param, referring_path, requested_path,
            site_origin, url_of_view,
        },
    },
    manager::{settings::RedirectSettings, view::View},
    request::nearest::nearest,
    session::access::stored_bytes,
};

/// Returns the URL of a login view with `next_url` in its query: Flask-Login's `login_url`.
///
/// `login_view` is a path, an absolute URL or the name of an actix-web resource. [`make_next_param`]
/// shortens `next_url`, which is then form-encoded. The view keeps its own query. With
/// [`force_host`](crate::LoginManagerBuilder::force_host) the result has that host. A path gets the path
/// of [`server_origin`](crate::LoginManagerBuilder::server_origin) before it.
///
/// # Errors
///
/// [`LoginError::UnknownView`] if no resource has that name, or the view is malformed.
///
/// ```
/// use actix_login::login_url;
/// use actix_web::test::TestRequest;
///
/// let req = TestRequest::default().to_http_request();
/// let url = login_url(&req, "/login?lang=en", Some("/protected?x=1"))?;
/// assert_eq!(url, "/login?lang=en&next=%2Fprotected%3Fx%3D1");
/// # Ok::<(), actix_login::LoginError>(())
/// ```
pub fn login_url(
    req: &HttpRequest,
    login_view: &str,
    next_url: Option<&str>,
) -> Result<String, LoginError> {
    login_url_with_field(req, login_view, next_url, NEXT_FIELD)
}

/// [`login_url`] with another name for the query field: Flask-Login's `next_field`.
///
/// [`NextUrl`](crate::NextUrl) reads only `next`; this is for login pages of other apps.
///
/// # Errors
///
/// As [`login_url`].
///
/// ```
/// # use actix_web::test::TestRequest;
/// # let req = TestRequest::default().to_http_request();
/// use actix_login::login_url_with_field;
///
/// let view = "https://accounts.example/login";
/// let url = login_url_with_field(&req, view, Some("https://shop.example/cart"), "return_to")?;
/// assert_eq!(url, format!("{view}?return_to=https%3A%2F%2Fshop.example%2Fcart"));
/// # Ok::<(), actix_login::LoginError>(())
/// ```
pub fn login_url_with_field(
    req: &HttpRequest,
    login_view: &str,
    next_url: Option<&str>,
    next_field: &str,
) -> Result<String, LoginError> {
    let unknown = || LoginError::UnknownView {
        view: login_view.to_owned(),
    };
    let location = View::parse("login_view", login_view.to_owned())
        .map_err(|_| unknown().logged())?
        .location(req)?;
    let Ok(manager) = nearest(req) else {
        return Ok(url_of_view(&location, next_url, next_field, None));
    };
    let settings = &manager.settings().redirects;
    let location = below_base(&settings.base_path, location);
    let force_host = settings.force_host.as_deref();
    Ok(url_of_view(&location, next_url, next_field, force_host))
}

/// Where a refused request is redirected to.
pub(crate) struct ViewRedirect {
    /// The URL of the view.
    pub(crate) url: String,
    /// The `next` for the session, if it is kept there.
    pub(crate) session_next: Option<String>,
}

/// A mark in the request's extensions: the refused page is a step of a login, to which no login leads
/// back. The `next` that it has itself is passed on, in the query or in the session.
pub(crate) struct KeepsNext;

/// Whether the refused page is marked by [`KeepsNext`].
pub(crate) fn keeps_next(req: &HttpRequest) -> bool {
    req.extensions().contains::<KeepsNext>()
}

/// Redirects a refused request to a view.
///
/// # Errors
///
/// [`LoginError::UnknownView`], and [`LoginError::GuardedView`] if the request is already for that
/// view.
pub(crate) fn redirect_to_view(
    view: &View,
    req: &HttpRequest,
    settings: &RedirectSettings,
) -> Result<ViewRedirect, LoginError> {
    let view = view.resolved(req)?;
    let location = below_base(&settings.base_path, view.location(req)?);
    // `NormalizePath` may change the slash of the view. Without it, the two are different pages.
    if is_view(&view, req, settings, is_redirected(req, settings)) {
        return Err(LoginError::GuardedView { view: location }.logged());
    }
    let next = if keeps_next(req) {
        NextUrl::in_query(req).get().map(str::to_owned)
    } else {
        page_to_return_to(&location, req, settings)
    };
    let force_host = settings.force_host.as_deref();
    let (in_query, session_next) = if settings.use_session_for_next {
        let next = next
            .map(|next| make_next_param(&location, &next))
            .filter(|next| stored_bytes(next) <= NEXT_MAX_BYTES);
        (None, next)
    } else {
        (next, None)
    };
    Ok(ViewRedirect {
        url: url_of_view(&location, in_query.as_deref(), NEXT_FIELD, force_host),
        session_next,
    })
}

/// The page to open after the login: the refused one, or the one that sent the request, if that has an
/// unsafe method or no page is redirected. It is a path, or a URL for a view that has a host.
fn page_to_return_to(
    location: &str,
    req: &HttpRequest,
    settings: &RedirectSettings,
) -> Option<String> {
    let origin = settings.server_origin.as_deref();
    let is_own = settings.next_for_unsafe_methods || is_repeatable(req);
    let gets_redirect =
        !settings.redirect_navigations_only || is_navigation(req.method(), req.headers());
    let path = if is_own && gets_redirect {
        requested_path(req, &settings.base_path)
    } else {
        // The form may be on the page of the view.
        referring_path(req, origin).filter(|path| !is_page(location, path))
    }?;
    if Location::parse(location).host.is_none() {
        Some(path)
    } else {
        Some(format!("{}{path}", site_origin(req, origin)?))
    }
}

/// Whether a browser that is redirected to the URL of this request after a login repeats it.
fn is_repeatable(req: &HttpRequest) -> bool {
    matches!(*req.method(), Method::GET | Method::HEAD)
}

/// Whether `target` is the page of a view, with any query.
fn is_page(view: &str, target: &str) -> bool {
    let page = |url| {
        let path: &str = Location::parse(url).path;
        path.split(['?', '#']).next().unwrap_or_default()
    };
    page(view) == page(target)
}

/// Whether a browser that is redirected to this view would send the same request again.
pub(crate) fn is_view(
    view: &View,
    req: &HttpRequest,
    settings: &RedirectSettings,
    any_slashes: bool,
) -> bool {
    if !is_repeatable(req) {
        return false;
    }
    let Ok(view) = view.resolved(req) else {
        return false;
    };
    let is_name = match &*view {
        View::Resource(name) if req.match_name() == Some(name) => return true,
        View::Resource(_) => true,
        _ => false,
    };
    let (origin, base) = (settings.server_origin.as_deref(), &settings.base_path);
    view.location(req).is_ok_and(|location| {
        // The path of a resource on this site says nothing if the request's host is malformed.
        (!is_name || Location::parse(&location).host.is_some())
            && leads_here(&below_base(base, location), req, origin, base, any_slashes)
    })
}

/// Whether a refused request looks like one that was redirected to a view before: it carries a `next`,
/// or the session's is this very page.
fn is_redirected(req: &HttpRequest, settings: &RedirectSettings) -> bool {
    let mut fields = form_urlencoded::parse(req.query_string().as_bytes());
    if fields.any(|(field, _)| field == NEXT_FIELD) {
        return true;
    }
    settings.use_session_for_next
        && requested_path(req, &settings.base_path).is_some_and(|path| {
            let kept = req.get_session().get::<String>(SESSION_KEY_NEXT);
            kept.ok().flatten() == Some(path)
        })
}
