//! Where the library keeps less than it promises to users whose browsers only behave, if their requests
//! overlap. The model excuses it, unless `SIMULATION_STRICT` is set. Nobody gets in by any of these.
//!
//! 1. A remember cookie that is replaced twice while a third request carries it counts as stolen, even
//!    within the grace time.
//! 2. A refresh (`refresh_each_request`) of a cookie that another request replaces meanwhile sets the old
//!    one again. After the grace time that one counts as stolen.
//! 3. A login that overlaps with `end_other_logins` may end the id that the browser is left with.
//! 4. A login that overlaps with a changed password leaves a cookie that is bound to the old one.
//! 5. Of two requests that overlap and set the remember cookie, the older one may stay in the browser.
//! 6. A page that overlaps a login and writes the session may leave the session of before the login.

use crate::{
    history::Action,
    model::{Exchange, Model},
};

impl Model {
    /// Notes what may become of the logins of requests that overlapped.
    pub fn note_weaknesses(&mut self, handled: &[Exchange]) {
        if handled.len() < 2 || std::env::var_os("SIMULATION_STRICT").is_some() {
            return;
        }
        for login in 0..self.logins.len() {
            let names = |exchange: &&Exchange| {
                self.carried(exchange).contains(&login)
                    || self.reported_login(exchange) == Some(login)
            };
            let named = handled.iter().filter(names);
            let named: Vec<&Exchange> = named.collect();
            let replacing = named
                .iter()
                .filter(|exchange| self.may_replace_cookie(exchange));
            let replacing = replacing.count();
            let is_refreshed = self.settings.refresh_each_request && named.len() > 1;
            let extends = named.len() > 1
                && named
                    .iter()
                    .any(|exchange| exchange.logs_in() || self.may_replace_cookie(exchange));
            let supersedes = named.iter().any(|exchange| exchange.supersedes());
            let logs_in = named.iter().any(|exchange| exchange.logs_in());
            let setting = named.iter().filter(|exchange| {
                exchange.set_token.is_some() || self.may_replace_cookie(exchange)
            });
            let setting = setting.count();
            let writing = named
                .iter()
                .filter(|exchange| exchange.set_session.is_some());
            let writing = writing.count();
            let changes_password = named
                .iter()
                .any(|exchange| matches!(exchange.action, Action::Password { .. }));
            let is_replaced = supersedes && extends;
            let login = &mut self.logins[login];
            login.is_strained |= is_replaced;
            login.is_strained |=
                (named.len() > 2 && replacing > 1) || (is_refreshed && replacing > 0);
            login.is_strained |= changes_password && replacing > 0;
            login.is_strained |= setting > 1;
            login.is_strained |= logs_in && writing > 1;
        }
    }

    fn may_replace_cookie(&self, exchange: &Exchange) -> bool {
        let report = exchange
            .response
            .as_ref()
            .and_then(|response| response.report.as_ref());
        let restores = report.is_some_and(|report| report.is_restored);
        let may_log_in = matches!(
            exchange.action,
            Action::Login { .. } | Action::Code { .. } | Action::Complete
        );
        restores
            || self.remembers(exchange)
            || exchange.is_uncertain() && (may_log_in || exchange.token.is_some())
    }
}
