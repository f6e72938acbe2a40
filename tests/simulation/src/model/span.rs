//! A time that is known to lie between two.

/// Something happened at some time from `from` to `to`.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub from: u64,
    pub to: u64,
}

impl Span {
    pub fn after(self, seconds: u64) -> Self {
        Self {
            from: self.from + seconds,
            to: self.to + seconds,
        }
    }
}
