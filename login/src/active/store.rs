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
    pub began: u64,
    /// When it was last written down that it was seen. Not before it `ends` where the login goes on
    /// under another id: then this one is only there for requests under way.
    pub seen: u64,
    /// When it ends by itself, if it does: the store may drop it then.
    pub ends: Option<u64>,
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
    pub shown: u64,
    /// When the present remember cookie was issued.
    pub issued: u64,
    /// When the present remember cookie first came back, if it has.
    pub cookie_seen: Option<u64>,
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
/// use actix_login::{LoginId, LoginStore, StoredLogin};
///
/// // CREATE TABLE logins (id TEXT PRIMARY KEY, user TEXT, began BIGINT, seen BIGINT, ends BIGINT,
/// //   user_agent TEXT, address TEXT, remembered BOOLEAN, generation BIGINT, shown BIGINT,
/// //   issued BIGINT, cookie_seen BIGINT);
/// // CREATE INDEX logins_of_user ON logins (user);
/// struct SqlLoginStore(Database);
///
/// fn from_row(row: &Row) -> StoredLogin {
///     StoredLogin {
///         id: row.get::<String>("id").parse().expect("an id that this store has written"),
///         user: row.get("user"), began: row.get("began"), seen: row.get("seen"),
///         ends: row.get("ends"), user_agent: row.get("user_agent"), address: row.get("address"),
///         remembered: row.get("remembered"), generation: row.get("generation"),
///         shown: row.get("shown"), issued: row.get("issued"), cookie_seen: row.get("cookie_seen"),
///     }
/// }
///
/// impl LoginStore for SqlLoginStore {
///     type Error = DbError;
///
///     async fn begin(&self, login: &StoredLogin) -> Result<(), DbError> {
///         let l = login;
///         let values: Values = &[
///             &l.id, &l.user, &l.began, &l.seen, &l.ends, &l.user_agent, &l.address,
///             &l.remembered, &l.generation, &l.shown, &l.issued, &l.cookie_seen,
///         ];
///         let sql = "INSERT INTO logins VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
///         self.0.execute(sql, values).await.map(drop)
///     }
///     async fn find(&self, id: LoginId) -> Result<Option<StoredLogin>, DbError> {
///         let rows = self.0.query("SELECT * FROM logins WHERE id = ?", &[&id]).await?;
///         Ok(rows.first().map(from_row))
///     }
///     async fn touch(&self, id: LoginId, seen: u64, ends: Option<u64>) -> Result<bool, DbError> {
///         let sql = "UPDATE logins SET seen = ?, ends = ? \
///                    WHERE id = ? AND (ends IS NULL OR seen < ends)";
///         Ok(self.0.execute(sql, &[&seen, &ends, &id]).await? == 1)
///     }
///     async fn replace_cookie(
///         &self, id: LoginId, old: u64, shown: u64, now: u64,
///     ) -> Result<bool, DbError> {
///         let sql = "UPDATE logins SET generation = generation + 1, shown = ?, issued = ?, \
///                    cookie_seen = NULL, remembered = TRUE WHERE id = ? AND generation = ?";
///         Ok(self.0.execute(sql, &[&shown, &now, &id, &old]).await? == 1)
///     }
///     async fn cookie_seen(&self, id: LoginId, generation: u64, now: u64) -> Result<(), DbError> {
///         let sql = "UPDATE logins SET cookie_seen = ? \
///                    WHERE id = ? AND generation = ? AND cookie_seen IS NULL";
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
///         self.0.execute("DELETE FROM logins WHERE ends <= ?", &[&now]).await.map(drop)
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
        seen: u64,
        ends: Option<u64>,
    ) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Moves to the next remember cookie, if `generation` is the present one: then the generation
    /// is one more, `shown` and `issued` are as given, `cookie_seen` is none, `remembered` is true,
    /// and the answer is `true`. It must be atomic: of several callers at once, one is told `true`.
    fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        shown: u64,
        issued: u64,
    ) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Writes down that the remember cookie of this generation came back, if it is the present one
    /// and has not before.
    fn cookie_seen(
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
    fn touch(&self, id: LoginId, seen: u64, ends: Option<u64>) -> Answer<'_, bool>;
    fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        shown: u64,
        issued: u64,
    ) -> Answer<'_, bool>;
    fn cookie_seen(&self, id: LoginId, generation: u64, now: u64) -> Answer<'_, ()>;
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

    fn touch(&self, id: LoginId, seen: u64, ends: Option<u64>) -> Answer<'_, bool> {
        Box::pin(async move { logged(self.0.touch(id, seen, ends).await) })
    }

    fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        shown: u64,
        issued: u64,
    ) -> Answer<'_, bool> {
        let replacing = self.0.replace_cookie(id, generation, shown, issued);
        Box::pin(async move { logged(replacing.await) })
    }

    fn cookie_seen(&self, id: LoginId, generation: u64, now: u64) -> Answer<'_, ()> {
        Box::pin(async move { logged(self.0.cookie_seen(id, generation, now).await) })
    }

    fn end(&self, id: LoginId) -> Answer<'_, ()> {
        Box::pin(async move { logged(self.0.end(id).await) })
    }

    fn list<'a>(&'a self, user: &'a str) -> Answer<'a, Vec<StoredLogin>> {
        Box::pin(async move { logged(self.0.list(user).await) })
    }
}
