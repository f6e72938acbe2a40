//! The example as a program of its own: what it is for, and the most likely attacks.

mod answers;
mod app;
mod confirmation;
mod fake_provider;
mod linking;
mod pages;
mod tokens;
mod whole_life;
