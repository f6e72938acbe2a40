//! The guards: what runs before a handler, and what a refused request gets.

pub(crate) mod check;
pub(crate) mod handler;
pub(crate) mod refusal;
pub(crate) mod refused_argument;
pub(crate) mod rule;
mod running_handlers;
pub(crate) mod scope;
