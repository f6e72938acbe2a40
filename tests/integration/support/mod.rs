//! What the tests run on: apps on real servers, browsers that talk to them over TCP, and the parts
//! of an app that a test changes or inspects directly.

pub mod active_site;
pub mod api_site;
mod browser;
mod clock;
mod count;
mod gate;
mod log;
mod memory_session_store;
pub mod pages;
pub mod postgres_server;
pub mod quickstart;
pub mod record;
pub mod redis_server;
mod response;
mod runtime;
mod server;
mod settings;
pub mod site;
mod streams;
mod temp_folder;
mod test_login_store;

pub use self::{
    browser::Browser,
    clock::Clock,
    count::Count,
    gate::Gate,
    log::Log,
    memory_session_store::MemorySessionStore,
    response::{Response, SetCookie},
    runtime::{block_on, on_runtime},
    server::{TestApp, boxed_app},
    settings::{REMEMBER, SECRET, SESSION, cookie_session},
    temp_folder::TempFolder,
    test_login_store::TestLoginStore,
};
