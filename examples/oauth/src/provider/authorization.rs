//! The page where a person logs in at the provider, and from which the browser goes back to the app.

use std::time::{Duration, Instant};

use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    cookie::{Cookie, SameSite},
    error::ErrorBadRequest,
    get, post,
    web::{Data, Form, Html, Query, Redirect, ServiceConfig},
};
use minijinja::{Environment, context, value::Serde};
use openidconnect::url::Url;
use serde::Deserialize;

use super::{CLIENT_ID, Grant, Provider, Session, lock, now, people, random};
use crate::failure::Failure;

const COOKIE: &str = "provider";

pub fn routes(config: &mut ServiceConfig) {
    config.service(page).service(choose);
}

/// OpenID Connect Core 1.0, section 3.1.2.1; the challenge is of RFC 7636.
#[derive(Deserialize)]
struct Question {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    #[serde(default)]
    state: String,
    nonce: Option<String>,
    code_challenge: String,
    code_challenge_method: String,
    prompt: Option<String>,
    max_age: Option<u64>,
}

impl Question {
    /// An address that is not registered gets no answer at all.
    fn check(&self, provider: &Provider) -> Result<()> {
        let is_good = self.response_type == "code"
            && self.client_id == CLIENT_ID
            && self.redirect_uri == provider.redirect_uri
            && self.code_challenge_method == "S256";
        is_good
            .then_some(())
            .ok_or_else(|| ErrorBadRequest("The app has asked for something else."))
    }

    /// Whether a session is good enough, or the person must show again who they are.
    fn accepts(&self, session: &Session) -> bool {
        let max_age = self.max_age.map(Duration::from_secs);
        let age = now().since(session.authenticated_at);
        self.prompt.as_deref() != Some("login") && max_age.is_none_or(|max_age| age < max_age)
    }
}

#[get("/authorize")]
async fn page(
    req: HttpRequest,
    question: Query<Question>,
    provider: Data<Provider>,
) -> Result<impl Responder> {
    question.check(&provider)?;
    let session = session_of(&req, &provider).filter(|session| question.accepts(session));
    let values = context! {
        people => Serde(people::PEOPLE),
        known => session.map(|session| session.person.subject),
    };
    let page = Environment::new()
        .render_named_str(
            "provider.html",
            include_str!("../../templates/provider.html"),
            values,
        )
        .map_err(Failure::from)?;
    Ok(Html::new(page))
}

#[derive(Deserialize)]
struct Choice {
    /// Nobody's, if the person has cancelled.
    person: String,
}

/// The form is sent to the URL of its page, so the question is there again.
#[post("/authorize")]
async fn choose(
    req: HttpRequest,
    question: Query<Question>,
    choice: Form<Choice>,
    provider: Data<Provider>,
) -> Result<HttpResponse> {
    question.check(&provider)?;
    let question = question.into_inner();
    let mut answer = Url::parse(&question.redirect_uri).map_err(Failure::from)?;
    answer
        .query_pairs_mut()
        .append_pair("state", &question.state);
    let Some(person) = people::find(&choice.person) else {
        answer
            .query_pairs_mut()
            .append_pair("error", "access_denied");
        return Ok(redirect(&req, answer));
    };
    let session = session_of(&req, &provider)
        .filter(|session| session.person.subject == person.subject && question.accepts(session))
        .unwrap_or(Session {
            person,
            authenticated_at: now(),
        });
    let (code, cookie) = (random(), random());
    lock(&provider.grants).insert(
        code.clone(),
        Grant {
            session,
            nonce: question.nonce,
            code_challenge: question.code_challenge,
            granted: Instant::now(),
        },
    );
    lock(&provider.sessions).insert(cookie.clone(), session);
    answer.query_pairs_mut().append_pair("code", &code);
    let mut response = redirect(&req, answer);
    let cookie = Cookie::build(COOKIE, cookie)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    response.add_cookie(&cookie).map_err(Failure::from)?;
    Ok(response)
}

fn session_of(req: &HttpRequest, provider: &Provider) -> Option<Session> {
    let cookie = req.cookie(COOKIE)?;
    lock(&provider.sessions).get(cookie.value()).copied()
}

fn redirect(req: &HttpRequest, to: Url) -> HttpResponse {
    Redirect::to(String::from(to))
        .see_other()
        .respond_to(req)
        .map_into_boxed_body()
}
