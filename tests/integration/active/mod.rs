//! Active logins: the logins that the server knows of.

mod administrator;
mod end_current;
mod end_one;
mod end_others;
mod end_others_twice;
mod entries;
mod failing_store;
mod loading;
mod log_in_again;
mod log_out;
mod login_id;
mod max_logins;
mod races;
mod redis;
mod remember_cookie;
mod stores;
mod switched_off;
mod two_managers;
mod unseen;
