//! axum-login on axum, with what its guide starts with: tower-sessions' memory store, whose cookie
//! is a bare session id.

use std::{convert::Infallible, error::Error, sync::Arc};

use apps::{Users, greeting};
use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use axum_login::{AuthManagerLayerBuilder, AuthUser, AuthnBackend, login_required};
use servers::{ADDRESS, announce};
use tokio::net::TcpListener;
use tower_sessions::{MemoryStore, SessionManagerLayer};

#[derive(Debug, Clone)]
struct User(Arc<apps::User>);

impl AuthUser for User {
    type Id = u64;

    fn id(&self) -> u64 {
        self.0.id
    }

    /// axum-login wants one of each user. An empty one costs least.
    fn session_auth_hash(&self) -> &[u8] {
        b""
    }
}

#[derive(Clone)]
struct Backend(Arc<Users>);

impl AuthnBackend for Backend {
    type User = User;
    type Credentials = u64;
    type Error = Infallible;

    async fn authenticate(&self, id: u64) -> Result<Option<User>, Infallible> {
        self.get_user(&id).await
    }

    async fn get_user(&self, id: &u64) -> Result<Option<User>, Infallible> {
        Ok(self.0.find(*id).await.cloned().map(User))
    }
}

type AuthSession = axum_login::AuthSession<Backend>;

async fn public() -> &'static str {
    "Hello!"
}

async fn log_in(mut session: AuthSession) -> Result<&'static str, StatusCode> {
    let failed = |_| StatusCode::INTERNAL_SERVER_ERROR;
    let user = session.authenticate(1).await.map_err(failed)?;
    let user = user.ok_or(StatusCode::UNAUTHORIZED)?;
    session.login(&user).await.map_err(failed)?;
    Ok("Logged in")
}

async fn protected(session: AuthSession) -> Result<String, StatusCode> {
    let user = session.user.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(greeting(&user.0))
}

fn main() -> Result<(), Box<dyn Error>> {
    // One thread, as the others have one worker.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve())
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let backend = Backend(Arc::new(servers::users()));
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_secure(false);
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
