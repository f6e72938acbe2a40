//! The guide's page "When something goes wrong" has every error and warning of the log.

use std::path::PathBuf;

use crate::read_sources;

/// How much of a message must be on the page: its rest may change with the request.
const COMPARED: usize = 20;

/// The messages of `tracing::error!` and `tracing::warn!` in a source text: of each the first text
/// without a placeholder.
fn logged_messages(source: &str) -> Vec<String> {
    let calls = ["tracing::error!(", "tracing::warn!("]
        .iter()
        .flat_map(|start| source.split(start).skip(1));
    calls
        .filter_map(|call| {
            let call = call.split(");\n").next()?;
            let mut texts = call.split('"').skip(1).step_by(2);
            let message = texts.find(|text| *text != "actix_login" && *text != "{error:#}")?;
            let message = message.replace("\\\n", " ");
            let words: Vec<&str> = message.split_whitespace().collect();
            let message = words.join(" ");
            // `{self}` prints a `LoginError`.
            let text = message
                .split(['{', '}'])
                .step_by(2)
                .find(|text| text.len() > 5)?;
            Some(text.trim().chars().take(COMPARED).collect())
        })
        .collect()
}

/// The variants of `LoginError` that become an empty 500, and so a line in the log.
fn server_errors(source: &str) -> Vec<String> {
    let body = source
        .split("pub enum LoginError {")
        .nth(1)
        .and_then(|rest| rest.split("\n}").next())
        .unwrap();
    let mut found = Vec::new();
    let mut is_server_error = false;
    for line in body.lines() {
        let indented = line.strip_prefix("    ").unwrap_or(line);
        if indented.starts_with("///") {
            is_server_error |= indented.contains("(500)");
        } else if indented.starts_with(char::is_uppercase) {
            let name: String = indented
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            if std::mem::take(&mut is_server_error) {
                found.push(name);
            }
        }
    }
    found
}

#[test]
fn the_guide_explains_every_error_and_warning_of_the_log() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../login/src");
    let sources = read_sources(&folder).unwrap();
    let page = &sources["guide/troubleshooting.rs"];

    let messages: Vec<String> = sources
        .iter()
        .filter(|(name, _)| !name.starts_with("guide/"))
        .flat_map(|(_, source)| logged_messages(source))
        .collect();
    let errors = server_errors(&sources["error.rs"]);
    assert!(messages.len() > 10, "{messages:?}");
    assert!(errors.len() > 15, "{errors:?}");

    let errors = errors.iter().map(|name| format!("LoginError::{name})"));
    let missing: Vec<String> = messages
        .into_iter()
        .chain(errors)
        .filter(|text| !page.contains(text.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "not in login/src/guide/troubleshooting.rs: {missing:#?}"
    );
}
