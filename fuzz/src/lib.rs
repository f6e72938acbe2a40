//! What the programs share: each runs the check of its target, and begins with the target's seeds.

use std::{env, fs, path::Path};

pub use actix_login::fuzzing;
pub use libfuzzer_sys::fuzz_target;

/// The program of a target of [`fuzzing`].
#[macro_export]
macro_rules! fuzz {
    ($target:ident) => {
        $crate::fuzz_target!(
            init: $crate::plant_seeds(&$crate::fuzzing::$target),
            |input: &[u8]| {
                ($crate::fuzzing::$target.check)(input);
            }
        );
    };
}

/// Writes the seeds into the corpus, which is the first folder among the program's arguments.
pub fn plant_seeds(target: &fuzzing::Target) {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let corpus = arguments.iter().map(Path::new).find(|path| path.is_dir());
    for (number, seed) in (target.seeds)().into_iter().enumerate() {
        if let Some(corpus) = corpus {
            fs::write(corpus.join(format!("seed-{number}")), seed).expect("the corpus is writable");
        }
    }
}
