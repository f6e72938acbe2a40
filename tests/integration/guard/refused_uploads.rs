//! Uploads that are refused before their body is read: the client gets the refusal while it still sends, and
//! the server keeps no body that it does not need.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use actix_login::{AuthenticatedUser, LoginScope, login_required};
use actix_web::{
    App, HttpRequest, Responder,
    rt::{self, net, time::timeout},
    web::{self, Bytes, Payload, ServiceConfig},
};
use futures_util::future::poll_fn;
use h2::{
    SendStream,
    client::{ResponseFuture, handshake},
};

use crate::support::{
    Gate, Response, TestApp, block_on, boxed_app, cookie_session,
    pages::{User, builder},
};

/// What the client says that it sends.
const SIZE: usize = 200 * 1024 * 1024;
/// More than the buffers of a connection hold, here and at the other end.
const BUFFERS: usize = 32 * 1024 * 1024;
/// How long a client waits for a response at most.
const RESPONSE: Duration = Duration::from_secs(20);
/// How long a client that can send nothing waits.
const STALLED: Duration = Duration::from_millis(100);
static PART: [u8; 64 * 1024] = [b'a'; 64 * 1024];

/// Each page, who the browser says has sent the request, and the status of the refusal.
const REFUSALS: [(&str, &str, u16); 4] = [
    ("/attribute", "same-origin", 302),
    ("/scope", "same-origin", 302),
    ("/extractor", "same-origin", 302),
    ("/public", "cross-site", 403),
];

#[login_required]
async fn attribute(body: Bytes) -> impl Responder {
    body
}

async fn extractor(_: AuthenticatedUser<User>, _: Payload) -> impl Responder {
    "uploaded"
}

async fn public(body: Bytes) -> impl Responder {
    body
}

fn pages(config: &mut ServiceConfig) {
    let scope = web::resource("/scope").to(public);
    config
        .route("/attribute", web::post().to(attribute))
        .service(scope.wrap(LoginScope::new().login_required()))
        .route("/extractor", web::post().to(extractor))
        .route("/public", web::post().to(public));
}

/// A server of HTTP/1.1 and HTTP/2 whose request loader waits at the gate, and finds no user.
fn app(gate: &Gate) -> TestApp {
    let gate = gate.clone();
    let manager = builder::<User>()
        .request_loader(async move |_: &HttpRequest| {
            gate.pass().await;
            None::<User>
        })
        .build()
        .unwrap();
    TestApp::serve_http_2(move || {
        let app = App::new().configure(pages);
        boxed_app(app.wrap(manager.clone()).wrap(cookie_session()))
    })
}

fn open_app() -> TestApp {
    let gate = Gate::default();
    gate.open();
    app(&gate)
}

/// The two ways of HTTP/1.1 to send a body.
#[derive(Debug, Clone, Copy)]
enum Framing {
    ContentLength,
    Chunked,
}

/// An upload over HTTP/1.1, of which the client has sent the head.
struct Upload {
    stream: TcpStream,
    framing: Framing,
}

impl Upload {
    fn begin(address: SocketAddr, page: &str, sender: &str, framing: Framing) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        let length = match framing {
            Framing::ContentLength => format!("Content-Length: {SIZE}"),
            Framing::Chunked => "Transfer-Encoding: chunked".to_owned(),
        };
        let head = format!(
            "POST {page} HTTP/1.1\r\nHost: {address}\r\nSec-Fetch-Site: {sender}\r\n{length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        Self { stream, framing }
    }

    fn send_part(&mut self) -> std::io::Result<()> {
        match self.framing {
            Framing::ContentLength => self.stream.write_all(&PART),
            Framing::Chunked => {
                let size = format!("{:x}\r\n", PART.len());
                self.stream.write_all(size.as_bytes())?;
                self.stream.write_all(&PART)?;
                self.stream.write_all(b"\r\n")
            }
        }
    }

    /// The head of the response, which has no body.
    fn read_refusal(&mut self) -> Response {
        self.stream.set_read_timeout(Some(RESPONSE)).unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            self.stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        Response::parse(&head).unwrap()
    }
}

