//! A login that a test client puts into a request, started as if the session had held it.

use std::{cell::Cell, rc::Rc};

use actix_web::HttpMessage;

use crate::{
    error::LoginError, request::visit::Visit, session::record::LoginRecord, user::UserMixin,
};

/// A login in the request's extensions. It can't come over a network, since it is not part of the
/// request's bytes.
pub(crate) struct PreparedLogin<U> {
    pub(crate) user: U,
    pub(crate) fresh: bool,
    /// Set once the login has been started.
    pub(crate) done: Rc<Cell<bool>>,
}

/// Starts the login that a test client has put into the request, if there is one.
pub(crate) async fn start_prepared<U: UserMixin>(visit: &Visit<'_, U>) -> Result<(), LoginError> {
    let Some(login) = visit.req.extensions_mut().remove::<PreparedLogin<U>>() else {
        return Ok(());
    };
    if login.done.replace(true) {
        return Ok(());
    }
    let id = login.user.get_id().to_string();
    let active = visit
        .start_or_continue(None, &login.user, &id, None)
        .await?;
    visit.start_login(&LoginRecord {
        login: active.map(|login| login.recorded),
        ..visit.new_record(&id, &login.user, login.fresh)
    })
}
