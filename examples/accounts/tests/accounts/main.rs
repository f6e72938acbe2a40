//! The example as a program of its own: everything that it is for, and the most likely attacks.

mod app;
mod chromium;
mod guessing;
mod links;
mod logins;
mod other_sites;
mod whole_life;
