//! Leaves out of a failing history whatever the failure does not need.

use std::collections::BTreeSet;

use crate::{history::History, invariants::Invariant, world::live};

/// The atoms of a short history that breaks the same invariant.
pub fn shrink(history: &History, invariant: Invariant) -> BTreeSet<usize> {
    let fails = |atoms: &BTreeSet<usize>| {
        let (_, violation) = live(&history.kept(atoms));
        violation.is_some_and(|violation| violation.invariant == invariant)
    };
    let mut kept: BTreeSet<usize> = (0..history.atoms).collect();
    let mut size = kept.len() / 2;
    while size > 0 {
        let mut has_shrunk = false;
        let atoms: Vec<usize> = kept.iter().copied().collect();
        for part in atoms.chunks(size) {
            let mut rest = kept.clone();
            rest.retain(|atom| !part.contains(atom));
            if rest.len() < kept.len() && fails(&rest) {
                kept = rest;
                has_shrunk = true;
            }
        }
        if !has_shrunk || size > kept.len() {
            size = (size / 2).min(kept.len() / 2);
        }
    }
    kept
}
