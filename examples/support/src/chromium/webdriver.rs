//! The WebDriver protocol: JSON over HTTP.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// One request to chromedriver: the value of its response, or its error.
pub(super) fn ask(
    driver: SocketAddr,
    method: &str,
    path: &str,
    arguments: &Value,
    limit: Duration,
) -> Result<Value, String> {
    let response = exchange(driver, method, path, arguments, limit);
    let mut response = response.map_err(|error| error.to_string())?;
    let value = response["value"].take();
    match value["error"].as_str() {
        Some(error) => Err(format!("{error}: {}", value["message"])),
        None => Ok(value),
    }
}

/// Sends one HTTP request with a JSON body and returns the JSON of the response.
fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: &Value,
    limit: Duration,
) -> io::Result<Value> {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    // In one piece: each small write would wait until the previous one is acknowledged.
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len(),
    );
    stream.write_all(request.as_bytes())?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        if line.is_empty() {
            break;
        }
    }
    // Reads only the body, because chromedriver keeps the connection open.
    Ok(serde_json::from_reader(reader.take(length))?)
}
