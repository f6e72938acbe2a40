//! Markdown tables, and the places in README.md where they go.

use std::{fmt::Write as _, fs, io, path::PathBuf};

/// A table: the first column to the left, as it holds names, and the others to the right.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = format!("| {} |\n| --- |", header.join(" | "));
    text.push_str(&" ---: |".repeat(header.len().saturating_sub(1)));
    for row in rows {
        let _ = write!(text, "\n| {} |", row.join(" | "));
    }
    text
}

/// A whole number with its thousands apart: `12,345`.
pub fn number(value: f64) -> String {
    let digits = format!("{value:.0}");
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits.as_str()),
    };
    let mut text = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The folder of the benchmarks.
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Prints the text, and with `write` puts it into README.md too, between `<!-- table: name -->`
/// and `<!-- end -->`.
pub fn publish(name: &str, text: &str, write: bool) -> io::Result<()> {
    println!("\n{text}\n");
    if !write {
        return Ok(());
    }
    let path = folder().join("README.md");
    let page = fs::read_to_string(&path)?;
    let start = format!("<!-- table: {name} -->");
    let replaced = page.split_once(&start).and_then(|(before, rest)| {
        let (_, after) = rest.split_once("<!-- end -->")?;
        Some(format!("{before}{start}\n{text}\n<!-- end -->{after}"))
    });
    match replaced {
        Some(page) => fs::write(path, page),
        None => Err(io::Error::other(format!("README.md has no `{start}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!(number(0.4), "0");
        assert_eq!(number(123.0), "123");
        assert_eq!(number(1234.0), "1,234");
        assert_eq!(number(-1_234_567.0), "-1,234,567");
    }

    #[test]
    fn a_table_has_names_to_the_left() {
        let rows = [vec!["a".to_owned(), "1".to_owned()]];
        assert_eq!(
            table(&["name", "count"], &rows),
            "| name | count |\n| --- | ---: |\n| a | 1 |"
        );
    }
}
