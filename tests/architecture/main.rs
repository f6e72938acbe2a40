//! The architecture of `login/src`: which concept may use which, and that no files form a circle.
//!
//! A layer is a file or a folder of `login/src`. It may use itself and the layers that precede it
//! in [`LAYERS`]. The test reads the paths in the source text: comments, strings and test code do
//! not count, and a re-export counts as the file that defines the item. It does not see method
//! calls, which name no path.

mod guide;
mod rules;
mod source;
mod tree;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{rules::broken_rules, tree::Tree};

/// The layers, nearest to the ground first.
const LAYERS: [&str; 26] = [
    // The ground: nothing here needs a request.
    "config",
    "timestamp",
    "error",
    "user",
    "future",
    "loader",
    "crypto",
    "http",
    // `store` comes before `session` and `remember`, because a login record and a remember token
    // contain the id of an active login.
    "store",
    // The event of a login that ended names it.
    "events",
    "session",
    "remember",
    "manager",
    // One request.
    "request",
    "active",
    "resolve",
    // What a handler uses.
    "api",
    "pages",
    "guard",
    "extract",
    "middleware",
    "test",
    // What must hold for what a stranger sends.
    "fuzzing",
    // The roof.
    "guide",
    "private",
    "lib",
];

/// The text of every `.rs` file below `folder`, by its path relative to it.
fn read_sources(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut sources = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(current)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(folder).map_err(io::Error::other)?;
                let name = relative.to_string_lossy().replace('\\', "/");
                sources.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    Ok(sources)
}

/// The rules that a made-up crate with the layers `low`, `high` and `lib` breaks.
fn broken(files: &[(&str, &str)]) -> Vec<String> {
    let sources = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    let tree = Tree::new(&sources).unwrap();
    broken_rules(&tree, &["low", "high", "lib"])
}

/// Asserts that exactly one rule is broken, and that the message has all of `parts`.
#[track_caller]
fn assert_broken(files: &[(&str, &str)], parts: &[&str]) {
    let found = broken(files);
    let [message] = &found[..] else {
        panic!("one broken rule expected, found {found:#?}");
    };
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
}

const LIB: (&str, &str) = ("lib.rs", "mod high; mod low;");

#[test]
fn an_arrow_toward_the_ground_is_allowed() {
    let files = [
        LIB,
        ("low.rs", "pub struct Low;"),
        ("high.rs", "use crate::low::Low; fn f(_: Low) {}"),
    ];
    assert_eq!(broken(&files), Vec::<String>::new());
}

#[test]
fn an_arrow_toward_the_roof_names_both_files_the_line_and_the_path() {
    let files = [
        LIB,
        ("low.rs", "//! Low.\n\nuse crate::high::{self, High};\n"),
        ("high.rs", "pub struct High;"),
    ];
    assert_broken(&files, &["low.rs:3", "`crate::high`", "high.rs"]);
}

#[test]
fn nested_braces_and_renames_in_a_use_count() {
    let files = [
        LIB,
        (
            "low.rs",
            "use {std::fmt, crate::{high::{deep::{Deep as Other}}}};",
        ),
        ("high/mod.rs", "pub mod deep;"),
        ("high/deep.rs", "pub struct Deep;"),
    ];
    assert_broken(
        &files,
        &["low.rs:1", "`crate::high::deep::Deep`", "high/deep.rs"],
    );
}

#[test]
fn a_path_in_a_body_a_type_a_macro_or_an_attribute_counts() {
    for low in [
        "fn f() { let _ = 1 + crate::high::f(); }",
        "fn f() { use super::high::f as g; }",
        "fn f(_: &dyn Fn() -> Vec<actix_login::high::High>) {}",
        "fn f() { println!(\"{}\", crate::high::f()); }",
        "macro_rules! m { () => { $crate::high::f() } }",
        "fn f() -> High { High { ..crate::high::High::default() } } struct High;",
        "#[cfg_attr(unix, derive(crate::high::High))] struct Low;",
        "impl Low { fn f() { <u8 as crate::high::High>::f() } } struct Low;",
    ] {
        let high = ("high.rs", "pub struct High; pub fn f() {}");
        let low = format!("\n{low}");
        assert_broken(
            &[LIB, ("low.rs", &low), high],
            &["low.rs:2", "::high::", "high.rs"],
        );
    }
}

#[test]
fn comments_strings_tests_and_visibilities_do_not_count() {
    let low = r#"
        //! See [`crate::high::High`].
        /// ```
        /// use crate::high::High;
        /// ```
        pub(in crate::low) fn f() -> &'static str {
            // crate::high::f()
            /* crate::high::f() */
            "crate::high::f()"
        }
        impl Low {
            #[cfg(test)]
            pub(crate) fn high() -> crate::high::High { crate::high::High }
        }
        struct Low;
        #[cfg(test)]
        mod tests {
            use crate::high::High;
        }
    "#;
    let files = [LIB, ("low.rs", low), ("high.rs", "pub struct High;")];
    assert_eq!(broken(&files), Vec::<String>::new());
}

#[test]
fn an_arrow_through_the_re_export_of_the_crate_goes_to_the_item() {
    let lib = ("lib.rs", "mod high; mod low; pub use self::high::High;");
    let files = [
        lib,
        ("low.rs", "fn f(_: crate::High) {}"),
        ("high.rs", "pub struct High;"),
    ];
    assert_broken(&files, &["low.rs:1", "`crate::High`", "high.rs"]);

    let files = [
        ("lib.rs", "mod high; mod low; pub use low::*;"),
        ("low.rs", "pub struct Low;"),
        ("high.rs", "fn f(_: crate::Low) {}"),
    ];
    assert_eq!(broken(&files), Vec::<String>::new());
}

