//! The example as a program of its own: what it is for, and the most likely attacks.

mod administrators;
mod app;
mod changes;
mod documents;
mod files;
mod other_sites;
mod roles;
