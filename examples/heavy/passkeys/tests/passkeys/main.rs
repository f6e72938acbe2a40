//! The example as a program of its own, with keys that a real Chromium simulates.

mod app;
mod attacks;
mod whole_life;
