//! Guards: on handlers and on scopes.

mod api_scope;
mod exemptions;
mod guarded_handlers;
mod guards;
mod refusal_handlers;
mod refused_uploads;
mod scopes;
mod slow_bodies;
mod www_authenticate;
