//! The example as a program of its own: what it is for, and the most likely attacks.

mod app;
mod chromium;
mod htmx;
mod other_origins;
mod relay;
mod socket;
mod whole_life;