#[test]
fn a_refusal_arrives_while_the_client_still_sends_its_upload() {
    let app = open_app();
    for framing in [Framing::ContentLength, Framing::Chunked] {
        for (page, sender, status) in REFUSALS {
            let mut upload = Upload::begin(app.address(), page, sender, framing);
            upload.send_part().unwrap();
            let refusal = upload.read_refusal();
            assert_eq!(refusal.status, status, "{page}, {framing:?}");
        }
    }
}

#[test]
fn a_refusal_arrives_at_a_client_that_sends_all_before_it_reads() {
    let app = open_app();
    for framing in [Framing::ContentLength, Framing::Chunked] {
        for (page, sender, status) in REFUSALS {
            let mut upload = Upload::begin(app.address(), page, sender, framing);
            for _ in 0..BUFFERS / PART.len() {
                upload.send_part().unwrap();
            }
            let refusal = upload.read_refusal();
            assert_eq!(refusal.status, status, "{page}, {framing:?}");
        }
    }
}

#[test]
fn no_upload_is_buffered_while_a_guard_waits() {
    for framing in [Framing::ContentLength, Framing::Chunked] {
        for page in ["/attribute", "/scope", "/extractor"] {
            let gate = Gate::default();
            let app = app(&gate);
            let mut upload = Upload::begin(app.address(), page, "same-origin", framing);
            upload.stream.set_write_timeout(Some(STALLED)).unwrap();
            let sent = (0..SIZE / PART.len())
                .take_while(|_| upload.send_part().is_ok())
                .count();
            assert!(sent * PART.len() < BUFFERS, "{page}, {framing:?}: {sent}");
            gate.open();
            let refusal = upload.read_refusal();
            assert_eq!(refusal.status, 302, "{page}, {framing:?}");
        }
    }
}

/// Begins an upload over HTTP/2.
async fn begin_upload(
    address: SocketAddr,
    page: &str,
    sender: &str,
) -> (ResponseFuture, SendStream<Bytes>) {
    let stream = net::TcpStream::connect(address).await.unwrap();
    let (client, connection) = handshake(stream).await.unwrap();
    rt::spawn(connection);
    let request = http::Request::post(format!("http://{address}{page}"))
        .header("sec-fetch-site", sender)
        .header("content-length", SIZE)
        .body(())
        .unwrap();
    let mut client = client.ready().await.unwrap();
    client.send_request(request, false).unwrap()
}

async fn status_of(response: ResponseFuture) -> u16 {
    let response = timeout(RESPONSE, response).await.unwrap();
    response.unwrap().status().as_u16()
}

/// Sends parts as long as the server accepts any, and returns how many bytes.
async fn send_all(upload: &mut SendStream<Bytes>) -> usize {
    let mut sent = 0;
    while sent < SIZE {
        upload.reserve_capacity(PART.len());
        let capacity = timeout(STALLED, poll_fn(|cx| upload.poll_capacity(cx)));
        let Ok(Some(Ok(capacity))) = capacity.await else {
            break;
        };
        let part = Bytes::from_static(&PART).slice(..capacity);
        upload.send_data(part, false).unwrap();
        sent += capacity;
    }
    sent
}

#[test]
fn a_refusal_arrives_while_the_client_still_sends_over_http_2() {
    let app = open_app();
    block_on(async {
        for (page, sender, status) in REFUSALS {
            let (refusal, mut upload) = begin_upload(app.address(), page, sender).await;
            upload.send_data(Bytes::from_static(&PART), false).unwrap();
            assert_eq!(status_of(refusal).await, status, "{page}");
        }
    });
}

#[test]
fn no_upload_over_http_2_is_buffered_while_a_guard_waits() {
    block_on(async {
        for page in ["/attribute", "/scope", "/extractor"] {
            let gate = Gate::default();
            let app = app(&gate);
            let (refusal, mut upload) = begin_upload(app.address(), page, "same-origin").await;
            let sent = send_all(&mut upload).await;
            assert!(sent < BUFFERS, "{page}: {sent}");
            gate.open();
            assert_eq!(status_of(refusal).await, 302, "{page}");
        }
    });
}
