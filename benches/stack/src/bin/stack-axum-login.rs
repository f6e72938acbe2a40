//! axum-login on axum, over tower-sessions' stores: `redis-sessions` or `postgres-sessions`.

use axum::{
    Router,
    extract::RawQuery,
    http::StatusCode,
    routing::{get, post},
};
use axum_login::{AuthManagerLayerBuilder, AuthUser, AuthnBackend, login_required};
use sqlx::PgPool;
use stack::{
    ADDRESS, CONNECTIONS, Result, announce, asked_for, find, greeting, setting, storage, users,
};
use tokio::net::TcpListener;
use tower_sessions::{SessionManagerLayer, SessionStore};
use tower_sessions_redis_store::{
    RedisStore,
    fred::prelude::{ClientLike as _, Config, Pool},
};
use tower_sessions_sqlx_store::{PostgresStore, sqlx as sqlx_of_store};

#[derive(Debug, Clone)]
struct User(stack::User);

impl AuthUser for User {
    type Id = i64;

    fn id(&self) -> i64 {
        self.0.id
    }

    /// axum-login wants one of each user. An empty one costs least.
    fn session_auth_hash(&self) -> &[u8] {
        b""
    }
}

#[derive(Clone)]
struct Backend(PgPool);

impl AuthnBackend for Backend {
    type User = User;
    type Credentials = i64;
    type Error = sqlx::Error;

    async fn authenticate(&self, id: i64) -> sqlx::Result<Option<User>> {
        self.get_user(&id).await
    }

    async fn get_user(&self, id: &i64) -> sqlx::Result<Option<User>> {
        Ok(find(&self.0, *id).await?.map(User))
    }
}

type AuthSession = axum_login::AuthSession<Backend>;

async fn public() -> &'static str {
    "Hello!"
}

async fn log_in(
    mut session: AuthSession,
    RawQuery(query): RawQuery,
) -> std::result::Result<&'static str, StatusCode> {
    let failed = |_| StatusCode::INTERNAL_SERVER_ERROR;
    let id = asked_for(&query.unwrap_or_default()).ok_or(StatusCode::UNAUTHORIZED)?;
    let user = session.authenticate(id).await.map_err(failed)?;
    let user = user.ok_or(StatusCode::UNAUTHORIZED)?;
    session.login(&user).await.map_err(failed)?;
    Ok("Logged in")
}

async fn protected(session: AuthSession) -> std::result::Result<String, StatusCode> {
    let user = session.user.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(greeting(&user.0))
}

fn main() -> Result<()> {
    // One thread, as the others have one worker.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match storage().as_str() {
            "redis-sessions" => {
                let config = Config::from_url(&setting("REDIS_URL")?)?;
                // One connection, as actix-session's and actix-login's stores have.
                let pool = Pool::new(config, None, None, None, 1)?;
                pool.connect();
                pool.wait_for_connect().await?;
                serve(RedisStore::new(pool)).await
            }
            "postgres-sessions" => {
                let pool = sqlx_of_store::postgres::PgPoolOptions::new()
                    .max_connections(CONNECTIONS)
                    .connect(&setting("DATABASE_URL")?)
                    .await?;
                let store = PostgresStore::new(pool);
                store.migrate().await?;
                serve(store).await
            }
            other => Err(format!("unknown storage: {other}").into()),
        }
    })
}

async fn serve(store: impl SessionStore + Clone) -> Result<()> {
    let backend = Backend(users().await?);
    let sessions = SessionManagerLayer::new(store).with_secure(false);
    let login = AuthManagerLayerBuilder::new(backend, sessions).build();
    let app = Router::new()
        .route("/protected", get(protected))
        .route_layer(login_required!(Backend))
        .route("/public", get(public))
        .route("/login", post(log_in))
        .layer(login);
    let listener = TcpListener::bind(ADDRESS).await?;
    announce(&[listener.local_addr()?])?;
    axum::serve(listener, app).await?;
    Ok(())
}
