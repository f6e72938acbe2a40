//! A thief: keeps every cookie that was ever copied or received, and sends any of them.

#[derive(Debug, Default)]
pub struct Thief {
    sessions: Vec<String>,
    tokens: Vec<String>,
}

impl Thief {
    pub fn keep_session(&mut self, value: &str) {
        self.sessions.push(value.to_owned());
    }

    pub fn keep_token(&mut self, value: &str) {
        self.tokens.push(value.to_owned());
    }

    pub fn session(&self, choice: u64) -> Option<String> {
        choose(&self.sessions, choice)
    }

    pub fn token(&self, choice: u64) -> Option<String> {
        choose(&self.tokens, choice)
    }
}

/// The latest half of the time, otherwise any.
fn choose(kept: &[String], choice: u64) -> Option<String> {
    let last = kept.len().checked_sub(1)?;
    let index = match choice % 2 {
        0 => last,
        _ => (choice / 2) as usize % kept.len(),
    };
    kept.get(index).cloned()
}
