//! What a flow does with stages that ask, answer, tell and refuse.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::cell::RefCell;
use std::rc::Rc;

use chat::json::json;
use chat::{Event, Kind, Problem};
use stage::{
    Answer, Answered, Blueprint, BodyStep, Callout, CalloutFailed, Content, Edit, Exchange, Filter,
    FilterKind, Flow, Glance, HeadStep, Headers, HttpAnswer, Needs, Reading, Reply, Request,
    Response, Stage, Stop, Turn, Unparsed, Verdict, config,
};

/// What the stages of one test saw, in order.
type Diary = Rc<RefCell<Vec<String>>>;

thread_local! {
    static DIARY: Diary = Diary::default();
}

/// A stage that does what its configuration, one word, says.
#[derive(Debug)]
struct Scripted(String);

#[derive(Debug)]
struct ScriptedTurn(String, Diary);

impl Stage for Scripted {
    fn needs(&self) -> Needs {
        Needs { held_headers: true, ..Needs::default() }
    }

    fn open(&self) -> Box<dyn Turn> {
        Box::new(ScriptedTurn(self.0.clone(), DIARY.with(Rc::clone)))
    }
}

impl ScriptedTurn {
    fn note(&self, what: &str) {
        self.1.borrow_mut().push(format!("{} {what}", self.0));
    }
}

impl Turn for ScriptedTurn {
    fn on_request(&mut self, _: &mut Request, io: &mut Exchange) -> Verdict {
        self.note(io.told("tollgate.target").unwrap_or("request"));
        match self.0.as_str() {
            "ask" => ["a", "b"].into_iter().for_each(|name| io.call(callout(name))),
            "tell" => io.fact("tollgate.target", "told"),
            "answer" => return Err(Stop::Answer(Reply::json(200, b"[]".to_vec(), "models"))),
            "refuse" => {
                let problem = Problem::new(Kind::RateLimit, "too_many", "slow down");
                return Err(problem.with_header("retry-after", "7").into());
            }
            _ => {}
        }
        Ok(())
    }

    fn on_answers(
        &mut self,
        answers: Vec<Answered>,
        request: &mut Request,
        io: &mut Exchange,
    ) -> Verdict {
        let statuses = answers.into_iter().map(|answer| answer.ok()?.headers.status());
        self.note(&format!("{:?}", statuses.collect::<Vec<_>>()));
        if io.told("tollgate.target").is_none() {
            io.fact("tollgate.target", "again");
            io.call(callout("c"));
        }
        request.headers.set("x-asked", "yes");
        Ok(())
    }

    fn on_response_head(&mut self, headers: &mut Headers, _: &mut Exchange) -> Reading {
        headers.set("x-stage", self.0.as_str());
        match self.0.as_str() {
            "ask" => Reading::Buffer,
            "retell" | "retell-in-vain" => {
                headers.set("content-type", "text/event-stream");
                Reading::Buffer
            }
            "follow" | "cut" => Reading::Stream,
            name if name.starts_with("glance") => Reading::Glance,
            _ => Reading::Pass,
        }
    }

