//! Routing by meaning: the nearest of the configured examples, by embeddings of another service.
//!
//! The service speaks OpenAI's `POST /v1/embeddings`
//! <https://platform.openai.com/docs/api-reference/embeddings/create> (read 2026-11-21). The examples are
//! embedded together with the first prompt that asks and kept in the worker's memory; from then on one prompt
//! is one short call. Whatever goes wrong, the request goes to `otherwise`.

use std::cell::RefCell;
use std::rc::Rc;

use chat::Scope;
use chat::json::{self, Value, json};
use stage::{Answered, Callout};

use crate::config::Embeddings;
use crate::plan::Id;
use crate::prompt::{Piece, pieces};

/// The longest text to embed, in characters; what is behind it is left out.
const LONGEST: usize = 8_000;

/// Topics, their examples and the service that embeds them.
#[derive(Debug)]
pub(crate) struct Semantic {
    pub(crate) service: Embeddings,
    /// The value of the header `authorization`, if the service wants one.
    pub(crate) authorization: Option<String>,
    /// Name and target.
    pub(crate) topics: Vec<(String, Id)>,
    /// Each example with the index of its topic.
    pub(crate) examples: Vec<(usize, String)>,
    pub(crate) min_similarity: f32,
    pub(crate) otherwise: Id,
    /// The examples' directions, once they are known.
    pub(crate) known: RefCell<Option<Rc<Vec<Vec<f32>>>>>,
}

/// What is known of a prompt's meaning.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Meaning {
    /// The nearest example's topic and how near it is.
    Nearest(usize, f32),
    /// The service did not answer, or not as it should.
    Unknown,
}

impl Semantic {
    /// The call that embeds the user's last turn, and the examples if they are not known yet. `None` if the
    /// user says nothing.
    pub(crate) fn question(&self, texts: &[Piece]) -> Option<Callout> {
        let turn: Vec<&str> =
            pieces(texts, Scope::User, true).map(|piece| piece.text.as_str()).collect();
        let text: String = turn.join("\n").chars().take(LONGEST).collect();
        if text.trim().is_empty() {
            return None;
        }
        let mut input: Vec<Value> = Vec::new();
        if self.known.borrow().is_none() {
            input.extend(self.examples.iter().map(|(_, example)| example.as_str().into()));
        }
        input.push(text.into());
        let body = json!({"model": self.service.model.as_str(), "input": input, "encoding_format": "float"});
        let authorization =
            self.authorization.iter().map(|value| ("authorization".to_owned(), value.clone()));
        let content_type = ("content-type".to_owned(), "application/json".to_owned());
        Some(Callout {
            cluster: self.service.cluster.clone(),
            method: "POST".to_owned(),
            path: self.service.path.clone(),
            authority: self.service.authority.clone(),
            headers: std::iter::once(content_type).chain(authorization).collect(),
            body: json::to_bytes(&body),
            timeout_ms: self.service.timeout_ms,
        })
    }

    /// What the answer means.
    pub(crate) fn meaning(&self, answers: Vec<Answered>) -> Meaning {
        self.nearest(answers)
            .map_or(Meaning::Unknown, |(topic, near)| Meaning::Nearest(topic, near))
    }

    fn nearest(&self, answers: Vec<Answered>) -> Option<(usize, f32)> {
        let answer = answers.into_iter().next()?.ok()?;
        if answer.headers.status() != Some(200) {
            return None;
        }
        let mut vectors = vectors(&json::parse(&answer.body).ok()?)?;
        let asked = vectors.pop()?;
        if vectors.len() == self.examples.len() {
            *self.known.borrow_mut() = Some(Rc::new(vectors));
        } else if !vectors.is_empty() {
            return None;
        }
        let known = self.known.borrow().clone()?;
        let near = known.iter().map(|example| dot(example, &asked));
        let topics = self.examples.iter().map(|example| example.0);
        topics.zip(near).filter(|(_, near)| near.is_finite()).max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// The directions in an answer, in the order of the input.
fn vectors(body: &Value) -> Option<Vec<Vec<f32>>> {
    let Value::Array(data) = body.get("data")? else { return None };
    let mut rows: Vec<(u64, Vec<f32>)> = Vec::with_capacity(data.len());
    for (position, row) in data.iter().enumerate() {
        let index = row.get("index").and_then(Value::as_u64).unwrap_or(position as u64);
        let Value::Array(numbers) = row.get("embedding")? else { return None };
        let numbers: Option<Vec<f32>> =
            numbers.iter().map(|number| number.as_f64().map(|number| number as f32)).collect();
        rows.push((index, direction(numbers?)));
    }
    rows.sort_by_key(|row| row.0);
    Some(rows.into_iter().map(|row| row.1).collect())
}

/// A vector of length 1.
fn direction(mut vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|number| *number /= length);
    }
    vector
}

