fn main() {
    // `sqlx::migrate!` embeds this folder. Cargo would not see a new file in it.
    println!("cargo::rerun-if-changed=migrations");
}
