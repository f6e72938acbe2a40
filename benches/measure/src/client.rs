//! The HTTP that is needed to see whether a server answers as it should.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::Result;

/// Sent with each request, as session protection looks at it.
pub(crate) const USER_AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

pub(crate) fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Without cookies where `cookie` is empty.
pub(crate) fn head_of_request(method: &str, path: &str, cookie: &str) -> String {
    let cookie = match cookie {
        "" => String::new(),
        cookie => format!("Cookie: {cookie}\r\n"),
    };
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {USER_AGENT}\r\n{cookie}")
}

pub(crate) fn send(address: SocketAddr, method: &str, path: &str, cookie: &str) -> Result<Answer> {
    let mut stream = connect(address)?;
    let head = head_of_request(method, path, cookie);
    write!(
        stream,
        "{head}Content-Length: 0\r\nConnection: close\r\n\r\n"
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("an answer without end")?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Ok(Answer {
        status: status.ok_or("an answer without a status")?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

impl Answer {
    /// The `Cookie` header that gives back what the answer set; empty where it set nothing.
    pub(crate) fn cookies(&self) -> String {
        let values = self.head.lines().filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then_some(value)
        });
        let pairs: Vec<&str> = values.filter_map(|value| value.split(';').next()).collect();
        pairs.join("; ")
    }
}
