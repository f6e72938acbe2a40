//! Flask-Login's own behaviour, reproduced.

mod cases;
mod documentation;
mod recorded_app;
