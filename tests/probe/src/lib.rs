//! A filter for tests of the shell. It changes and refuses text like a guard or a redactor would, needs no
//! held headers, and so shows the soft gate and the byte-identical way through.

#![expect(missing_docs, reason = "the SDK's macro makes an entry point without any")]

use std::rc::Rc;

use chat::json::Value;
use chat::{Data, Event, Kind, Problem, Text};
use dialects::Dialect;
use serde::Deserialize;
use stage::{
    Answered, Blueprint, Callout, Content, Exchange, Filter, FilterKind, Headers, Needs, Reading,
    Request, Response, Stage, Turn, Verdict, store,
};

/// Configuration of the probe.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// A request whose text has this word is refused.
    deny: Option<String>,
    /// This word becomes `***`, in requests and answers.
    mask: Option<String>,
    /// A cluster that is shown every body, request and buffered answer; where it does not say 200, the
    /// exchange ends.
    ask: Option<String>,
    /// Requests are counted for all workers together under this key.
    tally: Option<String>,
    /// A request whose text has this word ends the VM, as a panic would.
    trap: Option<String>,
}

const BLUEPRINT: Blueprint = Blueprint {
    name: "probe",
    build: |value, _, errors| Some(Rc::new(Probe(Rc::new(errors.read::<Config>(value)?)))),
};

proxy_wasm::main! {{
    shell::start(Filter { name: "probe", kind: FilterKind::Single(BLUEPRINT) });
}}

#[derive(Debug)]
struct Probe(Rc<Config>);

impl Stage for Probe {
    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn open(&self) -> Box<dyn Turn> {
        Box::new(ProbeTurn { config: Rc::clone(&self.0), dialect: None })
    }
}

#[derive(Debug)]
struct ProbeTurn {
    config: Rc<Config>,
    dialect: Option<&'static dyn Dialect>,
}

impl ProbeTurn {
    fn masked(&self, text: Text<'_>) -> Option<String> {
        let word = self.config.mask.as_deref()?;
        text.text.contains(word).then(|| text.text.replace(word, "***"))
    }

    fn ask(&self, body: &Value, io: &mut Exchange) {
        if let Some(cluster) = &self.config.ask {
            io.call(Callout {
                cluster: cluster.clone(),
                method: "POST".to_owned(),
                path: "/ask".to_owned(),
                authority: "judge.test".to_owned(),
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: chat::json::to_bytes(body),
                timeout_ms: 500,
            });
        }
    }
}

/// Fails closed.
fn allowed(answers: &[Answered]) -> Verdict {
    let good = |answer: &Answered| {
        answer.as_ref().is_ok_and(|answer| answer.headers.status() == Some(200))
    };
    match answers.iter().all(good) {
        true => Ok(()),
        false => Err(refused("asked_and_refused", "another service refused this"))?,
    }
}

fn increased(count: Option<Vec<u8>>) -> Vec<u8> {
    let count = count.and_then(|count| Some(u64::from_le_bytes(count.try_into().ok()?)));
    (count.unwrap_or(0) + 1).to_le_bytes().to_vec()
}

fn refused(code: &str, message: &str) -> Problem {
    Problem::new(Kind::Permission, code, message).with_header("x-refused-by", "probe")
}

impl Turn for ProbeTurn {
    fn on_request(&mut self, request: &mut Request, io: &mut Exchange) -> Verdict {
        let dialect = request.dialect;
        self.dialect = Some(dialect);
        let mut denied = false;
        request.body.edit(|body| {
            dialect.visit_request(body, &mut |text| {
                let has = |word: &Option<String>| {
                    word.as_deref().is_some_and(|word| text.text.contains(word))
                };
                denied |= has(&self.config.deny);
                if has(&self.config.trap) {
                    std::process::abort();
                }
                self.masked(text)
            })
        });
        if denied {
            Err(refused("denied_word", "the prompt has a denied word"))?;
        }
        self.ask(request.body.tree(), io);
        if let Some(key) = &self.config.tally {
            store::update(&*io.store, key, |count| Some(increased(count)));
        }
        Ok(())
    }

    fn on_answers(&mut self, answers: Vec<Answered>, _: &mut Request, _: &mut Exchange) -> Verdict {
        allowed(&answers)
    }

    fn on_response_head(&mut self, headers: &mut Headers, _: &mut Exchange) -> Reading {
        headers.set("x-probe", "seen");
        match (
            self.config.mask.as_ref().or(self.config.ask.as_ref()),
            headers.media_type().as_ref(),
        ) {
            (None, _) => Reading::Pass,
            (_, "text/event-stream") => Reading::Stream,
            _ => Reading::Buffer,
        }
    }

    fn on_response(&mut self, response: &mut Response, io: &mut Exchange) -> Verdict {
        if let (Content::Json(body), Some(dialect)) = (&mut response.content, self.dialect) {
            body.edit(|body| dialect.visit_response(body, &mut |text| self.masked(text)));
            self.ask(body.tree(), io);
        }
        Ok(())
    }

    fn on_response_answers(
        &mut self,
        answers: Vec<Answered>,
        _: &mut Response,
        _: &mut Exchange,
    ) -> Verdict {
        allowed(&answers)
    }

    /// Masks a word that stands in one event; a real redactor looks across events.
    fn on_event(&mut self, mut event: Event, out: &mut Vec<Event>, _: &mut Exchange) -> Verdict {
        if let Some(mut body) = event.as_json().cloned()
            && chat::text::visit_leaves(&mut body, chat::Scope::Assistant, 0, &mut |text| {
                self.masked(text)
            })
        {
            *event.data_mut() = Data::Json(body);
        }
        out.push(event);
        Ok(())
    }
}
