//! The example as a program of its own: what it is for, and the most likely attacks.

mod app;
mod chromium;
mod enrolment;
mod guessing;
mod other_sites;
mod pending;
mod whole_life;