#[test]
fn an_arrow_to_an_item_of_the_crate_root_leads_to_the_roof() {
    let files = [
        (
            "lib.rs",
            "mod low; pub mod inner { pub use std::fmt; pub fn f() {} }",
        ),
        ("low.rs", "fn f() { crate::inner::f() }"),
    ];
    assert_broken(&files, &["low.rs:1", "`crate::inner::f`", "lib.rs"]);
}

#[test]
fn a_path_through_an_imported_module_goes_to_the_item() {
    let files = [
        LIB,
        ("low/mod.rs", "mod deep; pub use deep::Deep;"),
        ("low/deep.rs", "pub struct Deep;"),
        ("high.rs", "use crate::low; fn f(_: low::Deep) {}"),
    ];
    let sources = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    let tree = Tree::new(&sources).unwrap();
    let arrows = tree.arrows();
    let found: Vec<(&str, &str)> = arrows
        .iter()
        .map(|arrow| (arrow.from.as_str(), arrow.to.as_str()))
        .collect();
    assert_eq!(
        found,
        [("high.rs", "low/deep.rs"), ("high.rs", "low/mod.rs")]
    );
}

#[test]
fn a_circle_names_each_of_its_steps() {
    let files = [
        ("lib.rs", "mod low;"),
        ("low/mod.rs", "mod a; mod b; mod c;"),
        ("low/a.rs", "use super::b::B; pub struct A;"),
        ("low/b.rs", "pub struct B; fn f() { super::c::f() }"),
        ("low/c.rs", "\nuse crate::low::a::A; pub fn f() {}"),
    ];
    assert_broken(
        &files,
        &[
            "low/a.rs:1 `super::b::B`",
            "low/b.rs:1 `super::c::f`",
            "low/c.rs:2 `crate::low::a::A`",
        ],
    );
}

#[test]
fn a_circle_through_a_re_export_is_found() {
    let files = [
        ("lib.rs", "mod low;"),
        ("low/mod.rs", "mod a; mod b; pub(crate) use self::a::A;"),
        ("low/a.rs", "use super::b::B; pub struct A;"),
        ("low/b.rs", "use super::A; pub struct B;"),
    ];
    assert_broken(
        &files,
        &["low/a.rs:1 `super::b::B`", "low/b.rs:1 `super::A`"],
    );
}

#[test]
fn a_module_root_that_only_declares_and_re_exports_is_in_no_circle() {
    let files = [
        ("lib.rs", "mod low;"),
        (
            "low/mod.rs",
            "mod a; pub use self::a::A; pub fn shared() {}",
        ),
        ("low/a.rs", "pub struct A; fn f() { super::shared() }"),
    ];
    assert_eq!(broken(&files), Vec::<String>::new());
}

#[test]
fn a_module_root_whose_code_uses_a_child_that_uses_it_is_in_a_circle() {
    for module_root in [
        "mod a; pub use self::a::A; pub fn shared(_: A) {}",
        "mod a; pub use self::a::f; pub fn shared() { f() }",
        "mod a; use self::a::A; pub fn shared() {}",
        "mod a; pub fn shared() { a::f() }",
    ] {
        let files = [
            ("lib.rs", "mod low;"),
            ("low/mod.rs", module_root),
            ("low/a.rs", "use super::shared; pub struct A; pub fn f() {}"),
        ];
        assert_broken(&files, &["low/a.rs:1 `super::shared`", "low/mod.rs:1 `"]);
    }
}

#[test]
fn a_re_export_of_what_is_not_below_is_an_arrow() {
    let files = [
        LIB,
        ("low.rs", "pub use crate::high::High;"),
        ("high.rs", "pub struct High;"),
    ];
    assert_broken(&files, &["low.rs:1", "`crate::high::High`", "high.rs"]);
}

#[test]
fn a_glob_reaches_each_name_of_the_module() {
    let files = [
        LIB,
        ("low.rs", "use crate::high::*;"),
        ("high/mod.rs", "mod deep; pub use deep::Deep;"),
        ("high/deep.rs", "pub struct Deep;"),
    ];
    let found = broken(&files);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("high/deep.rs"), "{found:#?}");
    assert!(found[1].contains("high/mod.rs"), "{found:#?}");
}

#[test]
fn a_file_outside_of_the_table_is_named() {
    let files = [("lib.rs", "mod other;"), ("other/mod.rs", "")];
    assert_broken(&files, &["other/mod.rs", "`other`"]);
}

#[test]
fn a_file_that_no_module_declares_is_named() {
    let files = [("lib.rs", "mod low;"), ("low.rs", ""), ("high.rs", "")];
    assert_broken(&files, &["high.rs"]);
}

#[test]
fn a_module_for_tests_alone_needs_no_layer() {
    let files = [
        ("lib.rs", "#[cfg(test)] mod fuzz; mod low;"),
        ("low.rs", "pub struct Low;"),
        ("fuzz.rs", "use crate::{low::Low, nowhere};"),
    ];
    assert_eq!(broken(&files), Vec::<String>::new());
}

#[test]
fn a_path_that_leads_nowhere_is_named() {
    let files = [("lib.rs", "mod low;"), ("low.rs", "use crate::gone::Gone;")];
    assert_broken(&files, &["low.rs:1", "`crate::gone::Gone`"]);
}

#[test]
fn every_layer_uses_only_what_is_nearer_to_the_ground() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../login/src");
    let tree = Tree::new(&read_sources(&folder).unwrap()).unwrap();
    let broken = broken_rules(&tree, &LAYERS);
    assert!(
        broken.is_empty(),
        "{} broken rules in login/src, {} of its files in a circle:\n{}",
        broken.len(),
        rules::files_in_circles(&tree),
        broken.join("\n"),
    );
}
