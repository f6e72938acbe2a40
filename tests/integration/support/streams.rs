//! Pages whose responses outlive their request.

use std::{convert::Infallible, pin::pin, time::Duration};

use actix_login::{LoginWatch, UserMixin};
use actix_web::{
    HttpRequest, HttpResponse, Result, rt,
    web::{Bytes, Path, Payload, ServiceConfig, get},
};
use actix_ws::Message;
use futures_util::{
    future::{Either, select},
    stream::{self, Stream},
};

use super::gate::Gate;

/// The pages of a manager's users, below `/events`.
pub fn event_pages<U: UserMixin>(config: &mut ServiceConfig) {
    config
        .route("/events/{kind}", get().to(events::<U>))
        .route("/socket", get().to(socket::<U>));
}

/// A WebSocket that sends each text back, until its login ends.
async fn socket<U: UserMixin>(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let watch = LoginWatch::<U>::of(&req).await?;
    let (response, mut session, mut messages) = actix_ws::handle(&req, body)?;
    rt::spawn(async move {
        let mut ended = pin!(watch.ended());
        loop {
            let received = match select(ended.as_mut(), pin!(messages.recv())).await {
                Either::Left(_) => break,
                Either::Right((received, _)) => received,
            };
            let Some(Ok(Message::Text(text))) = received else {
                break;
            };
            if session.text(text).await.is_err() {
                break;
            }
        }
        // The client may have gone.
        let _ = session.close(None).await;
    });
    Ok(response)
}

async fn events<U: UserMixin>(req: HttpRequest, kind: Path<String>) -> Result<HttpResponse> {
    let watch = LoginWatch::<U>::of(&req).await?;
    // Shorter than the shortest there is.
    let often = Duration::ZERO;
    Ok(match kind.as_str() {
        "ticks" => respond(watch.interval(often).while_valid(ticks())),
        "default" => respond(watch.while_valid(silence())),
        "task" => {
            let gate = Gate::default();
            let ended = gate.clone();
            rt::spawn(async move {
                watch.interval(often).ended().await;
                gate.open();
            });
            respond(stream::unfold(ended, async |ended| {
                ended.pass().await;
                None::<(Item, _)>
            }))
        }
        _ => respond(watch.interval(often).while_valid(silence())),
    })
}

type Item = Result<Bytes, Infallible>;

fn respond(stream: impl Stream<Item = Item> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(stream)
}

fn silence() -> impl Stream<Item = Item> {
    stream::pending()
}

fn ticks() -> impl Stream<Item = Item> {
    stream::unfold((), async |()| {
        rt::time::sleep(Duration::from_millis(10)).await;
        Some((Ok(Bytes::from_static(b"tick")), ()))
    })
}
