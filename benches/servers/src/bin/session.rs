//! actix-session alone: the yardstick.

use actix_web::{App, HttpServer, cookie::Key, web::Data};
use apps::session::{configure, middleware};
use servers::{ADDRESS, announce};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let users = Data::new(servers::users());
    let key = Key::generate();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(users.clone())
            .configure(configure)
            .wrap(middleware(key.clone()))
    });
    let server = server.workers(1).bind(ADDRESS)?;
    announce(&server.addrs())?;
    server.run().await
}
