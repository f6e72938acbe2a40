//! What may be a loader.

use actix_login::{LoginManager, LoginManagerBuilder, loader::UserLoader};
use actix_web::Result;

use crate::{
    serve,
    support::{
        SECRET, cookie_session,
        pages::{User, load, pages},
    },
};

#[test]
fn a_loader_may_be_an_async_function() {
    async fn user_of(id: u64) -> Option<User> {
        load(id)
    }
    works_with(LoginManager::<User>::builder(SECRET).user_loader(user_of));
}

#[test]
fn a_loader_may_be_an_async_function_that_can_fail() {
    async fn user_of(id: u64) -> std::io::Result<Option<User>> {
        Ok(load(id))
    }
    works_with(LoginManager::<User>::builder(SECRET).user_loader(user_of));
}

#[test]
fn a_loader_may_fail_with_a_boxed_error() {
    type Failure = Box<dyn std::error::Error>;
    works_with(
        LoginManager::<User>::builder(SECRET)
            .user_loader(async |id: u64| Ok::<_, Failure>(load::<User>(id))),
    );
}

#[test]
fn a_loader_may_be_a_type_of_the_app() {
    struct Table(Vec<u64>);
    impl UserLoader<User> for Table {
        type Answer = Result<Option<User>, String>;

        async fn load(&self, id: u64) -> Self::Answer {
            Ok(self.0.iter().find(|it| **it == id).copied().map(User::from))
        }
    }
    works_with(LoginManager::<User>::builder(SECRET).user_loader(Table(vec![1, 2])));
}

/// `query_as(…).fetch_optional(&pool).await` of sqlx has a type that the loader alone decides.
#[test]
fn a_loader_decides_the_type_of_a_generic_query() {
    async fn fetch_optional<T: From<u64>>(id: u64) -> Result<Option<T>, std::fmt::Error> {
        Ok((id != 0).then(|| T::from(id)))
    }
    works_with(
        LoginManager::<User>::builder(SECRET).user_loader(async |id: u64| fetch_optional(id).await),
    );
    works_with(
        LoginManager::<User>::builder(SECRET).shared_user_loader(async |id: u64| {
            let user = fetch_optional(id).await?;
            Ok::<_, std::fmt::Error>(user.map(std::sync::Arc::new))
        }),
    );
}

fn works_with(builder: LoginManagerBuilder<User>) {
    let manager = builder.build().unwrap();
    let app = serve!(pages::<User>, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    assert_eq!(browser.get("/who").body, "1");
    browser.post("/login/0", "");
    assert_eq!(browser.get("/who").body, "nobody");
}
