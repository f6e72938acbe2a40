//! The middleware: one or several managers, requests of other origins, the headers of responses, mistakes
//! in the setup.

mod cross_site;
mod headers;
mod kept_requests;
mod misuse;
mod private_refusals;
mod two_managers;
mod wrap_forms;
