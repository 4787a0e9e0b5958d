//! What a judgement means for a request: facts, metrics, a header, an error.

use chat::{Kind, Problem};
use stage::{Exchange, Request, Stop, Verdict, facts, metrics};

use super::FLAG_HEADER;
use crate::config::{Action, Mode};
use crate::policy::{Judgement, Policy};

/// The most rules that a fact names.
const MOST_RULES: usize = 12;

/// Tells a judgement on a request and acts on it.
pub(super) fn conclude(
    policy: &Policy,
    judgement: &Judgement,
    request: &mut Request,
    io: &mut Exchange,
) -> Verdict {
    tell(policy, judgement, "request", io);
    if !policy.enforces() {
        return Ok(());
    }
    match judgement.action {
        Some(Action::Block) => Err(Stop::Problem(problem(policy, judgement))),
        Some(Action::Flag) => {
            let rules = rules(judgement).join(" ");
            let line = format!("flag; score={:.2}; rules=\"{rules}\"", judgement.score);
            request.headers.set(FLAG_HEADER, line);
            Ok(())
        }
        Some(Action::Report | Action::Sanitize) | None => Ok(()),
    }
}

/// A request that is beyond the limits: told, and refused unless decisions do not count.
pub(super) fn refused(policy: &Policy, problem: Problem, io: &mut Exchange) -> Verdict {
    let code = problem.code.clone().unwrap_or_default();
    let judgement = Judgement {
        action: Some(Action::Block),
        score: 0.0,
        reasons: vec![(code, crate::view::View::Plain)],
        message: None,
    };
    tell(policy, &judgement, "request", io);
    match policy.enforces() {
        true => Err(Stop::Problem(problem)),
        false => Ok(()),
    }
}

/// The error for a blocked request or answer.
pub(super) fn problem(policy: &Policy, judgement: &Judgement) -> Problem {
    let block = &policy.block;
    let message = judgement.message.clone().unwrap_or_else(|| block.message.clone());
    let kind = if block.status == 403 { Kind::Permission } else { Kind::InvalidRequest };
    Problem { status: block.status, ..Problem::new(kind, &block.code, message) }
}

/// Publishes a judgement. Names of rules, views and a score; never a text.
pub(super) fn tell(policy: &Policy, judgement: &Judgement, phase: &'static str, io: &mut Exchange) {
    let action = judgement.action.map_or("pass", Action::name);
    let mode = if policy.mode == Mode::Shadow { "shadow" } else { "enforce" };
    let labels = [("phase", phase), ("action", action), ("mode", mode)];
    io.count(metrics::GUARD_VERDICTS, &labels);
    let fact = if phase == "request" { facts::GUARD_REQUEST } else { facts::GUARD_RESPONSE };
    let shadow = if policy.mode == Mode::Shadow { "shadow " } else { "" };
    io.fact(fact, format!("{shadow}{action}"));
    if judgement.action.is_none() {
        return;
    }
    let rules = rules(judgement);
    rules.iter().for_each(|rule| io.count(metrics::GUARD_RULES, &[("rule", rule)]));
    io.fact(facts::GUARD_RULES, rules.join(" "));
    io.fact(facts::GUARD_SCORE, format!("{:.2}", judgement.score));
    let mut views: Vec<&str> = judgement.reasons.iter().map(|(_, view)| view.name()).collect();
    views.sort_unstable();
    views.dedup();
    io.fact(facts::GUARD_VIEWS, views.join(" "));
}

fn rules(judgement: &Judgement) -> Vec<&str> {
    let mut rules: Vec<&str> = judgement.reasons.iter().map(|(rule, _)| rule.as_str()).collect();
    rules.dedup();
    rules.truncate(MOST_RULES);
    rules
}
