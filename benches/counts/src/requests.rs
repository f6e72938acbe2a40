//! The requests that are counted.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use actix_http::Request;
use actix_web::{
    Error,
    dev::{Service, ServiceResponse},
    http::header::{COOKIE, HOST, SET_COOKIE, USER_AGENT},
    test::TestRequest,
};

use crate::{Result, allocator::Allocated};

/// Answered before the counting starts: pools and tables have grown by then.
const WARM_UP: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    LongValue,
    Middleware,
    Extractor,
    Protection,
    NewUser,
}

pub(crate) const STEPS: [Step; 5] = [
    Step::LongValue,
    Step::Middleware,
    Step::Extractor,
    Step::Protection,
    Step::NewUser,
];

impl Step {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::LongValue => "a value as long as a login record",
            Self::Middleware => "the middleware",
            Self::Extractor => "the user by an extractor, without session protection",
            Self::Protection => "session protection",
            Self::NewUser => "a loader that makes a new user for each request",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Session,
    Login,
    /// Between the two.
    Step(Step),
}

/// Which of the cookies a login sets the visitor sends back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cookies {
    None,
    Session,
    /// Each request restores the login.
    Remember,
}

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) app: Which,
    /// The same for the same request to both apps.
    pub(crate) page: &'static str,
    path: &'static str,
    cookies: Cookies,
    status: u16,
    /// Whether the user is found only when others had their turn.
    pub(crate) later: bool,
}

pub(crate) const CASES: [Case; 11] = [
    case(Which::Session, "public", "/public", Cookies::None, 200),
    case(Which::Login, "public", "/public", Cookies::None, 200),
    case(
        Which::Session,
        "public, logged in",
        "/public",
        Cookies::Session,
        200,
    ),
    case(
        Which::Login,
        "public, logged in",
        "/public",
        Cookies::Session,
        200,
    ),
    case(
        Which::Session,
        "protected, by session",
        "/protected",
        Cookies::Session,
        200,
    ),
    case(
        Which::Login,
        "protected, by session",
        "/protected",
        Cookies::Session,
        200,
    ),
    later(case(
        Which::Session,
        "protected, user found later",
        "/protected",
        Cookies::Session,
        200,
    )),
    later(case(
        Which::Login,
        "protected, user found later",
        "/protected",
        Cookies::Session,
        200,
    )),
    case(
        Which::Login,
        "protected, by remember cookie",
        "/protected",
        Cookies::Remember,
        200,
    ),
    case(Which::Session, "refused", "/protected", Cookies::None, 401),
    case(Which::Login, "refused", "/protected", Cookies::None, 302),
];

/// A protected page on the way from the session alone to actix-login.
pub(crate) const fn step_case(step: Step) -> Case {
    case(
        Which::Step(step),
        step.name(),
        "/protected",
        Cookies::Session,
        200,
    )
}

const fn case(
    app: Which,
    page: &'static str,
    path: &'static str,
    cookies: Cookies,
    status: u16,
) -> Case {
    Case {
        app,
        page,
        path,
        cookies,
        status,
        later: false,
    }
}

const fn later(case: Case) -> Case {
    Case {
        later: true,
        ..case
    }
}

impl Case {
    pub(crate) fn name(&self) -> String {
        let app = match self.app {
            Which::Session => "session",
            Which::Login => "actix-login",
            Which::Step(_) => "step",
        };
        format!("{app}: {}", self.page)
    }
}

pub(crate) async fn answer_all<S, B>(case: &Case, app: &S, count: usize) -> Result<Allocated>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
{
    let cookies = log_in(case, app).await?;
    let mut all = Allocated::default();
    for number in 0..WARM_UP + count {
        let mut req = from_browser(TestRequest::get().uri(case.path));
        if !cookies.is_empty() {
            req = req.insert_header((COOKIE, cookies.as_str()));
        }
        let req = req.to_request();
        let before = Allocated::so_far();
        let status = if number < WARM_UP {
            answer(app, req)
        } else {
            counted_answer(app, req)
        };
        let after = Allocated::so_far();
        if status != Some(case.status) {
            return Err(format!("{} was answered with {status:?}", case.name()).into());
        }
        if number >= WARM_UP {
            all.times += after.times - before.times;
            all.bytes += after.bytes - before.bytes;
        }
    }
    Ok(all)
}

/// The headers that browsers send with each request, and session protection looks at.
fn from_browser(req: TestRequest) -> TestRequest {
    req.peer_addr(([127, 0, 0, 1], 50_000).into())
        .insert_header((HOST, "localhost:8080"))
        .insert_header((
            USER_AGENT,
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101",
        ))
}

/// How often a login is tried anew until its cookie reads plainly: one in forty does.
const ATTEMPTS: usize = 10_000;

/// The `Cookie` header of a visitor who has logged in, or an empty one.
///
/// An encrypted session cookie is another text each time. Where it happens to have a `+` or a `/`,
/// which are percent-encoded, actix-web allocates more to read it, and the more the earlier the
/// first stands. So that the numbers are the same each time, the cookie is one with neither.
async fn log_in<S, B>(case: &Case, app: &S) -> Result<String>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
{
    let name = match case.cookies {
        Cookies::None => return Ok(String::new()),
        Cookies::Session => "id=",
        Cookies::Remember => "remember_token=",
    };
    for _ in 0..ATTEMPTS {
        let req = from_browser(TestRequest::post().uri("/login?id=1&remember"));
        let res = app.call(req.to_request()).await?;
        let pair = res.headers().get_all(SET_COOKIE).find_map(|cookie| {
            let pair = cookie.to_str().ok()?.split(';').next()?;
            pair.starts_with(name).then_some(pair)
        });
        let pair = pair.ok_or_else(|| format!("{}: the login set no cookie", case.name()))?;
        if !pair.trim_end_matches("%3D").contains('%') {
            return Ok(pair.to_owned());
        }
    }
    Err(format!("{}: no cookie reads plainly", case.name()).into())
}

/// What callgrind counts. It is found by this name, and is never inlined for that.
#[inline(never)]
fn counted_answer<S, B>(app: &S, req: Request) -> Option<u16>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
{
    answer(app, req)
}

/// The status of the answer. Nothing here waits for long, so two polls without a runtime around it
/// have the whole answer, and only the app's own work is counted.
#[inline(always)]
fn answer<S, B>(app: &S, req: Request) -> Option<u16>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
{
    let mut answering = pin!(app.call(req));
    for _ in 0..2 {
        let polled = answering
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        if let Poll::Ready(answer) = polled {
            return Some(answer.ok()?.status().as_u16());
        }
    }
    None
}
