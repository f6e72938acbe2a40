//! The documents: a row in the database, and a file. Nothing finds one without the user who asks for it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use actix_web::web;
use serde::Serialize;
use sqlx::{FromRow, SqlitePool};

use crate::{failure::Failure, users::User};

#[derive(FromRow, Serialize)]
pub struct Document {
    pub id: i64,
    pub owner_id: i64,
    pub title: String,
}

/// A document of the user who asks. What changes a document takes one of these.
pub struct Owned(Document);

pub struct Documents {
    pool: SqlitePool,
    folder: PathBuf,
}

impl Documents {
    pub fn new(pool: SqlitePool, folder: &Path) -> Self {
        Self {
            pool,
            folder: folder.join("documents"),
        }
    }

    /// The user's own documents, and those that are shown to them.
    pub async fn readable(&self, user: &User) -> Result<Vec<Document>, Failure> {
        let sql = "SELECT * FROM documents WHERE owner_id = ?1 OR id IN \
                   (SELECT document_id FROM readers WHERE user_id = ?1) ORDER BY title";
        Ok(sqlx::query_as(sql)
            .bind(user.id)
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn readable_by_id(&self, user: &User, id: i64) -> Result<Option<Document>, Failure> {
        let sql = "SELECT * FROM documents WHERE id = ?2 AND (owner_id = ?1 OR id IN \
                   (SELECT document_id FROM readers WHERE user_id = ?1))";
        Ok(sqlx::query_as(sql)
            .bind(user.id)
            .bind(id)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn owned_by_id(&self, user: &User, id: i64) -> Result<Option<Owned>, Failure> {
        let document = sqlx::query_as("SELECT * FROM documents WHERE id = ? AND owner_id = ?")
            .bind(id)
            .bind(user.id)
            .fetch_optional(&self.pool)
            .await?;
        Ok(document.map(Owned))
    }

    pub async fn create(
        &self,
        user: &User,
        title: &str,
        text: String,
    ) -> Result<Document, Failure> {
        let mut transaction = self.pool.begin().await?;
        let sql = "INSERT INTO documents (owner_id, title) VALUES (?, ?) RETURNING *";
        let document = sqlx::query_as(sql)
            .bind(user.id)
            .bind(title)
            .fetch_one(&mut *transaction)
            .await?;
        let (folder, file) = (self.folder.clone(), self.file(&document));
        web::block(move || fs::create_dir_all(folder).and_then(|()| fs::write(file, text)))
            .await??;
        transaction.commit().await?;
        Ok(document)
    }

    /// The name is a number that the database has made: no request can lead out of the folder by it.
    pub fn file(&self, document: &Document) -> PathBuf {
        self.folder.join(format!("{}.txt", document.id))
    }

    pub async fn show_to(&self, Owned(document): &Owned, reader: &User) -> Result<(), Failure> {
        let sql = "INSERT INTO readers (document_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
        sqlx::query(sql)
            .bind(document.id)
            .bind(reader.id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub async fn delete(&self, Owned(document): Owned) -> Result<(), Failure> {
        sqlx::query("DELETE FROM documents WHERE id = ?")
            .bind(document.id)
            .execute(&self.pool)
            .await?;
        let file = self.file(&document);
        Ok(web::block(move || fs::remove_file(file)).await??)
    }
}
