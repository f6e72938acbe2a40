//! The notes in the database: what the API is about.

use serde::Serialize;
use sqlx::{FromRow, SqlitePool};
use utoipa::ToSchema;

use crate::failure::Failure;

const MAX_PER_USER: i64 = 100;

#[derive(FromRow, Serialize, ToSchema)]
pub struct Note {
    pub id: i64,
    pub text: String,
}

pub async fn of_user(pool: &SqlitePool, user_id: i64) -> Result<Vec<Note>, Failure> {
    Ok(
        sqlx::query_as("SELECT * FROM notes WHERE user_id = ? ORDER BY id")
            .bind(user_id)
            .fetch_all(pool)
            .await?,
    )
}

/// Returns `None` if the user has too many.
pub async fn add(pool: &SqlitePool, user_id: i64, text: &str) -> Result<Option<Note>, Failure> {
    let sql = "INSERT INTO notes (user_id, text) SELECT ?1, ?2 \
               WHERE (SELECT count(*) FROM notes WHERE user_id = ?1) < ?3 RETURNING *";
    Ok(sqlx::query_as(sql)
        .bind(user_id)
        .bind(text)
        .bind(MAX_PER_USER)
        .fetch_optional(pool)
        .await?)
}

/// Returns whether there was such a note of this user.
pub async fn delete(pool: &SqlitePool, user_id: i64, id: i64) -> Result<bool, Failure> {
    let result = sqlx::query("DELETE FROM notes WHERE id = ? AND user_id = ?")
        .bind(id)
        .bind(user_id)
        .execute(pool)
        .await?;
    Ok(result.rows_affected() == 1)
}
