//! One request's turn: before it is sent, while it is answered, and when it is over.

use std::rc::Rc;

use chat::{Event, Framing};
use dialects::Operation;
use stage::{
    Content, Exchange, Glance, Headers, Reading, Request, Response, Turn, Unparsed, Verdict,
};

use crate::answer::Answer;
use crate::call::Call;
use crate::count_tokens;
use crate::headers;
use crate::plan::Plan;

/// One request's turn.
#[derive(Debug)]
pub(crate) struct Counting {
    plan: Rc<Plan>,
    call: Option<Call>,
    /// Usage was asked for in the stream, and not by the client.
    hides_usage: bool,
    /// In the last event that was read was nothing to hide.
    hid_nothing: bool,
    /// Set while the provider answers well.
    answer: Option<Answer>,
}

impl Counting {
    pub(crate) fn new(plan: Rc<Plan>) -> Counting {
        Counting { plan, call: None, hides_usage: false, hid_nothing: false, answer: None }
    }
}

impl Turn for Counting {
    fn on_request(&mut self, request: &mut Request, io: &mut Exchange) -> Verdict {
        headers::strip_request(&mut request.headers);
        if request.endpoint.operation == Operation::CountTokens {
            return count_tokens::answer(&self.plan, request, io);
        }
        let call = self.call.insert(Call::new(Rc::clone(&self.plan), request, io));
        let found = call.count_prompt(request, io);
        call.fit_window(request, io)?;
        call.reserve(found, request, io)?;
        if self.plan.ask_stream_usage {
            let dialect = request.dialect;
            request.body.edit(|body| {
                self.hides_usage = dialect.ask_stream_usage(body);
                self.hides_usage
            });
        }
        Ok(())
    }

    fn on_response_head(&mut self, headers: &mut Headers, io: &mut Exchange) -> Reading {
        headers::strip(headers);
        let Some(call) = &self.call else { return Reading::Pass };
        if self.plan.rate_limit_headers {
            for (name, value) in call.standings().headers() {
                headers.set(name, value);
            }
        }
        if !headers.status().is_some_and(|status| (200..300).contains(&status)) {
            return Reading::Pass;
        }
        let reading = match &*headers.media_type() {
            media if Framing::of(media).is_some() => Reading::Stream,
            media if media.ends_with("json") => Reading::Glance,
            _ => return Reading::Pass,
        };
        self.answer = Some(Answer::new(call.dialect.stream_text(), io.now));
        reading
    }

    fn on_response_bytes(
        &mut self,
        answer: &Unparsed,
        headers: &mut Headers,
        io: &mut Exchange,
    ) -> Glance {
        let (Some(call), Some(own)) = (&mut self.call, &mut self.answer) else {
            return Glance::Unclear;
        };
        let Some(used) = own.glance(call, answer) else { return Glance::Unclear };
        self.answer = None;
        call.settle_whole(&used, headers, io);
        Glance::Kept
    }

    fn on_response(&mut self, response: &mut Response, io: &mut Exchange) -> Verdict {
        let (Some(call), Some(answer)) = (&mut self.call, self.answer.take()) else {
            return Ok(());
        };
        let Content::Json(body) = &mut response.content else {
            call.release(io);
            return Ok(());
        };
        let used = answer.whole(call, body);
        call.settle_whole(&used, &mut response.headers, io);
        Ok(())
    }

    fn on_event(&mut self, event: Event, out: &mut Vec<Event>, io: &mut Exchange) -> Verdict {
        let (Some(call), Some(answer)) = (&self.call, &mut self.answer) else {
            out.push(event);
            return Ok(());
        };
        let before = out.len();
        let is_like = answer.event(call, event, out, io.now);
        if self.hides_usage && !(is_like && self.hid_nothing) {
            let shown = out.split_off(before);
            let count = shown.len();
            let shown = shown.into_iter();
            out.extend(shown.filter_map(|event| call.dialect.hide_stream_usage(event)));
            let shown = out.get(before..).unwrap_or_default();
            self.hid_nothing = shown.len() == count && shown.iter().all(|it| it.raw().is_some());
        }
        Ok(())
    }

    fn on_stream_end(&mut self, out: &mut Vec<Event>, io: &mut Exchange) -> Verdict {
        if let (Some(call), Some(answer)) = (&mut self.call, self.answer.take()) {
            let used = answer.end(call, out, io.now);
            call.settle(&used, io);
        }
        Ok(())
    }

    fn on_end(&mut self, io: &mut Exchange) {
        let Some(mut call) = self.call.take() else { return };
        match self.answer.take() {
            Some(answer) => {
                let used = answer.cut_off(&call);
                call.settle(&used, io);
            }
            None => call.release(io),
        }
    }
}
