//! One request's redaction.

use std::rc::Rc;

use chat::bytes::{Set, places};
use chat::{Event, Kind, Problem, Scope, Text};
use dialects::Dialect;
use stage::{Body, Exchange, Headers, Reading, Request, Response, Turn, Verdict};

use crate::act::{Masker, Place, tag};
use crate::answer::Answer;
use crate::config::{Media, Plan, Responses};
use crate::restore::Originals;

/// One request's redaction.
#[derive(Debug)]
pub(crate) struct Redaction {
    plan: Rc<Plan>,
    answer: Option<Answer>,
}

impl Redaction {
    pub(crate) fn new(plan: Rc<Plan>) -> Redaction {
        Redaction { plan, answer: None }
    }

    /// Whether text that stands there is read.
    fn reads(&self, scope: Scope) -> bool {
        scope != Scope::ToolDefinition || self.plan.tool_definitions
    }

    /// Masks the request's body.
    fn mask(&self, request: &mut Request, io: &mut Exchange) -> Result<Masker, Problem> {
        let mut masker = Masker::new(Rc::clone(&self.plan.policy), None);
        let dialect = request.dialect;
        show(dialect, &mut request.body, &mut |text| {
            if self.reads(text.scope) {
                masker.look(text.name, text.text);
            }
            None
        });
        let mut blocked = masker.tally.blocked(Place::Request);
        if blocked.is_none() && masker.tally.replaces() {
            masker.begin(free_tag(dialect, &mut request.body, io.dice));
            show(dialect, &mut request.body, &mut |text| {
                if self.reads(text.scope) { masker.replace(text.name, text.text) } else { None }
            });
            blocked = masker.tally.blocked(Place::Request);
        }
        masker.tally.tell(Place::Request, io);
        if let Some(problem) = blocked {
            return Err(problem);
        }
        Ok(masker)
    }
}

impl Turn for Redaction {
    fn on_request(&mut self, request: &mut Request, io: &mut Exchange) -> Verdict {
        let path = request.headers.text(":path").unwrap_or_default().to_owned();
        let dialect = request.dialect;
        if self.plan.media == Media::Reject {
            refuse_media(&request.body)?;
        }
        let acts = self.plan.responses == Responses::Act;
        if acts && dialect.streams(&path, request.body.tree()) && dialect.stream_text().is_none() {
            return Err(unreadable_stream(dialect).into());
        }
        let masker = self.mask(request, io)?;
        let originals = Originals::new(masker.vault);
        self.answer = Answer::new(dialect, &self.plan, originals);
        Ok(())
    }

    fn wants_answer(&self) -> bool {
        self.answer.is_some()
    }

    fn on_response_head(&mut self, headers: &mut Headers, _: &mut Exchange) -> Reading {
        self.answer.as_mut().map_or(Reading::Pass, |answer| answer.head(headers))
    }

    fn on_response(&mut self, response: &mut Response, io: &mut Exchange) -> Verdict {
        match &mut self.answer {
            Some(answer) => Ok(answer.whole(response, io)?),
            None => Ok(()),
        }
    }

    fn on_event(&mut self, event: Event, out: &mut Vec<Event>, _: &mut Exchange) -> Verdict {
        match &mut self.answer {
            Some(answer) => Ok(answer.event(event, out)?),
            None => {
                out.push(event);
                Ok(())
            }
        }
    }

    fn on_stream_end(&mut self, out: &mut Vec<Event>, _: &mut Exchange) -> Verdict {
        match &mut self.answer {
            Some(answer) => Ok(answer.stream_end(out)?),
            None => Ok(()),
        }
    }

    fn on_end(&mut self, io: &mut Exchange) {
        if let Some(answer) = &mut self.answer {
            answer.tell(io);
        }
    }
}

/// Shows every text of a request; the body counts as edited only if something was replaced.
fn show(dialect: &dyn Dialect, body: &mut Body, visit: &mut dyn FnMut(Text<'_>) -> Option<String>) {
    body.edit(|tree| dialect.visit_request(tree, visit) | dialects::visit_settings(tree, visit));
}

/// A tag that stands nowhere in the request, so that nobody can have brought a placeholder along.
fn free_tag(dialect: &dyn Dialect, body: &mut Body, dice: u64) -> String {
    let mut attempt = 0;
    loop {
        let candidate = tag(dice, attempt);
        let mut is_free = true;
        show(dialect, body, &mut |text| {
            is_free &= !contains(text.text, &candidate);
            None
        });
        // A body cannot hold all tags, but a bound costs nothing.
        if is_free || attempt == 1 << 20 {
            return candidate;
        }
        attempt += 1;
    }
}

/// Whether `text` contains `tag`, in any case.
fn contains(text: &str, tag: &str) -> bool {
    let (bytes, tag) = (text.as_bytes(), tag.as_bytes());
    let Some(first) = tag.first() else { return true };
    let firsts = Set::new().with_all(&[first.to_ascii_lowercase(), first.to_ascii_uppercase()]);
    places(bytes, |block| firsts.find(block)).any(|place| {
        let there = bytes.get(place..place + tag.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(tag))
    })
}

/// Refuses a request with content into which nobody looks.
fn refuse_media(body: &Body) -> Result<(), Problem> {
    if dialects::holds_media(body.tree()) {
        let why = "images, audio and files cannot be checked for personal data";
        return Err(Problem::new(Kind::InvalidRequest, "media_not_allowed", why));
    }
    Ok(())
}

fn unreadable_stream(dialect: &dyn Dialect) -> Problem {
    let why = format!("streamed answers of {} cannot be redacted", dialect.name());
    Problem::invalid("stream_not_supported", "stream", why)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_tag_is_met_wherever_it_stands_and_in_any_case() {
        for place in 0..140 {
            for tag in ["KDRTBH", "kdrtbh", "kDrTbH"] {
                let text = format!("{}{tag}", "kdé".repeat(place).get(..place).unwrap_or_default());
                assert!(contains(&text, "KDRTBH"), "{text}");
                assert!(!contains(text.trim_end_matches(['h', 'H']), "KDRTBH"), "{text}");
            }
        }
        assert!(!contains("", "KDRTBH"));
    }
}
