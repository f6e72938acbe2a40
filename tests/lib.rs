//! Nothing: the tests are in `integration/`.
