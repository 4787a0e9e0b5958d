//! Whether a request may go: the model's window, and the budgets.

use chat::{Kind, Problem};
use dialects::Drops;
use dialects::neutral::{self, Usage};
use stage::{Exchange, Request, facts, metrics};

use crate::Tokens;
use crate::budget::{Found, Left, Outcome, Stake};
use crate::call::Call;
use crate::headers::Standing;
use crate::plan::{Action, Limit, Measure, Shelf};
use crate::request::{self, Size};

/// What was found on the shelves, in order; nothing if nobody looked.
pub(crate) type Looked = Vec<Found>;

/// The request, read whole.
fn decoded(request: &Request) -> Option<neutral::Request> {
    let reader = dialects::reader(request.dialect.name())?;
    let path = request.headers.text(":path").unwrap_or_default();
    reader.decode_request(path, request.body.tree().clone(), &mut Drops::default()).ok()
}

/// The most answer tokens that a request asks for. Vectors and orders are none.
fn output_limit(request: &Request) -> Option<u64> {
    match request.endpoint.operation.is_prompt() {
        true => request::output_limit(request.body.tree()),
        false => Some(0),
    }
}

impl Call {
    /// Counts the prompt, exactly where that decides something. Returns what was looked up for it.
    pub(crate) fn count_prompt(&mut self, request: &Request, io: &mut Exchange) -> Looked {
        let tree = request.body.tree();
        self.asked = output_limit(request);
        // Of pictures, bytes tell nothing.
        let media = dialects::holds_media(tree);
        let size = Size::of(tree);
        let most = (!media).then(|| self.counter.request_at_most(size.bytes, 0));
        let mut looked = Looked::new();
        let exactly = self.plan.always_count || self.is_near(most, request, &mut looked, io);
        let decoded = if exactly || media { decoded(request) } else { None };
        self.prompt = match decoded {
            Some(decoded) if exactly => {
                let prompt = self.counter.request(&decoded);
                io.fact(facts::PROMPT_TOKENS, prompt.count.to_string());
                prompt
            }
            Some(decoded) => self.counter.rough().request(&decoded),
            None => Tokens { count: size.rough_tokens(&self.counter), estimated: true },
        };
        // An exact count takes time, in which others reserve.
        if exactly { Looked::new() } else { looked }
    }

    /// Whether a prompt of the most tokens it can have would not fit somewhere.
    fn is_near(
        &self,
        most: Option<u64>,
        request: &Request,
        looked: &mut Looked,
        io: &Exchange,
    ) -> bool {
        let asked = self.asked;
        let checks = self.plan.context.is_some() || self.plan.cap_max_tokens;
        let window = self.row().and_then(|row| row.window).filter(|_| checks);
        let counts =
            |limit: &&Limit| !matches!(limit.measure, Measure::Completion | Measure::Requests);
        let Some(most) = most else {
            return window.is_some() || self.plan.budgets.iter().any(|limit| counts(&limit));
        };
        if window.is_some_and(|window| most.saturating_add(asked.unwrap_or(0)) > window) {
            return true;
        }
        let expected = self.expected(most, asked);
        if !self.plan.budgets.iter().any(|limit| counts(&limit)) {
            return false;
        }
        *looked = self.look(request, io);
        self.plan.budgets.iter().filter(counts).any(|limit| {
            let left = looked.get(limit.shelf).map(|found| found.left(&limit.budget, io.now));
            left.is_some_and(|left| left.amount < self.amount(limit.measure, &expected))
        })
    }

    /// What the request will use at most, as far as it can be known.
    fn expected(&self, prompt: u64, asked: Option<u64>) -> Usage {
        let output = asked.unwrap_or(self.plan.reserve_output);
        Usage { input: prompt, output, ..Usage::default() }
    }

