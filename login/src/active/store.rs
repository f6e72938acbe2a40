//! The trait of a store of active logins.

use std::{fmt, future::Future, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    encoding::{decode, encode},
    error::LoginError,
    loader::LocalBoxFuture,
};

/// The id of an active login: 128 random bits. It tells nothing, and opens nothing by itself.
///
/// As text it is 22 letters, digits, `-` and `_`; that is what serde makes of it, too, so that a form
/// or a path can hold one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginId([u8; 16]);

impl LoginId {
    pub(crate) fn random() -> Result<Self, LoginError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| {
            tracing::error!(target: "actix_login", %error, "the system has no random numbers");
            LoginError::StoreFailed
        })?;
        Ok(Self(id))
    }
}

impl fmt::Display for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(self.0))
    }
}

/// The text was no login id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidLoginId;

impl fmt::Display for InvalidLoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no login id")
    }
}

impl std::error::Error for InvalidLoginId {}

impl FromStr for LoginId {
    type Err = InvalidLoginId;

    fn from_str(text: &str) -> Result<Self, InvalidLoginId> {
        let bytes = decode(text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(InvalidLoginId)
    }
}

impl Serialize for LoginId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LoginId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = LoginId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a login id")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<LoginId, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

/// A login as a store keeps it. All times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLogin {
    /// The login.
    pub id: LoginId,
    /// Whose it is: the manager's name, a colon, and the user's id.
    pub user: String,
    /// When it began.
    pub started_at: u64,
    /// When it was last written down that it was seen. Not before it `ends` where the login goes on
    /// under another id: then this one is only there for requests under way.
    pub last_seen_at: u64,
    /// When it ends by itself, if it does: the store may drop it then.
    pub expires_at: Option<u64>,
    /// The `User-Agent` of the browser, cut to 200 bytes. The browser's own word: escape it.
    pub user_agent: String,
    /// The client's address; empty where it is not known.
    pub address: String,
    /// Whether there is a remember cookie of this login.
    pub remembered: bool,
    /// How often the remember cookie has been replaced.
    pub generation: u64,
    /// The newest generation of the remember cookie that had come back when the present one was
    /// issued: what was issued between the two never has.
    pub last_confirmed_generation: u64,
    /// When the present remember cookie was issued.
    pub issued_at: u64,
    /// When the present remember cookie first came back, if it has.
    pub cookie_confirmed_at: Option<u64>,
}

