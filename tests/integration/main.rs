//! The behaviour of actix-login over HTTP, one module a topic.

mod support;

mod login;
