//! What happens beside the requests.

#[derive(Debug, Clone, Copy)]
pub enum Event {
    Tick(u64),
    Restart {
        browser: usize,
    },
    ResetPassword {
        user: u64,
    },
    SetActive {
        user: u64,
        is_active: bool,
    },
    RotateKey,
    Steal {
        thief: usize,
        browser: usize,
        session: bool,
        remember: bool,
    },
    DropExpired,
}

impl Event {
    pub const NAMES: [&str; 8] = [
        "clock moves",
        "browser restarts",
        "password reset",
        "deactivation",
        "activation",
        "key rotation",
        "theft",
        "expired entries dropped",
    ];

    pub fn name(self) -> &'static str {
        let index = match self {
            Self::Tick(_) => 0,
            Self::Restart { .. } => 1,
            Self::ResetPassword { .. } => 2,
            Self::SetActive {
                is_active: false, ..
            } => 3,
            Self::SetActive { .. } => 4,
            Self::RotateKey => 5,
            Self::Steal { .. } => 6,
            Self::DropExpired => 7,
        };
        Self::NAMES[index]
    }
}
