//! Configurations and requests in, targets out.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test")]
#![cfg(not(target_arch = "wasm32"))]

use std::cell::RefCell;
use std::collections::BTreeMap;

use routing::config::Measure;
use routing::{Asked, Breaker, Config, Decision, NoRoute, Plan, Standing, Unknown, draw};
use serde_json::{Value, json};
use stage::{Body, Errors, Exchange, Headers};

fn plan(config: Value) -> Plan {
    let mut errors = Errors::default();
    let config: Config = errors.read(config).unwrap_or_else(|| panic!("{errors:?}"));
    routing::compile(config, &|_: &str| None, &mut errors).unwrap_or_else(|| panic!("{errors:?}"))
}

/// A request and the world around it.
struct Case {
    headers: Vec<(&'static str, String)>,
    body: Value,
    io: Exchange,
    dialect: &'static str,
    path: &'static str,
}

impl Case {
    fn new(body: Value) -> Case {
        Case {
            headers: Vec::new(),
            body,
            io: Exchange::at(1_795_219_200_000_000_000),
            dialect: "openai-chat",
            path: "/v1/chat/completions",
        }
    }

    fn saying(text: &str) -> Case {
        Case::new(json!({"model": "m", "messages": [{"role": "user", "content": text}]}))
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Case {
        self.headers.push((name, value.into()));
        self
    }

    fn decide(&self, plan: &Plan, dice: u64, standing: &dyn Standing) -> Result<Decision, NoRoute> {
        let dialect = dialects::by_name(self.dialect).unwrap();
        let path = [(":path".to_owned(), self.path.as_bytes().to_vec())];
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        let headers = Headers::new(path.into_iter().chain(headers).collect());
        let mut body = Body::parse(self.body.to_string().as_bytes()).unwrap();
        let texts = routing::texts(dialect, &mut body);
        let asked = Asked::new(dialect, &headers, body.tree(), &texts, &self.io);
        let without = Asked::new(dialect, &headers, body.tree(), &[], &self.io);
        if !plan.reads_texts(&without) {
            let decided = plan.decide(&asked, dice, &Unknown, None);
            assert_eq!(plan.decide(&without, dice, &Unknown, None), decided);
        }
        let mut trace = Vec::new();
        let explained = plan.decide(&asked, dice, standing, Some(&mut trace));
        assert!(!trace.is_empty());
        explained
    }

    fn target<'p>(&self, plan: &'p Plan) -> &'p str {
        self.decide(plan, 0, &Unknown).map_or("none", |decision| plan.target_name(decision.target))
    }
}

/// Two targets and a rule for `yes` with one condition.
fn yes_if(condition: Value) -> Plan {
    plan(json!({
        "targets": {"yes": {}, "no": {}},
        "tier": {"header": "x-tier"},
        "rules": [
            {"name": "if", "when": [condition], "choose": {"target": "yes"}},
            {"name": "else", "choose": {"target": "no"}},
        ],
    }))
}

