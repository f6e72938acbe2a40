//! The operations on the table. Each is one statement or one transaction, and may be repeated if it
//! gave way to a concurrent transaction.

use sqlx::{
    AssertSqlSafe, ColumnIndex, Error, Executor, IntoArguments, Pool, QueryBuilder, Row,
    Transaction, query::Query,
};

use super::{
    columns::{from_column, malformed, time_from_column, time_to_column, to_column, to_text},
    dialect::{Dialect, Value},
};
use crate::{
    store::entry::{LoginId, StoredLogin},
    timestamp::Timestamp,
};

type Result<T> = std::result::Result<T, Error>;

/// How many logins a statement removes at most.
pub(super) const BATCH: usize = 500;

/// Named in each statement, so that a column that a later version adds changes no prepared one.
macro_rules! columns {
    () => {
        "id, user_key, started_at, last_seen_at, expires_at, user_agent, address, remembered, \
         generation, last_confirmed_generation, issued_at, cookie_confirmed_at"
    };
}

const INSERT: &str = concat!(
    "INSERT INTO actix_login_logins (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING"
);

const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM actix_login_logins WHERE id = $1"
);

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM actix_login_logins WHERE user_key = $1"
);

/// Changes nothing if the login is superseded, and never brings its end forward.
const TOUCH: &str = "UPDATE actix_login_logins SET last_seen_at = $2, expires_at = \
       CASE WHEN expires_at IS NULL OR expires_at > $3 THEN expires_at ELSE $3 END \
     WHERE id = $1 AND (expires_at IS NULL OR last_seen_at < expires_at)";

/// Changes nothing if the login is superseded.
const SUPERSEDE: &str = "UPDATE actix_login_logins SET last_seen_at = $2, expires_at = $2 \
     WHERE id = $1 AND (expires_at IS NULL OR last_seen_at < expires_at)";

const REPLACE_COOKIE: &str = "UPDATE actix_login_logins SET generation = generation + 1, \
     last_confirmed_generation = $3, issued_at = $4, cookie_confirmed_at = NULL, remembered = TRUE \
     WHERE id = $1 AND generation = $2";

const CONFIRM_COOKIE: &str = "UPDATE actix_login_logins SET cookie_confirmed_at = $3 \
     WHERE id = $1 AND generation = $2 AND cookie_confirmed_at IS NULL";

const END_EXPIRED_OF_USER: &str =
    "DELETE FROM actix_login_logins WHERE user_key = $1 AND expires_at <= $2";

/// Ends the logins of the user `$1` above the bound `$3`, those not seen for longest first, but not the
/// login `$2` that starts: `$4` is the room that it leaves. Superseded ones are counted apart.
const END_SURPLUS: &str = "DELETE FROM actix_login_logins WHERE id IN (\
       SELECT id FROM (\
         SELECT id, is_superseded, ROW_NUMBER() OVER (\
           PARTITION BY is_superseded ORDER BY last_seen_at DESC, started_at DESC, id DESC\
         ) AS place FROM (\
           SELECT id, last_seen_at, started_at, \
             expires_at IS NOT NULL AND last_seen_at >= expires_at AS is_superseded \
           FROM actix_login_logins WHERE user_key = $1 AND id <> $2\
         ) AS others\
       ) AS ranked WHERE place > CASE WHEN is_superseded THEN $3 ELSE $4 END)";

/// The table in a database.
pub(super) struct Operations<DB: Dialect> {
    pub(super) pool: Pool<DB>,
}

impl<DB: Dialect> Clone for Operations<DB> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
        }
    }
}

type Statement<DB> = Query<'static, DB, <DB as sqlx::Database>::Arguments>;

