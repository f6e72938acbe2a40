//! The middleware: one or several managers, the headers of responses, mistakes in the setup.

mod headers;
mod kept_requests;
mod misuse;
mod two_managers;