#[test]
fn conditions_hold_of_what_they_say() {
    let body = |value: Value| Case::new(value);
    let chat = |extra: Value| {
        let mut body = json!({"model": "gpt-4o", "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello there"}]});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        Case::new(body)
    };
    let with_image = json!({"model": "m", "messages": [{"role": "user", "content": [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "https://a/b.png"}}]}]});
    let with_audio = json!({"model": "m", "messages": [{"role": "user", "content": [
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}]}]});
    let tools = json!({"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]});
    let table: Vec<(Value, Case, bool)> = vec![
        (json!({"model": {"exact": "gpt-4o"}}), chat(json!({})), true),
        (json!({"model": {"prefix": "claude"}}), chat(json!({})), false),
        (json!({"model": {"glob": "gpt-*"}}), chat(json!({})), true),
        (json!({"model": {"regex": "gpt-\\d.*"}}), chat(json!({})), true),
        (json!({"model": {"one_of": ["a", "gpt-4o"]}}), chat(json!({})), true),
        (json!({"model": {"present": false}}), chat(json!({})), false),
        (
            json!({"header": {"name": "X-Team", "value": {"exact": "blue"}}}),
            chat(json!({})).header("x-team", "red").header("x-team", "blue"),
            true,
        ),
        (json!({"header": {"name": "x-team", "value": {"present": false}}}), chat(json!({})), true),
        (json!({"path": {"prefix": "/v1/"}}), chat(json!({})), true),
        (json!({"tier": ["gold"]}), chat(json!({})).header("x-tier", "gold"), true),
        (json!({"tier": ["gold"]}), chat(json!({})), false),
        (json!({"has": "stream"}), chat(json!({"stream": true})), true),
        (json!({"has": "stream"}), chat(json!({})), false),
        (json!({"has": "tools"}), chat(tools.clone()), true),
        (json!({"has": "tools"}), chat(json!({})), false),
        (json!({"has": "images"}), body(with_image.clone()), true),
        (json!({"has": "audio"}), body(with_audio), true),
        (json!({"has": "audio"}), body(with_image), false),
        (json!({"has": "reasoning"}), chat(json!({"reasoning_effort": "high"})), true),
        (
            json!({"has": "structured_output"}),
            chat(json!({"response_format": {"type": "json_object"}})),
            true,
        ),
        (
            json!({"has": "structured_output"}),
            chat(json!({"response_format": {"type": "text"}})),
            false,
        ),
        (json!({"has": "code"}), Case::saying("Why?\n```\nx = 1\n```"), true),
        (json!({"messages": {"max": 1}}), chat(json!({})), true),
        (json!({"messages": {"min": 2}}), chat(json!({})), false),
        (json!({"prompt_tokens": {"min": 100}}), Case::saying(&"word ".repeat(100)), true),
        (json!({"prompt_tokens": {"min": 100}}), chat(json!({})), false),
        (json!({"keywords": {"any_of": ["hello"]}}), chat(json!({})), true),
        (json!({"keywords": {"any_of": ["brief"]}}), chat(json!({})), false),
        (json!({"keywords": {"any_of": ["brief"], "scope": ["system"]}}), chat(json!({})), true),
        (json!({"regex": {"pattern": "(?i)HELLO\\s+th"}}), chat(json!({})), true),
        (
            json!({"language": ["de", "fr"]}),
            Case::saying("Wie wird das Wetter morgen in Berlin?"),
            true,
        ),
        (
            json!({"language": ["de", "fr"]}),
            Case::saying("How will the weather be tomorrow?"),
            false,
        ),
        (json!({"time": {"from": "00:00", "to": "01:00", "days": ["sat"]}}), chat(json!({})), true),
        (json!({"time": {"from": "01:00", "to": "02:00"}}), chat(json!({})), false),
        (json!({"not": {"has": "stream"}}), chat(json!({})), true),
        (json!({"any": [{"has": "stream"}, {"model": {"prefix": "gpt"}}]}), chat(json!({})), true),
        (json!({"all": [{"has": "stream"}, {"model": {"prefix": "gpt"}}]}), chat(json!({})), false),
    ];
    for (condition, case, expected) in table {
        let plan = yes_if(condition.clone());
        assert_eq!(case.target(&plan), if expected { "yes" } else { "no" }, "{condition}");
    }
}

#[test]
fn facts_of_earlier_stages_and_attributes_decide() {
    let plan = yes_if(json!({"all": [
        {"fact": {"name": "tollgate.target", "value": {"present": true}}},
        {"property": {"path": ["source", "address"], "value": {"prefix": "10."}}},
    ]}));
    let mut case = Case::saying("hi");
    assert_eq!(case.target(&plan), "no");
    case.io.fact(stage::facts::TARGET, "x");
    let path = vec!["source".into(), "address".into()];
    case.io.properties.insert(path.into(), b"10.0.0.1:80".to_vec());
    assert_eq!(case.target(&plan), "yes");
}

#[test]
fn the_other_dialect_is_read_alike() {
    let plan = yes_if(json!({"all": [
        {"model": {"prefix": "claude"}}, {"messages": {"min": 1, "max": 1}}, {"has": "tools"},
        {"has": "stream"}, {"keywords": {"any_of": ["refund"]}},
    ]}));
    let mut case =
        Case::new(json!({"model": "claude-sonnet-4-5", "max_tokens": 10, "stream": true,
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "a refund"}]}]}));
    (case.dialect, case.path) = ("anthropic-messages", "/v1/messages");
    assert_eq!(case.target(&plan), "yes");
}

