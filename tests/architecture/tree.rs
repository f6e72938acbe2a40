//! All modules of a crate, and the arrows between their files.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Kind, Mention, Module, Name};

/// How many re-exports a path is followed through. More is a circle of `use`.
const RE_EXPORTS_MAX: usize = 16;

/// The name of a module: its path from the root of the crate, which is the empty one.
type ModuleName = Vec<String>;

pub(crate) struct Tree {
    /// Each module with its file.
    modules: BTreeMap<ModuleName, (String, Module)>,
    /// Files that no module declares.
    pub(crate) stray_files: BTreeSet<String>,
}

/// `from` mentions `path`, which is defined in `to`. Sorted by file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrow {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) line: usize,
    pub(crate) path: String,
}

/// What a path leads to.
enum Target {
    OtherCrate,
    /// An item, in this file.
    Item(String),
    Module(ModuleName),
}

impl Tree {
    /// The crate whose files have these paths, relative to its `lib.rs`, and texts.
    ///
    /// # Errors
    ///
    /// Where a file is missing or is not Rust.
    pub(crate) fn new(sources: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut tree = Self {
            modules: BTreeMap::new(),
            stray_files: sources.keys().cloned().collect(),
        };
        tree.add_file(sources, Vec::new())?;
        Ok(tree)
    }

    fn add_file(
        &mut self,
        sources: &BTreeMap<String, String>,
        name: ModuleName,
    ) -> Result<(), String> {
        let (file, text) = find_file(sources, &name)?;
        self.stray_files.remove(&file);
        let module = Module::read(text).map_err(|error| format!("{file}: {error}"))?;
        self.add_module(sources, name, &file, module)
    }

    fn add_module(
        &mut self,
        sources: &BTreeMap<String, String>,
        name: ModuleName,
        file: &str,
        mut module: Module,
    ) -> Result<(), String> {
        for (child, inline) in std::mem::take(&mut module.inline) {
            self.add_module(sources, child_of(&name, &child), file, inline)?;
        }
        for (child, for_tests) in std::mem::take(&mut module.files) {
            let child = child_of(&name, &child);
            if for_tests {
                self.stray_files.remove(&find_file(sources, &child)?.0);
            } else {
                self.add_file(sources, child)?;
            }
        }
        self.modules.insert(name, (file.to_owned(), module));
        Ok(())
    }

    pub(crate) fn files(&self) -> BTreeSet<&str> {
        self.modules
            .values()
            .map(|(file, _)| file.as_str())
            .collect()
    }

