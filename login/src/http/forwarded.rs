//! The `Forwarded` header (RFC 7239).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use actix_web::http::header::HeaderMap;

use super::token::is_token_byte;

/// The client's address in the `count`-th element from the right, of all values of the header `name`.
/// Each proxy appends an element.
///
/// It is `None` if there are fewer elements, if the element names no IP address, or if a value that has
/// to be read is malformed: the client may have written its first part. A malformed value before those
/// that are needed does no harm.
pub(crate) fn forwarded_for(headers: &HeaderMap, count: usize, name: &str) -> Option<IpAddr> {
    let values: Vec<&[u8]> = headers
        .get_all(name)
        .map(|value| value.as_bytes())
        .collect();
    let mut missing = count;
    for value in values.into_iter().rev() {
        let elements = parse(value)?;
        match elements.len().checked_sub(missing) {
            Some(at) => return elements.get(at)?.as_deref().and_then(parse_node),
            None => missing -= elements.len(),
        }
    }
    None
}

/// The `for` parameter of each element of a value, without quotes. `None` if the value is malformed.
fn parse(value: &[u8]) -> Option<Vec<Option<String>>> {
    let text = str::from_utf8(value).ok()?;
    let mut elements = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(OWS);
        let is_empty = rest.is_empty() || rest.starts_with(',');
        if !is_empty {
            let (element, after) = parse_element(rest)?;
            elements.push(element);
            rest = after.trim_start_matches(OWS);
        }
        if rest.is_empty() {
            return Some(elements);
        }
        // Empty elements of a list do not count (RFC 9110, section 5.6.1).
        rest = rest.strip_prefix(',')?;
    }
}

/// How many parameters an element may have. RFC 7239 defines four.
const PARAMETERS_MAX: usize = 16;

/// Optional white space.
const OWS: [char; 2] = [' ', '\t'];

/// Parses `[ pair ] *( ";" [ pair ] )`, and returns the `for` parameter and the rest.
fn parse_element(text: &str) -> Option<(Option<String>, &str)> {
    let mut names: Vec<&str> = Vec::new();
    let mut node = None;
    let mut rest = text;
    loop {
        let (name, after) = take_token(rest);
        rest = after;
        if !name.is_empty() {
            // A parameter must not occur twice in an element.
            let is_twice = names.iter().any(|other| other.eq_ignore_ascii_case(name));
            if is_twice || names.len() == PARAMETERS_MAX {
                return None;
            }
            names.push(name);
            let (value, after) = take_value(rest.strip_prefix('=')?)?;
            rest = after;
            if name.eq_ignore_ascii_case("for") {
                node = Some(value);
            }
        }
        match rest.strip_prefix(';') {
            Some(after) => rest = after,
            None => return Some((node, rest)),
        }
    }
}

fn take_token(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !is_token_byte(byte));
    let end = end.unwrap_or(text.len());
    text.split_at(end)
}

/// Takes a token or a quoted string, which it unquotes.
fn take_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (token, rest) = take_token(text);
        return (!token.is_empty()).then(|| (token.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(chars.next()?),
            c => value.push(c),
        }
    }
}

/// The address of a `node`: an IPv4 address or a bracketed IPv6 address, with or without a port.
/// `unknown` and obfuscated names have none.
fn parse_node(node: &str) -> Option<IpAddr> {
    if let Some(bracketed) = node.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let is_valid = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        let address = address.parse::<Ipv6Addr>().ok()?;
        return is_valid.then_some(address.into());
    }
    let address = match node.split_once(':') {
        Some((address, port)) => is_port(port).then_some(address)?,
        None => node,
    };
    Some(address.parse::<Ipv4Addr>().ok()?.into())
}

/// Digits, or an obfuscated port: `_` and a name.
fn is_port(port: &str) -> bool {
    match port.strip_prefix('_') {
        Some(name) => {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            !name.is_empty() && name.bytes().all(is_name)
        }
        None => (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