#[test]
fn rules_go_first_then_virtual_models_then_nothing() {
    let plan = plan(json!({
        "targets": {"a": {"model": "a-1"}, "b": {}},
        "models": {
            "fast": {"choose": {"target": "a"}},
            "quick": {"alias_of": "fast"},
            "smart": {"choose": {"target": "b"}, "model": "b-9"},
        },
        "rules": [{"name": "streams", "when": [{"has": "stream"}], "choose": {"target": "b"}, "model": "s"}],
    }));
    for (body, expected) in [
        (json!({"model": "fast", "messages": []}), Some(("a", Some("a-1")))),
        (json!({"model": "quick", "messages": []}), Some(("a", Some("a-1")))),
        (json!({"model": "smart", "messages": []}), Some(("b", Some("b-9")))),
        (json!({"model": "fast", "stream": true, "messages": []}), Some(("b", Some("s")))),
        (json!({"model": "other", "messages": []}), None),
        (json!({"messages": []}), None),
    ] {
        let decision = Case::new(body.clone()).decide(&plan, 0, &Unknown).ok();
        let found = decision
            .as_ref()
            .map(|decision| (plan.target_name(decision.target), decision.model.as_deref()));
        assert_eq!(found, expected, "{body}");
    }
}

#[test]
fn a_million_requests_are_shared_by_the_weights() {
    let plan = plan(json!({
        "targets": {"a": {}, "b": {}, "c": {}},
        "rules": [{"name": "r", "choose": {"weights": {"a": 90, "b": 9, "c": 1}}}],
    }));
    let (headers, io) = (Headers::default(), Exchange::default());
    let body = chat::json::json!({});
    let dialect = dialects::by_name("openai-chat").unwrap();
    let mut counts = [0u32; 3];
    for n in 0..1_000_000 {
        let asked = Asked::new(dialect, &headers, &body, &[], &io);
        counts[plan.decide(&asked, draw::mix(n), &Unknown, None).unwrap().target] += 1;
    }
    for (count, percent) in counts.into_iter().zip([90.0, 9.0, 1.0]) {
        assert!((f64::from(count) / 10_000.0 - percent).abs() < 0.1, "{count} for {percent} %");
    }
}

fn sticky(key: Value, targets: &[&str]) -> Plan {
    let all: BTreeMap<&str, Value> = targets.iter().map(|name| (*name, json!({}))).collect();
    let weights: BTreeMap<&str, u32> = targets.iter().map(|name| (*name, 1)).collect();
    plan(json!({"targets": all,
        "rules": [{"name": "r", "choose": {"sticky": {"by": key, "weights": weights}}}]}))
}

#[test]
fn keys_stay_and_a_fifth_target_moves_at_most_its_share() {
    let (four, five) = (
        sticky(json!({"header": "x-user"}), &["a", "b", "c", "d"]),
        sticky(json!({"header": "x-user"}), &["a", "b", "c", "d", "e"]),
    );
    let mut moved = 0;
    for n in 0..5_000u64 {
        let case = Case::saying("hi").header("x-user", format!("user-{n}"));
        let name = |plan: &Plan, dice| {
            plan.target_name(case.decide(plan, dice, &Unknown).unwrap().target).to_owned()
        };
        let before = name(&four, 1);
        assert_eq!(before, name(&four, u64::MAX), "chance has no say");
        let after = name(&five, 1);
        if after != before {
            assert_eq!(after, "e");
            moved += 1;
        }
    }
    assert!(moved <= 1_050, "{moved} of 5,000 moved");
}