    /// The arrows between different files, the first of each pair of files.
    pub(crate) fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = BTreeSet::new();
        self.for_each_mention(|name, file, mention, targets| {
            for to in self.files_of(targets) {
                // A re-export of a module's own descendants is no use of them.
                let is_below = mention.kind == Kind::ReExport && self.is_below(&to, name);
                if to != file && !is_below {
                    arrows.insert(Arrow {
                        from: file.to_owned(),
                        to,
                        line: mention.line,
                        path: mention.path.join("::"),
                    });
                }
            }
        });
        let mut arrows: Vec<Arrow> = arrows.into_iter().collect();
        arrows.dedup_by(|next, first| (&next.from, &next.to) == (&first.from, &first.to));
        arrows
    }

    /// The paths that should lead to something in this crate and do not, each as `file:line path`.
    pub(crate) fn unknown_paths(&self) -> Vec<String> {
        let mut unknown = Vec::new();
        self.for_each_mention(|_, file, mention, targets| {
            if targets.is_empty() {
                let path = mention.path.join("::");
                unknown.push(format!("{file}:{} `{path}`", mention.line));
            }
        });
        unknown
    }

    fn for_each_mention(&self, mut act: impl FnMut(&ModuleName, &str, &Mention, Vec<Target>)) {
        for (name, (file, module)) in &self.modules {
            for mention in &module.mentions {
                let mut targets = self.find(name, &mention.path, 0);
                // A type or function that has the name of a module.
                if mention.path.len() == 1 && mention.kind == Kind::Use {
                    targets.retain(|target| !matches!(target, Target::Module(_)));
                    if targets.is_empty() {
                        continue;
                    }
                }
                act(name, file, mention, targets);
            }
            for glob in &module.globs {
                act(name, file, glob, self.find_all(name, &glob.path));
            }
        }
    }

    fn files_of(&self, targets: Vec<Target>) -> BTreeSet<String> {
        let file_of = |target| match target {
            Target::OtherCrate => None,
            Target::Item(file) => Some(file),
            Target::Module(name) => self.modules.get(&name).map(|(file, _)| file.clone()),
        };
        targets.into_iter().filter_map(file_of).collect()
    }

    fn is_below(&self, file: &str, ancestor: &ModuleName) -> bool {
        let mut modules = self.modules.iter();
        modules.any(|(name, (its_file, _))| its_file == file && name.starts_with(ancestor))
    }

    /// What `path` means in the module `from`; empty if it means nothing.
    fn find(&self, from: &ModuleName, path: &[String], depth: usize) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else {
            return self.walk(from, path, depth);
        };
        match first.as_str() {
            "crate" | "actix_login" => self.walk(&Vec::new(), rest, depth),
            "self" | "super" => self.walk(from, path, depth),
            _ => {
                let found = self.walk(from, path, depth);
                let is_known = self.modules[from].1.names.contains_key(first);
                if found.is_empty() && !is_known {
                    return vec![Target::OtherCrate];
                }
                found
            }
        }
    }

    /// What `path` means as seen from inside of `module`.
    fn walk(&self, module: &ModuleName, path: &[String], depth: usize) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else {
            return vec![Target::Module(module.clone())];
        };
        let Some((file, content)) = self.modules.get(module) else {
            return Vec::new();
        };
        if depth > RE_EXPORTS_MAX {
            return Vec::new();
        }
        match first.as_str() {
            "self" => return self.walk(module, rest, depth),
            "super" => {
                let parent = module.split_last().map(|(_, parent)| parent.to_vec());
                return parent.map_or_else(Vec::new, |parent| self.walk(&parent, rest, depth));
            }
            _ => {}
        }

        // A module and an item may share a name. Only the module can be followed further.
        let mut items = Vec::new();
        let mut in_modules = Vec::new();
        for name in content.names.get(first).into_iter().flatten() {
            match name {
                Name::Item => items.push(Target::Item(file.clone())),
                Name::Module => {
                    in_modules.extend(self.walk(&child_of(module, first), rest, depth));
                }
                Name::Import(import) => {
                    for target in self.find_import(module, import, first, depth) {
                        match target {
                            Target::Module(name) => {
                                in_modules.extend(self.walk(&name, rest, depth + 1));
                            }
                            item => items.push(item),
                        }
                    }
                }
            }
        }
        if rest.is_empty() || in_modules.is_empty() {
            in_modules.extend(items);
        }
        if in_modules.is_empty() {
            for glob in &content.globs {
                for target in self.find(module, &glob.path, depth + 1) {
                    if let Target::Module(name) = target
                        && name != *module
                    {
                        in_modules.extend(self.walk(&name, path, depth + 1));
                    }
                }
            }
        }
        in_modules
    }

    /// What `path`, imported as `name`, means in `module`. `use tracing;` means another crate, and
    /// `use self::name::name;` does not mean itself.
    fn find_import(
        &self,
        module: &ModuleName,
        path: &[String],
        name: &str,
        depth: usize,
    ) -> Vec<Target> {
        if path == [name] {
            return vec![Target::OtherCrate];
        }
        self.find(module, path, depth + 1)
    }

    /// The module that `path` means in `from`, and what all of its names mean.
    fn find_all(&self, from: &ModuleName, path: &[String]) -> Vec<Target> {
        let mut all = Vec::new();
        for target in self.find(from, path, 0) {
            if let Target::Module(module) = &target
                && let Some((_, content)) = self.modules.get(module)
            {
                for name in content.names.keys() {
                    let named = self.walk(module, std::slice::from_ref(name), 0);
                    all.extend(
                        named
                            .into_iter()
                            .filter(|named| matches!(named, Target::Item(_))),
                    );
                }
            }
            all.push(target);
        }
        all
    }
}

fn child_of(parent: &ModuleName, child: &str) -> ModuleName {
    let mut name = parent.clone();
    name.push(child.to_owned());
    name
}

/// The path and the text of a module's file.
fn find_file<'a>(
    sources: &'a BTreeMap<String, String>,
    name: &ModuleName,
) -> Result<(String, &'a String), String> {
    let candidates = match &name.join("/")[..] {
        "" => vec!["lib.rs".to_owned()],
        path => vec![format!("{path}.rs"), format!("{path}/mod.rs")],
    };
    let mut files = candidates.into_iter();
    files
        .find_map(|file| sources.get(&file).map(|text| (file, text)))
        .ok_or_else(|| format!("no file for the module {}", name.join("::")))
}