/// Where active logins are kept.
///
/// An error of any method fails the request with an empty 500: nobody gets in, nobody is logged
/// out. Each must answer in bounded time. One store may serve several managers.
///
/// A store on a SQL database, with `Database` standing for the driver of your choice:
///
/// ```
/// # #[derive(Debug)] struct DbError;
/// # impl std::fmt::Display for DbError {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("db") }
/// # }
/// # struct Row;
/// # impl Row { fn get<T>(&self, _: &str) -> T { panic!("no database here") } }
/// # #[derive(Clone)] struct Database;
/// # impl Database {
/// #     async fn query(&self, _: &str, _: Values<'_>) -> Result<Vec<Row>, DbError> { Ok(vec![]) }
/// #     async fn execute(&self, _: &str, _: Values<'_>) -> Result<u64, DbError> { Ok(0) }
/// # }
/// # type Values<'a> = &'a [&'a dyn std::fmt::Debug];
/// use actix_login::{LoginId, store::{LoginStore, StoredLogin}};
///
/// // CREATE TABLE logins (id TEXT PRIMARY KEY, user TEXT, started_at BIGINT, last_seen_at BIGINT, expires_at BIGINT,
/// //   user_agent TEXT, address TEXT, remembered BOOLEAN, generation BIGINT, last_confirmed_generation BIGINT,
/// //   issued_at BIGINT, cookie_confirmed_at BIGINT);
/// // CREATE INDEX logins_of_user ON logins (user);
/// struct SqlLoginStore(Database);
///
/// fn from_row(row: &Row) -> StoredLogin {
///     StoredLogin {
///         id: row.get::<String>("id").parse().expect("an id that this store has written"),
///         user: row.get("user"), started_at: row.get("started_at"), last_seen_at: row.get("last_seen_at"),
///         expires_at: row.get("expires_at"), user_agent: row.get("user_agent"), address: row.get("address"),
///         remembered: row.get("remembered"), generation: row.get("generation"),
///         last_confirmed_generation: row.get("last_confirmed_generation"),
///         issued_at: row.get("issued_at"), cookie_confirmed_at: row.get("cookie_confirmed_at"),
///     }
/// }
///
/// impl LoginStore for SqlLoginStore {
///     type Error = DbError;
///
///     async fn begin(&self, login: &StoredLogin) -> Result<(), DbError> {
///         let l = login;
///         let values: Values = &[
///             &l.id, &l.user, &l.started_at, &l.last_seen_at, &l.expires_at, &l.user_agent, &l.address,
///             &l.remembered, &l.generation, &l.last_confirmed_generation, &l.issued_at, &l.cookie_confirmed_at,
///         ];
///         let sql = "INSERT INTO logins VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
///         self.0.execute(sql, values).await.map(drop)
///     }
///     async fn find(&self, id: LoginId) -> Result<Option<StoredLogin>, DbError> {
///         let rows = self.0.query("SELECT * FROM logins WHERE id = ?", &[&id]).await?;
///         Ok(rows.first().map(from_row))
///     }
///     async fn touch(&self, id: LoginId, last_seen_at: u64, expires_at: Option<u64>) -> Result<bool, DbError> {
///         let sql = "UPDATE logins SET last_seen_at = ?, expires_at = ? \
///                    WHERE id = ? AND (expires_at IS NULL OR last_seen_at < expires_at)";
///         Ok(self.0.execute(sql, &[&last_seen_at, &expires_at, &id]).await? == 1)
///     }
///     async fn replace_cookie(
///         &self, id: LoginId, generation: u64, last_confirmed_generation: u64, issued_at: u64,
///     ) -> Result<bool, DbError> {
///         let sql = "UPDATE logins SET generation = generation + 1, last_confirmed_generation = ?, issued_at = ?, \
///                    cookie_confirmed_at = NULL, remembered = TRUE WHERE id = ? AND generation = ?";
///         Ok(self.0.execute(sql, &[&last_confirmed_generation, &issued_at, &id, &generation]).await? == 1)
///     }
///     async fn confirm_cookie(&self, id: LoginId, generation: u64, now: u64) -> Result<(), DbError> {
///         let sql = "UPDATE logins SET cookie_confirmed_at = ? \
///                    WHERE id = ? AND generation = ? AND cookie_confirmed_at IS NULL";
///         self.0.execute(sql, &[&now, &id, &generation]).await.map(drop)
///     }
///     async fn end(&self, id: LoginId) -> Result<(), DbError> {
///         self.0.execute("DELETE FROM logins WHERE id = ?", &[&id]).await.map(drop)
///     }
///     async fn list(&self, user: &str) -> Result<Vec<StoredLogin>, DbError> {
///         let rows = self.0.query("SELECT * FROM logins WHERE user = ?", &[&user]).await?;
///         Ok(rows.iter().map(from_row).collect())
///     }
///     async fn drop_ended(&self, now: u64) -> Result<(), DbError> {
///         self.0.execute("DELETE FROM logins WHERE expires_at <= ?", &[&now]).await.map(drop)
///     }
/// }
/// ```
pub trait LoginStore: Send + Sync + 'static {
    /// What goes wrong in the store; it is written to the log.
    type Error: fmt::Display;

    /// Writes down a login that begins.
    fn begin(&self, login: &StoredLogin) -> impl Future<Output = Result<(), Self::Error>>;

    /// The login of this id, if it has not ended. One that ended by itself may still be found; the
    /// caller checks.
    fn find(&self, id: LoginId) -> impl Future<Output = Result<Option<StoredLogin>, Self::Error>>;

    /// Writes down that a login was seen, and when it ends now, and answers `true`, also where it says
    /// so already; unless there is none, or its `seen` is not before its `ends`: that one stays as it
    /// is, and the answer is `false`. It must be atomic: a request under way must not bring back a
    /// login that another has let go on under another id.
    fn touch(
        &self,
        id: LoginId,
        last_seen_at: u64,
        expires_at: Option<u64>,
    ) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Moves to the next remember cookie, if `generation` is the present one: then the generation
    /// is one more, `shown` and `issued` are as given, `cookie_seen` is none, `remembered` is true,
    /// and the answer is `true`. It must be atomic: of several callers at once, one is told `true`.
    fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: u64,
    ) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Writes down that the remember cookie of this generation came back, if it is the present one
    /// and has not before.
    fn confirm_cookie(
        &self,
        id: LoginId,
        generation: u64,
        now: u64,
    ) -> impl Future<Output = Result<(), Self::Error>>;

    /// Ends a login. One that there is not is no error.
    fn end(&self, id: LoginId) -> impl Future<Output = Result<(), Self::Error>>;

    /// The logins of a user, in any order.
    fn list(&self, user: &str) -> impl Future<Output = Result<Vec<StoredLogin>, Self::Error>>;

    /// Drops the logins that have ended by themselves. This crate calls it never: an app does,
    /// once an hour, say, where the store does not do it by itself.
    fn drop_ended(&self, now: u64) -> impl Future<Output = Result<(), Self::Error>>;
}