#[test]
fn requests_are_kept_together_by_what_the_rule_says() {
    let targets = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let turn = |first: &str, more: usize| {
        let mut messages = vec![
            json!({"role": "system", "content": "s"}),
            json!({"role": "user", "content": first}),
        ];
        for _ in 0..more {
            messages.push(json!({"role": "assistant", "content": "ok"}));
            messages.push(json!({"role": "user", "content": "more"}));
        }
        Case::new(json!({"model": "m", "user": format!("u-{first}"), "messages": messages}))
            .header("cookie", format!("x=1; sid={first}"))
    };
    for key in [json!("conversation"), json!({"cookie": "sid"}), json!("user")] {
        let plan = sticky(key.clone(), &targets);
        let mut seen = BTreeMap::new();
        for n in 0..50 {
            let first = format!("question {n}");
            let at = turn(&first, 0).decide(&plan, 5, &Unknown).unwrap().target;
            assert_eq!(at, turn(&first, 3).decide(&plan, 9, &Unknown).unwrap().target, "{key}");
            *seen.entry(at).or_insert(0) += 1;
        }
        assert!(seen.len() >= 6, "{key}: {seen:?}");
    }
    let plan = sticky(json!({"header": "x-user"}), &targets);
    let at = |dice| Case::saying("hi").decide(&plan, dice, &Unknown).unwrap().target;
    assert_ne!(at(0), at(u64::MAX), "without a key, chance decides");
}

/// A standing that a test writes.
#[derive(Default)]
struct Board {
    open: Vec<usize>,
    probing: Vec<usize>,
    claims: RefCell<u32>,
    latency: BTreeMap<usize, u64>,
    errors: BTreeMap<usize, f64>,
    busy: BTreeMap<usize, u32>,
    share: Option<u32>,
}

impl Standing for Board {
    fn breaker(&self, target: usize) -> Breaker {
        match (self.open.contains(&target), self.probing.contains(&target)) {
            (true, _) => Breaker::Open,
            (_, true) => Breaker::Probe,
            _ => Breaker::Closed,
        }
    }

    fn claim_probe(&self, _: usize) -> bool {
        let mut claims = self.claims.borrow_mut();
        *claims += 1;
        *claims == 1
    }

    fn answered(&self, target: usize) -> u32 {
        if self.latency.contains_key(&target) { 100 } else { 0 }
    }

    fn error_percent(&self, target: usize) -> Option<f64> {
        self.errors.get(&target).copied()
    }

    fn latency_ms(&self, target: usize, _: Measure) -> Option<u64> {
        self.latency.get(&target).copied()
    }

    fn in_flight(&self, target: usize) -> u32 {
        self.busy.get(&target).copied().unwrap_or(0)
    }

    fn canary_share(&self, _: usize) -> Option<u32> {
        self.share
    }
}

#[test]
fn an_open_breaker_gives_the_share_to_the_others_but_never_to_nobody() {
    let weights = plan(json!({
        "targets": {"a": {}, "b": {}, "c": {"fallback": "b"}},
        "models": {"c": {"choose": {"target": "c"}}},
        "rules": [{"name": "r", "when": [{"model": {"exact": "m"}}], "choose": {"weights": {"a": 1, "b": 1}}}],
    }));
    let case = Case::saying("hi");
    let at = |case: &Case, board: &Board, dice| case.decide(&weights, dice, board).unwrap().target;
    let down = Board { open: vec![0], ..Board::default() };
    assert!([0, u64::MAX].iter().all(|dice| at(&case, &down, *dice) == 1));
    let all = Board { open: vec![0, 1, 2], ..Board::default() };
    assert_eq!((at(&case, &all, 0), at(&case, &all, u64::MAX)), (0, 1));
    let named = Case::new(json!({"model": "c", "messages": []}));
    assert_eq!(at(&named, &Board { open: vec![2], ..Board::default() }, 0), 1, "the fallback");
    assert_eq!(at(&named, &all, 0), 2);
    let probing = Board { probing: vec![2], ..Board::default() };
    assert_eq!((at(&named, &probing, 0), at(&named, &probing, 0)), (2, 1), "one probe at a time");
}

