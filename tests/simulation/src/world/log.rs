//! The lines of a history in the report of a failure.

use crate::{
    history::{Mishap, Sender},
    model::Exchange,
};

/// One line of the history.
pub(super) fn describe(exchange: &Exchange, sender: &Sender, mishap: Mishap) -> String {
    let mut line = format!("{sender:?}: {:?}", exchange.action);
    if mishap != Mishap::None {
        line.push_str(&format!(", {mishap:?}"));
    }
    let cookies = [
        exchange.session.as_ref().map(|_| "session"),
        exchange.token.as_ref().map(|_| "remember"),
    ];
    let cookies: Vec<&str> = cookies.into_iter().flatten().collect();
    line.push_str(&format!(", with [{}]", cookies.join(", ")));
    if let Some((call, after)) = exchange.flight.failed {
        let when = if after { "after" } else { "before" };
        line.push_str(&format!(", {call:?} failed {when} its effect"));
    }
    match &exchange.response {
        None => line.push_str(" -> dropped"),
        Some(response) => {
            line.push_str(&format!(" -> {}", response.status));
            if let Some(report) = &response.report {
                line.push_str(&match report.user {
                    Some(user) => format!(
                        ", user {user}{}{}{}",
                        if report.is_authenticated {
                            ""
                        } else {
                            ", inactive"
                        },
                        if report.is_fresh { ", fresh" } else { "" },
                        if report.is_restored { ", restored" } else { "" },
                    ),
                    None => ", anonymous".to_owned(),
                });
            }
            for cookie in [&exchange.set_session, &exchange.set_token]
                .into_iter()
                .flatten()
            {
                let what = if cookie.is_removal() {
                    "clears"
                } else {
                    "sets"
                };
                line.push_str(&format!(", {what} {}", cookie.name));
            }
        }
    }
    let (start, end) = (exchange.start, exchange.end);
    line.push_str(&format!(
        "  (steps {} to {}, seconds {} to {})",
        start.step,
        end.step,
        start.time - 1_700_000_000,
        end.time - 1_700_000_000,
    ));
    line
}
