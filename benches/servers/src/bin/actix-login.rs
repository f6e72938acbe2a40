//! actix-login by its defaults: session protection is on.

use std::error::Error;

use actix_web::{App, HttpServer, cookie::Key, web::Data};
use apps::{
    login::{configure, manager},
    session::middleware,
};
use servers::{ADDRESS, announce};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let users = Data::new(servers::users());
    let key = Key::generate();
    let manager = manager(&key, &users)?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(users.clone())
            .configure(configure)
            .wrap(middleware(key.clone()))
            .wrap(manager.clone())
    });
    let server = server.workers(1).bind(ADDRESS)?;
    announce(&server.addrs())?;
    Ok(server.run().await?)
}