#[test]
fn fallbacks_are_the_rules_or_the_targets_own() {
    let plan = plan(json!({
        "targets": {"a": {"fallback": "b"}, "b": {"fallback": "c"}, "c": {}},
        "models": {
            "own": {"choose": {"target": "a"}},
            "other": {"choose": {"target": "a"}, "fallbacks": ["c"]},
        },
    }));
    let chain = |model: &str| {
        Case::new(json!({"model": model, "messages": []}))
            .decide(&plan, 0, &Unknown)
            .unwrap()
            .fallbacks
    };
    assert_eq!(chain("own"), [1, 2]);
    assert_eq!(chain("other"), [2]);
}

#[test]
fn a_canary_keeps_its_keys_while_its_share_grows() {
    let plan = plan(json!({
        "targets": {"old": {}, "new": {}},
        "rules": [{"name": "r", "choose": {"canary": {"stable": "old", "canary": "new", "share_percent": 10,
            "by": {"header": "x-user"}, "shadow_percent": 20, "judge": {"mode": "automatic"}}}}],
    }));
    let (mut ten, mut thirty, mut shadows) = (Vec::new(), Vec::new(), 0);
    for n in 0..3_000u64 {
        let case = Case::saying("hi").header("x-user", n.to_string());
        let decide = |share| {
            let board = Board { share, ..Board::default() };
            case.decide(&plan, draw::mix(n), &board).unwrap()
        };
        let decision = decide(None);
        ten.push(decision.target == 0);
        assert_eq!(decision.trial, Some((0, decision.target == 0)));
        shadows += u32::from(decision.shadow == Some(0));
        thirty.push(decide(Some(300_000)).target == 0);
        assert_eq!(decide(Some(0)).target, 1);
    }
    let count = |sides: &[bool]| sides.iter().filter(|side| **side).count();
    assert!((240..360).contains(&count(&ten)) && (800..1_000).contains(&count(&thirty)));
    assert!(ten.iter().zip(&thirty).all(|(before, after)| !before || *after), "no key goes back");
    assert!((450..630).contains(&shadows), "{shadows} of 2,700");
}

#[test]
fn cheapest_fastest_and_least_busy_keep_their_bounds() {
    let cheap = |extra: Value| {
        let mut choice = json!({"of": ["a", "b", "c"]});
        choice.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        plan(json!({
            "targets": {
                "a": {"input_usd_per_million": 0.1, "output_usd_per_million": 0.4, "context_tokens": 200},
                "b": {"input_usd_per_million": 0.2, "output_usd_per_million": 0.8},
                "c": {"input_usd_per_million": 3.0, "output_usd_per_million": 15.0},
            },
            "rules": [{"name": "r", "choose": {"cheapest": choice}}],
        }))
    };
    let short = Case::saying("hi");
    let at = |plan: &Plan, case: &Case, board: &Board| {
        plan.target_name(case.decide(plan, 7, board).unwrap().target).to_owned()
    };
    let plain = cheap(json!({}));
    assert_eq!(at(&plain, &short, &Board::default()), "a");
    assert_eq!(
        at(&plain, &Case::saying(&"word ".repeat(300)), &Board::default()),
        "b",
        "too long for a"
    );
    let slow = Board { latency: [(0, 9_000), (1, 500), (2, 100)].into(), ..Board::default() };
    assert_eq!(at(&cheap(json!({"max_p95_latency_ms": 1_000})), &short, &slow), "b");
    assert_eq!(
        at(&cheap(json!({"max_p95_latency_ms": 10})), &short, &slow),
        "a",
        "no bound is kept by any"
    );
    let bad = Board { errors: [(0, 30.0)].into(), ..Board::default() };
    assert_eq!(at(&cheap(json!({"max_error_percent": 5})), &short, &bad), "b");

    let fast = plan(json!({"targets": {"a": {}, "b": {}, "c": {}},
        "rules": [{"name": "r", "choose": {"fastest": {"of": ["a", "b", "c"], "explore_percent": 0}}}]}));
    assert_eq!(at(&fast, &short, &slow), "c");
    let unknown = Board { latency: [(0, 9_000), (2, 100)].into(), ..Board::default() };
    assert_eq!(at(&fast, &short, &unknown), "b", "measured first");

    let busy = plan(json!({"targets": {"a": {"capacity": 4}, "b": {}},
        "rules": [{"name": "r", "choose": {"least_busy": {"of": ["a", "b"], "max_in_flight": 10}}}]}));
    for (a, b, expected) in [(3, 1, "a"), (5, 1, "b"), (0, 1, "a"), (12, 9, "b"), (12, 12, "a")] {
        let board = Board { busy: [(0, a), (1, b)].into(), ..Board::default() };
        assert_eq!(at(&busy, &short, &board), expected, "{a} {b}");
    }
}