/// The cosine of two directions; that of vectors of different lengths is none.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    match a.len() == b.len() {
        true => a.iter().zip(b).map(|(a, b)| a * b).sum(),
        false => f32::NAN,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use stage::{CalloutFailed, Headers, HttpAnswer};

    use super::*;

    fn semantic() -> Semantic {
        Semantic {
            service: Embeddings {
                cluster: "embeddings".into(),
                authority: "e".into(),
                path: "/v1/embeddings".into(),
                model: "m".into(),
                credential_env: None,
                timeout_ms: 100,
            },
            authorization: Some("Bearer k".into()),
            topics: vec![("law".into(), 1), ("code".into(), 2)],
            examples: vec![(0, "Draft a contract".into()), (1, "Fix this bug".into())],
            min_similarity: 0.5,
            otherwise: 0,
            known: RefCell::default(),
        }
    }

    fn said(text: &str) -> Vec<Piece> {
        vec![Piece { scope: Scope::User, turn: 0, text: text.to_owned() }]
    }

    fn answer(status: &str, body: &str) -> Vec<Answered> {
        let headers = Headers::new(vec![(":status".into(), status.as_bytes().to_vec())]);
        vec![Ok(HttpAnswer { headers, body: body.as_bytes().to_vec() })]
    }

    fn inputs(callout: &Callout) -> usize {
        let body = json::parse(&callout.body).unwrap();
        body.get("input").and_then(Value::as_array).unwrap().len()
    }

    #[test]
    fn examples_are_embedded_once_and_the_nearest_wins() {
        let semantic = semantic();
        assert_eq!(inputs(&semantic.question(&said("a bug")).unwrap()), 3);
        let first = r#"{"data": [{"index": 2, "embedding": [0.1, 2]}, {"index": 0, "embedding": [3, 0]},
            {"index": 1, "embedding": [0, 1]}]}"#;
        let Meaning::Nearest(topic, near) = semantic.meaning(answer("200", first)) else {
            panic!()
        };
        assert!(topic == 1 && near > 0.99, "{topic} {near}");
        assert_eq!(inputs(&semantic.question(&said("a deed")).unwrap()), 1);
        let second = r#"{"data": [{"index": 0, "embedding": [9, 1]}]}"#;
        assert!(matches!(semantic.meaning(answer("200", second)), Meaning::Nearest(0, _)));
    }

    #[test]
    fn whatever_is_no_answer_says_nothing() {
        let semantic = semantic();
        for answers in [
            vec![Err(CalloutFailed)],
            vec![],
            answer("500", "{}"),
            answer("200", "no json"),
            answer("200", r#"{"data": []}"#),
            answer("200", r#"{"data": [{"embedding": [1]}]}"#),
            answer(
                "200",
                r#"{"data": [{"embedding": ["x"]}, {"embedding": [1]}, {"embedding": [1]}]}"#,
            ),
            answer("200", r#"{"data": [{"embedding": [1]}, {"embedding": [1]}]}"#),
        ] {
            assert_eq!(semantic.meaning(answers), Meaning::Unknown);
        }
        assert_eq!(semantic.question(&said("  ")), None);
        assert_eq!(semantic.question(&[]), None);
    }
}
