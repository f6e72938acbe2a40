//! The login and refresh views to which a guard redirects: the guard lets them pass.

use std::iter;

use actix_web::{
    HttpRequest,
    dev::Url as RouterUrl,
    http::{Uri, header},
    test::TestRequest,
};
use url::Url;

use crate::{
    guard::refusal::enclosing_scopes,
    http::url::Location,
    manager::{
        settings::{RedirectSettings, Refusals, ViewSetting},
        view::View,
    },
    request::nearest::AnyManager,
};

/// A host that no client can claim to have reached: RFC 2606 reserves the domain.
const NO_HOST: &str = "actix-login.invalid";

/// Returns the paths of the login view and the refresh view, as the router matches them.
///
/// Those views are left out that only a request could tell: functions, absolute URLs without a
/// `server_origin`, and paths with a query, since other queries may be other pages.
pub(super) fn find_own_views(manager: &dyn AnyManager, req: &HttpRequest) -> Vec<String> {
    let scopes = enclosing_scopes(req);
    let settings = manager.settings();
    let find = |view_in: fn(&Refusals) -> &ViewSetting| {
        let view = scopes
            .iter()
            .map(|scope| &scope.refusals)
            .chain(iter::once(&settings.refusals))
            .map(view_in)
            .find(|view| !matches!(view, ViewSetting::Inherited));
        match view {
            Some(ViewSetting::View(view)) => find_path(view, req, &settings.redirects),
            _ => None,
        }
    };
    [
        find(|refusals| &refusals.unauthorized.view),
        find(|refusals| &refusals.needs_refresh.view),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn find_path(view: &View, req: &HttpRequest, settings: &RedirectSettings) -> Option<String> {
    let location = match view {
        View::Location(location) => location.clone(),
        View::Resource(name) => locate_resource(name, req)?,
        View::ByRequest(_) => return None,
    };
    let (path, _fragment) = location.split_once('#').unwrap_or((&location, ""));
    let path = match Location::parse(path).host {
        Some(_) => path_on_origin(path, settings)?,
        None => path,
    };
    if !path.starts_with('/') || path.contains('?') {
        return None;
    }
    let path = RouterUrl::new(Uri::try_from(path).ok()?);
    Some(path.path().to_owned())
}

/// The path of a named resource, or its URL if it is an external one. actix-web builds both from the
/// host of a request, and would take one for the other if the client names the external one's host.
fn locate_resource(name: &str, req: &HttpRequest) -> Option<String> {
    let neutral = TestRequest::default()
        .insert_header((header::HOST, NO_HOST))
        .to_http_request();
    let no_segments: [&str; 0] = [];
    let url = req
        .resource_map()
        .url_for(&neutral, name, no_segments)
        .ok()?;
    if url.host_str() == Some(NO_HOST) {
        Some(url.path().to_owned())
    } else {
        Some(url.into())
    }
}

/// The path of an absolute URL on `server_origin`, without the start that a proxy strips.
fn path_on_origin<'a>(url: &'a str, settings: &RedirectSettings) -> Option<&'a str> {
    let own = Url::parse(settings.server_origin.as_deref()?).ok()?;
    if Url::parse(url).ok()?.origin() != own.origin() {
        return None;
    }
    match Location::parse(url)
        .path
        .strip_prefix(&*settings.base_path)?
    {
        "" if settings.base_path.is_empty() => Some("/"),
        path => Some(path),
    }
}
