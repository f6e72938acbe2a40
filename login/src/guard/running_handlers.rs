//! Which handlers of refused requests are running, so that none of them calls itself.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use tokio::task;

use crate::{error::LoginError, future::marked_while_polled, manager::settings::RefusalHandler};

/// How many handlers may run for one request. It stops a handler that leaves tasks behind, each of
/// which causes another refusal.
const MAX_RUNS: u32 = 16;

/// The handlers that are running for a request. It is in the request's extensions.
#[derive(Default)]
struct RunningHandlers {
    runs: RefCell<Vec<Rc<Run>>>,
    /// All runs so far.
    started: Cell<u32>,
}

/// One call of a handler.
struct Run {
    handler: RefusalHandler,
    /// Whether an event was emitted for the refusal.
    emitted: bool,
    /// Where the effects of refusals within the handler are kept back, if they are.
    kept_effects: Option<Rc<KeptEffects>>,
    task: Option<task::Id>,
    polled: Cell<bool>,
}

impl Run {
    /// Whether the caller is called by this run: within its poll, or in another task, which the
    /// handler has spawned. Two extractors of one page may run handlers side by side in one task.
    fn is_around(&self, task: Option<task::Id>) -> bool {
        self.polled.get() || self.task != task
    }
}

/// What a refusal leaves behind besides its response: a flash, and the `next` in the session.
type Effect = Box<dyn FnOnce(&HttpRequest) -> Result<(), LoginError>>;

/// The effects of a refusal that may never become the response.
#[derive(Default)]
pub(super) struct KeptEffects(RefCell<Vec<Effect>>);

impl KeptEffects {
    pub(super) fn push(
        &self,
        effect: impl FnOnce(&HttpRequest) -> Result<(), LoginError> + 'static,
    ) {
        self.0.borrow_mut().push(Box::new(effect));
    }

    /// Applies them, in their order, or hands them to a handler around that keeps effects back, too.
    ///
    /// # Errors
    ///
    /// [`LoginError::SessionWrite`].
    pub(super) fn apply(&self, req: &HttpRequest) -> Result<(), LoginError> {
        let effects = self.0.take();
        match kept_effects(req) {
            Some(around) => around.0.borrow_mut().extend(effects),
            None => effects.into_iter().try_for_each(|effect| effect(req))?,
        }
        Ok(())
    }
}

/// Where a handler around keeps back what its refusals leave behind, if it does.
pub(super) fn kept_effects(req: &HttpRequest) -> Option<Rc<KeptEffects>> {
    let mut around = runs_around(req).into_iter().rev();
    around.find_map(|run| run.kept_effects.clone())
}

/// Whether the caller is called by a handler of a refusal for which an event was emitted.
pub(super) fn is_within_emitted_refusal(req: &HttpRequest) -> bool {
    any_around(req, |run| run.emitted)
}

/// Whether this handler may be called: it is not running already.
pub(super) fn may_run(handler: &RefusalHandler, req: &HttpRequest) -> bool {
    let spent = |running: &Rc<RunningHandlers>| running.started.get() >= MAX_RUNS;
    if req.extensions().get().is_some_and(spent) {
        tracing::error!(
            target: "actix_login",
            "a handler of refused requests was called {MAX_RUNS} times in one request, and is not \
             called again: it must not spawn tasks that call `unauthorized` or `needs_refresh`"
        );
        return false;
    }
    !any_around(req, |run| Arc::ptr_eq(&run.handler, handler))
}

fn any_around(req: &HttpRequest, is_wanted: impl Fn(&Run) -> bool) -> bool {
    runs_around(req).iter().any(|run| is_wanted(run))
}

/// The runs by which the caller is called, the outermost first.
fn runs_around(req: &HttpRequest) -> Vec<Rc<Run>> {
    let extensions = req.extensions();
    let Some(running) = extensions.get::<Rc<RunningHandlers>>() else {
        return Vec::new();
    };
    let task = task::try_id();
    let runs = running.runs.borrow();
    runs.iter()
        .filter(|run| run.is_around(task))
        .cloned()
        .collect()
}

/// Calls the handler. `emitted` says whether an event was emitted for the refusal.
pub(super) async fn run(
    handler: &RefusalHandler,
    emitted: bool,
    req: &HttpRequest,
) -> HttpResponse {
    run_and_keep(handler, emitted, None, req).await
}

/// Calls the handler of a refusal that may never become the response. Effects of refusals within it
/// are kept back.
pub(super) async fn run_apart(
    handler: &RefusalHandler,
    kept_effects: &Rc<KeptEffects>,
    req: &HttpRequest,
) -> HttpResponse {
    run_and_keep(handler, true, Some(Rc::clone(kept_effects)), req).await
}

async fn run_and_keep(
    handler: &RefusalHandler,
    emitted: bool,
    kept_effects: Option<Rc<KeptEffects>>,
    req: &HttpRequest,
) -> HttpResponse {
    let running = {
        let mut extensions = req.extensions_mut();
        if !extensions.contains::<Rc<RunningHandlers>>() {
            extensions.insert(Rc::<RunningHandlers>::default());
        }
        extensions.get().map(Rc::clone)
    };
    let running: Rc<RunningHandlers> = running.unwrap_or_default();
    running.started.set(running.started.get() + 1);
    let run = Rc::new(Run {
        handler: Arc::clone(handler),
        emitted,
        kept_effects,
        task: task::try_id(),
        polled: Cell::new(false),
    });
    running.runs.borrow_mut().push(Rc::clone(&run));
    let _listed = Listed {
        running: &running,
        run: &run,
    };
    marked_while_polled(&run.polled, handler(req)).await
}

/// A run in the list. It leaves the list when it is dropped, also half-way.
struct Listed<'a> {
    running: &'a RunningHandlers,
    run: &'a Rc<Run>,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        let mut runs = self.running.runs.borrow_mut();
        runs.retain(|run| !Rc::ptr_eq(run, self.run));
    }
}
