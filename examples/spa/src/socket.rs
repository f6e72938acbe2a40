//! A WebSocket that ends with the login: by a logout in another tab, or on another device.

use std::pin::pin;

use actix_login::{AuthenticatedUser, LoginWatch, login_required};
use actix_web::{HttpRequest, HttpResponse, Result, get, rt, web::Payload};
use actix_ws::{CloseCode, CloseReason, Message};

use crate::users::User;

/// It greets its user, and sends each text back.
#[get("/socket")]
#[login_required]
pub async fn socket(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    body: Payload,
) -> Result<HttpResponse> {
    let watch = LoginWatch::<User>::of(&req).await?;
    let (response, mut session, mut messages) = actix_ws::handle(&req, body)?;
    let greeting = format!("hello {}", user.name);
    rt::spawn(async move {
        let mut ended = pin!(watch.ended());
        let mut is_open = session.text(greeting).await.is_ok();
        let mut reason = None;
        while is_open {
            tokio::select! {
                () = &mut ended => {
                    // The page tells this from a lost connection.
                    reason = Some(CloseReason {
                        code: CloseCode::Policy,
                        description: Some("the login has ended".to_owned()),
                    });
                    is_open = false;
                }
                message = messages.recv() => is_open = match message {
                    Some(Ok(Message::Ping(bytes))) => session.pong(&bytes).await.is_ok(),
                    Some(Ok(Message::Text(text))) => session.text(text).await.is_ok(),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                    Some(Ok(_)) => true,
                },
            }
        }
        let _ = session.close(reason).await;
    });
    Ok(response)
}
