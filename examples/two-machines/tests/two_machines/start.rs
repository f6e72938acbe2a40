//! A start without the servers: the program says how to install them.

use example_support::TempFolder;

use crate::{
    app::{bare_command, command},
    postgres_server::PostgresServer,
};

#[test]
fn without_a_database_it_says_how_to_get_one() {
    let data = TempFolder::new();
    for url in [None, Some("postgres://127.0.0.1:1/two")] {
        let mut command = bare_command();
        command
            .env("DATA_DIR", data.path())
            .envs(url.map(|url| ("DATABASE_URL", url)));
        let output = command.output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(error.contains("apt-get install postgresql"), "{error}");
    }
}

#[test]
fn without_a_redis_it_says_how_to_get_one() {
    let Some(postgres) = PostgresServer::start() else {
        return;
    };
    let data = TempFolder::new();
    let mut command = command(&data, &postgres, None);
    let output = command.env("REDIS_URL", "redis://127.0.0.1:1").output();
    let output = output.unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("apt-get install redis-server"), "{error}");
}
