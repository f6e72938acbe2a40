//! What a request asks for.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Page,
    Fresh,
    Who,
    Public,
    Login { user: u64, remember: bool },
    Logout,
    Begin { user: u64, remember: bool },
    Code { right: bool },
    Complete,
    Confirm,
    Password { others: bool },
    EndOthers,
    EndOne { nth: u64 },
    EndAll { user: u64 },
}

impl Action {
    pub const NAMES: [&str; 14] = [
        "page",
        "fresh page",
        "open page",
        "public page",
        "login",
        "logout",
        "begin",
        "code",
        "complete",
        "confirm",
        "password",
        "end others",
        "end one",
        "end all",
    ];

    pub fn name(self) -> &'static str {
        let index = match self {
            Self::Page => 0,
            Self::Fresh => 1,
            Self::Who => 2,
            Self::Public => 3,
            Self::Login { .. } => 4,
            Self::Logout => 5,
            Self::Begin { .. } => 6,
            Self::Code { .. } => 7,
            Self::Complete => 8,
            Self::Confirm => 9,
            Self::Password { .. } => 10,
            Self::EndOthers => 11,
            Self::EndOne { .. } => 12,
            Self::EndAll { .. } => 13,
        };
        Self::NAMES[index]
    }

    /// Whether the page changes no login.
    pub fn is_visit(self) -> bool {
        matches!(self, Self::Page | Self::Fresh | Self::Who | Self::Public)
    }

    /// Whether a guard refuses the page to anonymous visitors.
    pub fn is_guarded(self) -> bool {
        matches!(
            self,
            Self::Page
                | Self::Fresh
                | Self::Confirm
                | Self::Password { .. }
                | Self::EndOthers
                | Self::EndOne { .. }
        )
    }
}