#[test]
fn hard_prompts_go_to_the_large_model_and_the_reason_says_why() {
    let plan = plan(json!({"targets": {"large": {}, "small": {}},
        "rules": [{"name": "r", "choose": {"complexity": {"threshold": 30, "simple": "small", "hard": "large"}}}]}));
    let case = Case::saying(
        "Prove step by step that the square root of 2 is irrational, and compare both proofs.",
    );
    let decision = case.decide(&plan, 0, &Unknown).unwrap();
    assert_eq!(plan.target_name(decision.target), "large");
    assert!(decision.reason.contains("reasoning words 30"), "{}", decision.reason);
    assert_eq!(Case::saying("What is the capital of France?").target(&plan), "small");
    // A user's id and metadata are no turn of theirs.
    let rest = json!([{"role": "system", "content": "Answer."}, case.body["messages"][0].clone()]);
    let named = json!({"model": "m", "messages": rest, "user": "u", "metadata": {"team": "t"}});
    let named = Case::new(named).decide(&plan, 0, &Unknown).unwrap();
    assert_eq!(named.reason, decision.reason);
}

#[test]
fn texts_are_read_only_where_a_decision_comes_to_them() {
    let plan = plan(json!({
        "targets": {"a": {}, "b": {}},
        "rules": [
            {"name": "named", "when": [{"model": {"prefix": "gpt-"}}], "choose": {"target": "a"}},
            {"name": "said", "when": [{"header": {"name": "x-team", "value": {"exact": "search"}}},
                {"not": {"keywords": {"any_of": ["refund"]}}}], "choose": {"target": "b"}},
        ],
        "models": {
            "auto": {"choose": {"complexity": {"threshold": 30, "simple": "a", "hard": "b"}}},
            "same": {"alias_of": "auto"},
            "plain": {"choose": {"weights": {"a": 1, "b": 1}}},
            "kept": {"choose": {"sticky": {"by": "conversation", "weights": {"a": 1, "b": 1}}}},
        },
    }));
    let dialect = dialects::by_name("openai-chat").unwrap();
    let io = Exchange::default();
    for (model, team, expected) in [
        ("gpt-4o", "search", false),
        ("plain", "search", true),
        ("plain", "support", false),
        ("auto", "support", true),
        ("same", "support", true),
        ("kept", "support", true),
        ("unheard-of", "support", false),
    ] {
        let headers = Headers::new(vec![("x-team".to_owned(), team.as_bytes().to_vec())]);
        let body = Body::parse(json!({ "model": model }).to_string().as_bytes()).unwrap();
        let asked = Asked::new(dialect, &headers, body.tree(), &[], &io);
        assert_eq!(plan.reads_texts(&asked), expected, "{model} {team}");
    }
}
