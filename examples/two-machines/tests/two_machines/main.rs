//! Two processes of the example on servers of the tests' own: everything that it is for, the most likely
//! attacks, and servers that fail under load.

mod app;
mod balancer;
mod load;
mod outages;
mod postgres_server;
mod redis_server;
mod sharing;
mod start;
