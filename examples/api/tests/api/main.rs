//! The example as a program of its own: what it is for, and the most likely attacks.

mod app;
mod attacks;
mod whole_life;