impl<DB: Dialect> Operations<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    for<'c> &'c Pool<DB>: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
    i64: Value<DB>,
    Option<i64>: Value<DB>,
    bool: Value<DB>,
    String: Value<DB>,
    Vec<u8>: Value<DB>,
    for<'a> &'a str: ColumnIndex<DB::Row>,
{
    pub(super) async fn create_table(&self) -> Result<()> {
        let mut transaction = self.transaction().await?;
        for lock in DB::LOCK_MIGRATION {
            sqlx::query(*lock).execute(&mut *transaction).await?;
        }
        sqlx::raw_sql(DB::MIGRATION)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    pub(super) async fn begin(&self, login: &StoredLogin, max_per_user: usize) -> Result<()> {
        let mut transaction = self.transaction_of(&login.user).await?;
        sqlx::query(END_EXPIRED_OF_USER)
            .bind(user_key(login))
            .bind(time_to_column(login.started_at))
            .execute(&mut *transaction)
            .await?;
        let inserted = insert(login).execute(&mut *transaction).await?;
        if DB::rows_affected(&inserted) > 0 {
            end_surplus(login, max_per_user)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    pub(super) async fn find(&self, id: LoginId) -> Result<Option<StoredLogin>> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    pub(super) async fn list(&self, user: &str) -> Result<Vec<StoredLogin>> {
        let rows = sqlx::query(LIST)
            .bind(user.as_bytes().to_vec())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }

    pub(super) async fn touch(
        &self,
        id: LoginId,
        last_seen_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<bool> {
        let touched = sqlx::query(TOUCH)
            .bind(id.to_string())
            .bind(time_to_column(last_seen_at))
            .bind(expires_at.map(time_to_column))
            .execute(&self.pool)
            .await?;
        Ok(DB::rows_affected(&touched) == 1)
    }

    pub(super) async fn supersede(
        &self,
        id: LoginId,
        until: Timestamp,
        successor: &StoredLogin,
        max_per_user: usize,
    ) -> Result<bool> {
        let mut transaction = self.transaction_of(&successor.user).await?;
        let superseded = sqlx::query(SUPERSEDE)
            .bind(id.to_string())
            .bind(time_to_column(until))
            .execute(&mut *transaction)
            .await?;
        if DB::rows_affected(&superseded) == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        insert(successor).execute(&mut *transaction).await?;
        end_surplus(successor, max_per_user)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    pub(super) async fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: Timestamp,
    ) -> Result<bool> {
        let replaced = sqlx::query(REPLACE_COOKIE)
            .bind(id.to_string())
            .bind(to_column(generation))
            .bind(to_column(last_confirmed_generation))
            .bind(time_to_column(issued_at))
            .execute(&self.pool)
            .await?;
        Ok(DB::rows_affected(&replaced) == 1)
    }

    pub(super) async fn confirm_cookie(
        &self,
        id: LoginId,
        generation: u64,
        now: Timestamp,
    ) -> Result<()> {
        sqlx::query(CONFIRM_COOKIE)
            .bind(id.to_string())
            .bind(to_column(generation))
            .bind(time_to_column(now))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A transaction, even for one login: if the database hangs, a statement that was sent would take
    /// effect once it continues, and a logout that failed would end the login after all.
    pub(super) async fn end_all(&self, ids: &[LoginId]) -> Result<()> {
        let mut ids: Vec<String> = ids.iter().map(LoginId::to_string).collect();
        // In the order of `LOCK_USER`.
        ids.sort();
        let mut transaction = self.transaction().await?;
        for batch in ids.chunks(BATCH) {
            // Until none is left: PostgreSQL does not show a statement the rows that were inserted while
            // it waited for another one, such as the successor of a login.
            loop {
                let mut delete = QueryBuilder::<DB>::new(
                    "DELETE FROM actix_login_logins WHERE id IN \
                     (SELECT id FROM actix_login_logins WHERE id IN (",
                );
                let mut values = delete.separated(", ");
                for id in batch {
                    values.push_bind(id.clone());
                }
                delete.push(") ORDER BY id").push(DB::FOR_UPDATE).push(")");
                // Kept prepared for the logout of one login, and not for every number of logins.
                let delete = delete.build().persistent(batch.len() == 1);
                let ended = delete.execute(&mut *transaction).await?;
                if DB::rows_affected(&ended) == 0 {
                    break;
                }
            }
        }
        transaction.commit().await
    }

    /// Removes some of the logins that have expired, and returns how many.
    pub(super) async fn drop_batch(&self, now: Timestamp) -> Result<u64> {
        // Checked once more when the row is locked: a request may just have extended the login.
        let delete = format!(
            "DELETE FROM actix_login_logins WHERE expires_at <= $1 AND id IN \
             (SELECT id FROM actix_login_logins WHERE expires_at <= $1 LIMIT {BATCH}{})",
            DB::FOR_UPDATE_SKIP_LOCKED
        );
        let dropped = sqlx::query(AssertSqlSafe(delete))
            .bind(time_to_column(now))
            .execute(&self.pool)
            .await?;
        Ok(DB::rows_affected(&dropped))
    }

    async fn transaction(&self) -> Result<Transaction<'static, DB>> {
        self.pool.begin_with(DB::BEGIN).await
    }

    /// A transaction that changes which logins a user has. Those of one user follow each other.
    async fn transaction_of(&self, user: &str) -> Result<Transaction<'static, DB>> {
        let mut transaction = self.transaction().await?;
        for lock in DB::LOCK_USER {
            sqlx::query(*lock)
                .bind(user.as_bytes().to_vec())
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction)
    }
}

fn user_key(login: &StoredLogin) -> Vec<u8> {
    login.user.as_bytes().to_vec()
}

fn insert<DB: Dialect>(login: &StoredLogin) -> Statement<DB>
where
    i64: Value<DB>,
    Option<i64>: Value<DB>,
    bool: Value<DB>,
    String: Value<DB>,
    Vec<u8>: Value<DB>,
{
    sqlx::query(INSERT)
        .bind(login.id.to_string())
        .bind(user_key(login))
        .bind(time_to_column(login.started_at))
        .bind(time_to_column(login.last_seen_at))
        .bind(login.expires_at.map(time_to_column))
        .bind(to_text(&login.user_agent))
        .bind(to_text(&login.address))
        .bind(login.remembered)
        .bind(to_column(login.generation))
        .bind(to_column(login.last_confirmed_generation))
        .bind(time_to_column(login.issued_at))
        .bind(login.cookie_confirmed_at.map(time_to_column))
}

fn end_surplus<DB: Dialect>(login: &StoredLogin, max_per_user: usize) -> Statement<DB>
where
    i64: Value<DB>,
    String: Value<DB>,
    Vec<u8>: Value<DB>,
{
    let max = i64::try_from(max_per_user).unwrap_or(i64::MAX);
    sqlx::query(END_SURPLUS)
        .bind(user_key(login))
        .bind(login.id.to_string())
        .bind(max)
        .bind(max.saturating_sub(1).max(0))
}

fn read<DB: Dialect>(row: &DB::Row) -> Result<StoredLogin>
where
    i64: Value<DB>,
    bool: Value<DB>,
    String: Value<DB>,
    Vec<u8>: Value<DB>,
    for<'a> &'a str: ColumnIndex<DB::Row>,
{
    let number = |name| from_column(row.try_get(name)?);
    let time = |name| time_from_column(row.try_get(name)?);
    let optional_time = |name| {
        let value: Option<i64> = row.try_get(name)?;
        value.map(time_from_column).transpose()
    };
    let id: String = row.try_get("id")?;
    Ok(StoredLogin {
        id: id.parse().map_err(malformed)?,
        user: String::from_utf8(row.try_get("user_key")?).map_err(malformed)?,
        started_at: time("started_at")?,
        last_seen_at: time("last_seen_at")?,
        expires_at: optional_time("expires_at")?,
        user_agent: row.try_get("user_agent")?,
        address: row.try_get("address")?,
        remembered: row.try_get("remembered")?,
        generation: number("generation")?,
        last_confirmed_generation: number("last_confirmed_generation")?,
        issued_at: time("issued_at")?,
        cookie_confirmed_at: optional_time("cookie_confirmed_at")?,
    })
}
