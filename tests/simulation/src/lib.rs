//! Nothing: the simulation is a test, in `main.rs`.