/// A store whose type does not matter, and whose errors are in the log already.
pub(crate) type AnyLoginStore = Box<dyn ErasedLoginStore>;

type Answer<'a, T> = LocalBoxFuture<'a, Result<T, LoginError>>;

pub(crate) trait ErasedLoginStore: Send + Sync {
    fn begin<'a>(&'a self, login: &'a StoredLogin) -> Answer<'a, ()>;
    fn find(&self, id: LoginId) -> Answer<'_, Option<StoredLogin>>;
    fn touch(&self, id: LoginId, last_seen_at: u64, expires_at: Option<u64>) -> Answer<'_, bool>;
    fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: u64,
    ) -> Answer<'_, bool>;
    fn confirm_cookie(&self, id: LoginId, generation: u64, now: u64) -> Answer<'_, ()>;
    fn end(&self, id: LoginId) -> Answer<'_, ()>;
    fn list<'a>(&'a self, user: &'a str) -> Answer<'a, Vec<StoredLogin>>;
}

pub(crate) struct Erased<S>(pub(crate) S);

fn logged<T, E: fmt::Display>(result: Result<T, E>) -> Result<T, LoginError> {
    result.map_err(|error| {
        tracing::error!(
            target: "actix_login",
            error = format!("{error:#}"),
            "the store of active logins failed"
        );
        LoginError::StoreFailed
    })
}

impl<S: LoginStore> ErasedLoginStore for Erased<S> {
    fn begin<'a>(&'a self, login: &'a StoredLogin) -> Answer<'a, ()> {
        Box::pin(async move { logged(self.0.begin(login).await) })
    }

    fn find(&self, id: LoginId) -> Answer<'_, Option<StoredLogin>> {
        Box::pin(async move { logged(self.0.find(id).await) })
    }

    fn touch(&self, id: LoginId, last_seen_at: u64, expires_at: Option<u64>) -> Answer<'_, bool> {
        Box::pin(async move { logged(self.0.touch(id, last_seen_at, expires_at).await) })
    }

    fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: u64,
    ) -> Answer<'_, bool> {
        let replacing = self
            .0
            .replace_cookie(id, generation, last_confirmed_generation, issued_at);
        Box::pin(async move { logged(replacing.await) })
    }

    fn confirm_cookie(&self, id: LoginId, generation: u64, now: u64) -> Answer<'_, ()> {
        Box::pin(async move { logged(self.0.confirm_cookie(id, generation, now).await) })
    }

    fn end(&self, id: LoginId) -> Answer<'_, ()> {
        Box::pin(async move { logged(self.0.end(id).await) })
    }

    fn list<'a>(&'a self, user: &'a str) -> Answer<'a, Vec<StoredLogin>> {
        Box::pin(async move { logged(self.0.list(user).await) })
    }
}