    fn on_response_bytes(
        &mut self,
        answer: &Unparsed,
        headers: &mut Headers,
        _: &mut Exchange,
    ) -> Glance {
        let Some(glanced) = answer.glanced() else { return Glance::Unclear };
        self.note(glanced.model_name(answer.bytes()).unwrap());
        headers.set("x-glanced", "yes");
        match self.0.as_str() {
            "glance-rename" => Glance::Rewritten(br#"{"model":"new"}"#.to_vec()),
            "glance-in-vain" => Glance::Unclear,
            _ => Glance::Kept,
        }
    }

    fn on_response(&mut self, response: &mut Response, io: &mut Exchange) -> Verdict {
        if self.0.starts_with("glance") {
            let Content::Json(body) = &response.content else { panic!("what came is JSON") };
            self.note(&body.tree().to_string());
        } else if self.0 == "retell-in-vain" {
            return Err(Problem::bad_gateway("in_vain", "that is no answer").into());
        } else if self.0 == "retell" {
            let Content::Json(body) = &response.content else { panic!("what came is JSON") };
            let told = format!("data: {}\n\ndata: [DONE]\n\n", body.tree());
            response.content = Content::Written(told.into_bytes());
        } else {
            io.call(callout("r"));
        }
        Ok(())
    }

    fn on_event(&mut self, event: Event, out: &mut Vec<Event>, _: &mut Exchange) -> Verdict {
        self.note("event");
        if self.0 == "cut" && event.as_json().is_none() {
            return Err(Problem::bad_gateway("cut", "enough").into());
        }
        out.push(event);
        Ok(())
    }

    fn on_stream_end(&mut self, out: &mut Vec<Event>, _: &mut Exchange) -> Verdict {
        out.push(Event::json(json!("last words")));
        Ok(())
    }

    fn on_response_answers(
        &mut self,
        answers: Vec<Answered>,
        _: &mut Response,
        _: &mut Exchange,
    ) -> Verdict {
        match answers.first() {
            Some(Ok(_)) => Ok(()),
            _ => Err(Problem::bad_gateway("unasked", "nobody answered").into()),
        }
    }

    fn on_end(&mut self, _: &mut Exchange) {
        self.note("end");
    }
}

fn callout(path: &str) -> Callout {
    Callout {
        cluster: "judge".to_owned(),
        method: "GET".to_owned(),
        path: path.to_owned(),
        authority: "judge.test".to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 10,
    }
}

fn answer(status: &str) -> Answered {
    let headers = Headers::new(vec![(":status".to_owned(), status.as_bytes().to_vec())]);
    Ok(HttpAnswer { headers, body: Vec::new() })
}

const STAGES: &[Blueprint] = &[Blueprint {
    name: "scripted",
    build: |value, _, errors| Some(Rc::new(Scripted(errors.read::<String>(value)?))),
    #[cfg(feature = "schema")]
    schema: || schemars::schema_for!(String),
}];

/// A request up to its body.
fn begun(stages: &[&str], io: &mut Exchange) -> (Flow, BodyStep) {
    let filter = Filter { name: "chain", kind: FilterKind::Chain(STAGES, &[]) };
    let stages: Vec<_> =
        stages.iter().map(|name| serde_json::json!({ "scripted": name })).collect();
    let text = serde_json::json!({ "stages": stages }).to_string();
    let pipeline = config::load(&filter, text.as_bytes(), &|_: &str| None).unwrap();
    let mut flow = Flow::new(Rc::new(pipeline), 0);
    let head = [(":method", "POST"), (":path", "/v1/chat/completions")];
    let head = head.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    let step = flow.request_head(Headers::new(head.to_vec()), false, io);
    assert!(matches!(step, HeadStep::Buffer(_)), "{step:?}");
    let step = flow.request_body(br#"{"model":"m","messages":[]}"#, io);
    (flow, step)
}

/// What becomes of a request with this path. `host` is the configuration's key of that name.
fn addressed(path: &str, host: serde_json::Value) -> HeadStep {
    let filter = Filter { name: "chain", kind: FilterKind::Chain(STAGES, &[]) };
    let text = serde_json::json!({"host": host, "stages": [{"scripted": "pass"}]}).to_string();
    let pipeline = config::load(&filter, text.as_bytes(), &|_: &str| None).unwrap();
    let head = [(":method", "POST"), (":path", path)];
    let head = head.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    let mut io = Exchange::default();
    Flow::new(Rc::new(pipeline), 0).request_head(Headers::new(head.to_vec()), false, &mut io)
}

fn diary() -> Vec<String> {
    DIARY.with(|diary| diary.take())
}

fn provider(end: bool) -> Answer {
    Answer { end, from_provider: true, held: true, retriable: false }
}

fn head(status: &str) -> Headers {
    let pairs = [(":status", status), ("content-type", "application/json")];
    Headers::new(pairs.map(|(name, value)| (name.to_owned(), value.into())).to_vec())
}

#[test]
fn later_stages_wait_until_all_questions_of_a_round_are_answered() {
    let mut io = Exchange::default();
    let (mut flow, step) = begun(&["before", "ask", "after"], &mut io);
    let BodyStep::Wait(asked) = step else { panic!("{step:?}") };
    assert_eq!(asked.iter().map(|callout| callout.path.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(flow.answered(1, Err(CalloutFailed), &mut io), None);
    let step = flow.answered(0, answer("204"), &mut io);
    let Some(BodyStep::Wait(asked)) = step else { panic!("{step:?}") };
    assert_eq!(asked.len(), 1, "the second round");
    let step = flow.answered(0, answer("200"), &mut io);
    let edits = vec![Edit::Set("x-asked".to_owned(), b"yes".to_vec())];
    assert_eq!(step, Some(BodyStep::Forward { edits, body: None }));
    assert_eq!(flow.answered(0, answer("200"), &mut io), None, "nobody waits any more");
    assert_eq!(
        diary(),
        [
            "before request",
            "ask request",
            "ask [Some(204), None]",
            "ask [Some(200)]",
            "after again"
        ]
    );
}

#[test]
fn a_buffered_answer_can_wait_too() {
    for (told, status) in [(answer("200"), None), (Err(CalloutFailed), Some("502"))] {
        let mut io = Exchange::default();
        let (mut flow, _) = begun(&["tell", "ask"], &mut io);
        flow.answered(0, answer("200"), &mut io);
        flow.answered(1, answer("200"), &mut io);
        let step = flow.response_head(head("200"), provider(false), &mut io);
        assert!(matches!(step, HeadStep::Buffer(_)), "{step:?}");
        let step = flow.response_body(b"{}".to_vec(), &mut io);
        assert!(matches!(step, BodyStep::Wait(_)), "{step:?}");
        let Some(BodyStep::Forward { edits, body }) = flow.answered(0, told, &mut io) else {
            panic!("it goes on")
        };
        let set = edits.iter().find_map(|edit| match edit {
            Edit::Set(name, value) if name == ":status" => std::str::from_utf8(value).ok(),
            _ => None,
        });
        assert_eq!((set, body.is_some()), (status, status.is_some()));
    }
    diary();
}

#[test]
fn a_known_path_in_disguise_does_not_pass_as_an_unknown_one() {
    let disguised = ["/v1/message%73", "/v1/messages/", "/V1/messages", "/v1/x/..//messages?a"];
    for (path, host, status) in [
        ("/v1/images", serde_json::json!({}), None),
        ("/v1/images", serde_json::json!({"unknown_paths": "reject"}), Some(404)),
        (disguised[0], serde_json::json!({"unknown_paths": "reject"}), Some(404)),
        (disguised[0], serde_json::json!({"unknown_paths": "pass"}), None),
    ]
    .into_iter()
    .chain(disguised.map(|path| (path, serde_json::json!({}), Some(404))))
    {
        let step = addressed(path, host.clone());
        let replied = match &step {
            HeadStep::Reply(reply) => Some(reply.status),
            HeadStep::Pass(edits) if edits.is_empty() => None,
            step => panic!("{path}: {step:?}"),
        };
        assert_eq!(replied, status, "{path} {host}");
    }
    let HeadStep::Reply(reply) = addressed(disguised[0], serde_json::json!({})) else { panic!() };
    let body = String::from_utf8(reply.body).unwrap();
    assert!(body.starts_with(r#"{"type":"error""#), "in the dialect it looks like: {body}");
}

#[test]
fn a_stage_can_tell_later_ones_and_edit_the_head_of_an_answer_it_does_not_read() {
    let mut io = Exchange::default();
    let (mut flow, step) = begun(&["tell", "after"], &mut io);
    assert_eq!(step, BodyStep::Forward { edits: vec![], body: None });
    assert_eq!(diary(), ["tell request", "after told"]);
    let step = flow.response_head(head("200"), provider(false), &mut io);
    let HeadStep::Pass(edits) = step else { panic!("{step:?}") };
    assert_eq!(edits.last(), Some(&Edit::Set("x-stage".to_owned(), b"tell".to_vec())));
}

#[test]
fn a_whole_answer_that_is_retold_as_a_stream_is_shown_as_one_to_the_stages_outside() {
    for (outside, expected) in [
        ("follow", "data: {\"a\":1}\n\ndata: [DONE]\n\ndata: \"last words\"\n\n"),
        ("cut", "data: {\"a\":1}\n\ndata: {\"error\":"),
        ("before", "data: {\"a\":1}\n\ndata: [DONE]\n\n"),
    ] {
        let mut io = Exchange::default();
        let (mut flow, _) = begun(&[outside, "retell"], &mut io);
        let step = flow.response_head(head("200"), provider(false), &mut io);
        assert!(matches!(step, HeadStep::Buffer(_)), "{step:?}");
        let BodyStep::Forward { body: Some(body), .. } =
            flow.response_body(b"{\"a\":1}".to_vec(), &mut io)
        else {
            panic!("a new body")
        };
        let body = String::from_utf8(body).unwrap();
        assert!(body.starts_with(expected), "{outside}: {body}");
    }
    diary();
}

#[test]
fn an_answer_that_was_to_be_retold_fails_as_a_stream_where_its_head_has_gone() {
    for (held, begins) in [(false, "data: {\"error\":"), (true, "{\"error\":")] {
        let mut io = Exchange::default();
        let (mut flow, _) = begun(&["retell-in-vain"], &mut io);
        flow.response_head(head("200"), Answer { held, ..provider(false) }, &mut io);
        let step = flow.response_body(b"no answer".to_vec(), &mut io);
        let BodyStep::Forward { body: Some(body), .. } = step else { panic!("{step:?}") };
        let body = String::from_utf8(body).unwrap();
        assert!(body.starts_with(begins) && body.contains("in_vain"), "{held}: {body}");
        assert!(io.facts.contains(&("error.type", "in_vain".to_owned())));
    }
    diary();
}

#[test]
fn every_stage_hears_of_the_end_when_one_ends_the_exchange() {
    let mut io = Exchange::default();
    let (flow, step) = begun(&["before", "refuse", "after"], &mut io);
    let BodyStep::Reply(reply) = step else { panic!("{step:?}") };
    assert_eq!(reply.status, 429);
    assert!(reply.headers.contains(&("retry-after".to_owned(), b"7".to_vec())));
    assert!(!flow.is_open());
    assert_eq!(
        diary(),
        ["before request", "refuse request", "before end", "refuse end", "after end"]
    );

    let (_, step) = begun(&["answer"], &mut io);
    let BodyStep::Reply(reply) = step else { panic!("{step:?}") };
    assert_eq!((reply.status, reply.body.as_slice()), (200, b"[]".as_slice()));
    diary();
}

#[test]
fn facts_to_publish_are_facts_and_a_filter_has_those_of_its_stages() {
    let filter = Filter { name: "chain", kind: FilterKind::Chain(STAGES, &[]) };
    let load = |facts: &str| {
        let text = format!(r#"{{"host":{{"facts":{facts}}},"stages":[{{"scripted":"a"}}]}}"#);
        config::load(&filter, text.as_bytes(), &|_: &str| None)
    };
    let errors = load(r#"["url.path","url.paht"]"#).unwrap_err();
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors, ["host.facts[1]: no fact is named `url.paht`"]);

    let pipeline = load("null").unwrap();
    assert_eq!(pipeline.facts(), ["error.type", "tollgate.client_dialect", "url.path"]);
    let pipeline = load(r#"["url.path","tollgate.target"]"#).unwrap();
    assert_eq!(pipeline.facts(), ["url.path"]);
    let published = ["url.path", "tollgate.target", "error.type"]
        .map(|name| pipeline.settings().publishes(name));
    assert_eq!(published, [true, true, false]);
}

/// What the stages see of an answer, and what becomes of it.
fn answered(stages: &[&str], body: &str) -> (Vec<String>, Option<String>) {
    let mut io = Exchange::default();
    let (mut flow, _) = begun(stages, &mut io);
    assert!(matches!(
        flow.response_head(head("200"), provider(false), &mut io),
        HeadStep::Buffer(_)
    ));
    diary();
    let step = flow.response_body(body.into(), &mut io);
    let BodyStep::Forward { body, .. } = step else { panic!("{step:?}") };
    (diary(), body.map(|body| String::from_utf8(body).unwrap()))
}

#[test]
fn a_glance_is_enough_if_it_is_for_all() {
    let (old, new) = (r#"{"model":"old"}"#, r#"{"model":"new"}"#);
    let unclear = r#"{"unheard_of":1}"#;
    let seen = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    for (stages, body, expected, becomes) in [
        (&["glance", "pass", "glance"][..], old, seen(&["glance old", "glance old"]), None),
        (
            &["glance", "glance-rename", "glance"],
            old,
            seen(&["glance old", "glance-rename old", "glance new"]),
            Some(new),
        ),
        // From where it was not clear, all see the tree, and none sees the answer twice.
        (
            &["glance", "glance-in-vain", "glance-rename"],
            old,
            seen(&[
                "glance-rename old",
                "glance-in-vain new",
                &format!("glance-in-vain {new}"),
                &format!("glance {new}"),
            ]),
            Some(new),
        ),
        (&["glance"], unclear, seen(&[&format!("glance {unclear}")]), None),
    ] {
        assert_eq!(answered(stages, body), (expected, becomes.map(str::to_owned)), "{stages:?}");
    }
    let mut io = Exchange::default();
    let (mut flow, _) = begun(&["ask", "glance"], &mut io);
    flow.answered(0, answer("200"), &mut io);
    flow.answered(1, answer("200"), &mut io);
    flow.answered(0, answer("200"), &mut io);
    flow.response_head(head("200"), provider(false), &mut io);
    diary();
    flow.response_body(old.into(), &mut io);
    assert_eq!(diary(), [format!("glance {old}")], "another stage takes a tree");
}