    /// Sees that prompt and answer fit the model's window.
    pub(crate) fn fit_window(
        &mut self,
        request: &mut Request,
        io: &mut Exchange,
    ) -> Result<(), Problem> {
        let Some(window) = self.row().and_then(|row| row.window) else { return Ok(()) };
        let prompt = self.prompt.count;
        let room = window.saturating_sub(prompt);
        if self.plan.cap_max_tokens && room > 0 {
            request.body.edit(|body| request::cap_output(body, room));
            self.asked = output_limit(request);
        }
        let asked = self.asked.unwrap_or(0);
        let (Some(action), true) = (self.plan.context, prompt.saturating_add(asked) > window)
        else {
            return Ok(());
        };
        io.fact(facts::LIMIT, "context");
        io.count(metrics::LIMITED, &[("limit", "context")]);
        match action {
            Action::Flag => Ok(()),
            Action::Reject => Err(Problem::invalid(
                "context_length_exceeded",
                "messages",
                format!(
                    "the model's context window is {window} tokens, but {prompt} in the prompt and {asked} \
                     for the answer are asked for; shorten one of them"
                ),
            )),
        }
    }

    /// Looks up the request's accounts.
    fn look(&self, request: &Request, io: &Exchange) -> Looked {
        let find =
            |shelf: &Shelf| shelf.book.find(&*io.store, self.key(shelf, &request.headers, io));
        self.plan.shelves.iter().map(find).collect()
    }

    /// Reserves in every budget what the request is expected to use.
    pub(crate) fn reserve(
        &mut self,
        looked: Looked,
        request: &Request,
        io: &mut Exchange,
    ) -> Result<(), Problem> {
        let looked = if looked.is_empty() { self.look(request, io) } else { looked };
        let expected = self.expected(self.prompt.count, self.asked);
        let plan = std::rc::Rc::clone(&self.plan);
        let mut looked = looked.into_iter();
        for limit in &plan.budgets {
            // Shelves stand in the order of their first budgets.
            if limit.shelf == self.reserved.len()
                && let (Some(shelf), Some(found)) = (plan.shelves.get(limit.shelf), looked.next())
            {
                let limits = shelf.limits.iter().filter_map(|place| plan.budgets.get(*place));
                let stake = |limit: &Limit| {
                    let amount = self.amount(limit.measure, &expected);
                    Stake::new(amount, limit.action == Action::Flag)
                };
                let stakes = limits.clone().map(stake).collect();
                let budgets = limits.map(|limit| &limit.budget);
                let held = shelf.book.reserve(&*io.store, found, budgets, stakes, io.now);
                self.reserved.push(held);
            }
            let held = self.reserved.get(limit.shelf);
            let (left, wait) = match held.and_then(|held| held.stakes.get(limit.place)?.outcome) {
                None => continue,
                Some(Outcome::Granted(left)) => {
                    self.stand(limit, left);
                    continue;
                }
                Some(Outcome::Refused(left, wait)) => (left, wait),
            };
            io.fact(facts::LIMIT, limit.budget.name.as_str());
            io.count(metrics::LIMITED, &[("limit", &limit.budget.name)]);
            if limit.action == Action::Reject {
                self.stand(limit, left);
                let amount = self.amount(limit.measure, &expected);
                return Err(self.refusal(limit, amount, wait));
            }
        }
        Ok(())
    }

    /// Notes how a budget stands, for headers.
    fn stand(&mut self, limit: &Limit, left: Left) {
        let standing = Standing { limit: limit.budget.limit, left };
        match limit.measure {
            Measure::Cost => {}
            Measure::Requests => Standing::keep(&mut self.standings.requests, standing),
            _ => Standing::keep(&mut self.standings.tokens, standing),
        }
    }

    /// 429, as OpenAI tells it.
    fn refusal(&self, limit: &Limit, amount: u64, wait: Option<u64>) -> Problem {
        let name = &limit.budget.name;
        let unit = match limit.measure {
            Measure::Cost => "nanodollars",
            Measure::Requests => "requests",
            _ => "tokens",
        };
        let message = match wait {
            Some(_) => {
                format!("the budget `{name}` has no room for {amount} {unit} now; try again later")
            }
            None => format!("{amount} {unit} are more than the whole of the budget `{name}`"),
        };
        let mut problem = Problem::new(Kind::RateLimit, "rate_limit_exceeded", message);
        if self.plan.rate_limit_headers {
            let headers = self.standings.headers().into_iter();
            problem.headers.extend(headers.map(|(name, value)| (name.to_owned(), value)));
        }
        if let Some(wait) = wait {
            let milliseconds = wait.div_ceil(1_000_000);
            let seconds = milliseconds.div_ceil(1_000);
            problem.headers.push(("retry-after".to_owned(), seconds.to_string()));
            problem.headers.push(("retry-after-ms".to_owned(), milliseconds.to_string()));
        }
        problem
    }
}
