//! What the macros accept: each file compiles without a warning, and its test runs.

pub mod anonymous_views;
pub mod arguments;
pub mod associated_functions;
pub mod associated_functions_with_attributes;
pub mod attributes_with_paths;
pub mod checks_of_the_user;
pub mod derive_generic_struct;
pub mod derive_marks_fields;
pub mod derive_marks_the_struct;
pub mod generics;
pub mod handlers_from_macro_rules;
pub mod other_attributes;
pub mod own_names_match_the_expansion;
pub mod own_names_shadow_the_prelude;
pub mod plain_functions;
pub mod return_types;
pub mod route_attributes_above_and_below;
pub mod sixteen_arguments;
pub mod stacked_guards;
pub mod within;
