//! What the tree must look like, with a message for each place that breaks a rule.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::tree::{Arrow, Tree};

/// Each broken rule as a line of text. `layers` are nearest to the ground first.
pub(crate) fn broken_rules(tree: &Tree, layers: &[&str]) -> Vec<String> {
    let height = |file: &str| layers.iter().position(|layer| *layer == layer_of(file));
    let arrows = tree.arrows();

    let mut broken = Vec::new();
    for file in &tree.stray_files {
        broken.push(format!("{file}: no module declares this file"));
    }
    for file in tree.files() {
        if height(file).is_none() {
            let layer = layer_of(file);
            broken.push(format!("{file}: `{layer}` is not in the table of layers"));
        }
    }
    for path in tree.unknown_paths() {
        broken.push(format!("{path} leads to nothing that this test can find"));
    }
    for arrow in &arrows {
        if let (Some(from), Some(to)) = (height(&arrow.from), height(&arrow.to))
            && from < to
        {
            let (lower, upper) = (layer_of(&arrow.from), layer_of(&arrow.to));
            broken.push(format!(
                "{}: `{lower}` is nearer to the ground than `{upper}`",
                describe(arrow),
            ));
        }
    }
    // A circle through several layers has an arrow toward the roof, which is named already.
    let within_layers: Vec<&Arrow> = arrows
        .iter()
        .filter(|arrow| layer_of(&arrow.from) == layer_of(&arrow.to))
        .collect();
    for circle in circles(&within_layers) {
        let steps: Vec<String> = circle.into_iter().map(describe).collect();
        broken.push(format!("a circle: {}", steps.join(", ")));
    }
    broken
}

/// How many files lead back to themselves.
pub(crate) fn files_in_circles(tree: &Tree) -> usize {
    let arrows = tree.arrows();
    let arrows: Vec<&Arrow> = arrows.iter().collect();
    let files = tree.files();
    files
        .iter()
        .filter(|file| circle_through(&arrows, file).is_some())
        .count()
}

/// The first part of a path: `http/url.rs` and `http.rs` are in the layer `http`.
fn layer_of(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

fn describe(arrow: &Arrow) -> String {
    let Arrow {
        from,
        to,
        line,
        path,
    } = arrow;
    format!("{from}:{line} `{path}` → {to}")
}

/// The shortest circle of each file that is in none of the circles before.
fn circles<'a>(arrows: &[&'a Arrow]) -> Vec<Vec<&'a Arrow>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for arrow in arrows {
        if !seen.contains(&arrow.from)
            && let Some(circle) = circle_through(arrows, &arrow.from)
        {
            seen.extend(circle.iter().map(|arrow| &arrow.from));
            found.push(circle);
        }
    }
    found
}

/// The shortest way from `file` back to it, by a search in breadth.
fn circle_through<'a>(arrows: &[&'a Arrow], file: &str) -> Option<Vec<&'a Arrow>> {
    let mut reached_by: BTreeMap<&str, &Arrow> = BTreeMap::new();
    let mut queue = VecDeque::from([file]);
    while let Some(current) = queue.pop_front() {
        for arrow in arrows.iter().filter(|arrow| arrow.from == current) {
            if arrow.to == file {
                let mut circle = vec![*arrow];
                let mut at = current;
                while at != file {
                    let step = reached_by.get(at)?;
                    circle.push(step);
                    at = &step.from;
                }
                circle.reverse();
                return Some(circle);
            }
            if !reached_by.contains_key(arrow.to.as_str()) {
                reached_by.insert(&arrow.to, arrow);
                queue.push_back(&arrow.to);
            }
        }
    }
    None
}
