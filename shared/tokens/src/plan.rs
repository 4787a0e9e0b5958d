//! The compiled configuration.

use std::borrow::Cow;

use stage::{Exchange, Headers, PropertyPath, facts};

use crate::budget::{Book, Budget};
use crate::config::CountTokens;
use crate::price::Price;
use crate::report::Kept;
use crate::{Counter, LastCounter};

/// What metrics call a model or consumer that the configuration does not name.
pub(crate) const OTHER: &str = "other";

/// The compiled configuration.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) models: Vec<Model>,
    pub(crate) consumer: Option<Consumer>,
    pub(crate) context: Option<Action>,
    pub(crate) cap_max_tokens: bool,
    pub(crate) budgets: Vec<Limit>,
    pub(crate) shelves: Vec<Shelf>,
    pub(crate) ask_stream_usage: bool,
    pub(crate) always_count: bool,
    pub(crate) count_tokens: CountTokens,
    pub(crate) reserve_output: u64,
    pub(crate) rate_limit_headers: bool,
    pub(crate) usage_headers: bool,
    pub(crate) series: Kept,
    pub(crate) last_counter: LastCounter,
}

/// What happens to a request that passes a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Flag,
    Reject,
}

/// A model that the configuration names.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) prefix: bool,
    pub(crate) counter: Counter,
    pub(crate) window: Option<u64>,
    pub(crate) price: Option<Price>,
    pub(crate) provider: Option<String>,
}

/// Who is calling.
#[derive(Debug)]
pub(crate) struct Consumer {
    pub(crate) from: Part,
    pub(crate) names: Vec<String>,
}

/// A budget and what it is about.
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) budget: Budget,
    pub(crate) measure: Measure,
    /// The place of the shelf that it is kept on.
    pub(crate) shelf: usize,
    /// Its place there.
    pub(crate) place: usize,
    pub(crate) action: Action,
}

/// Budgets with the same key: what they have used is kept together.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) keys: Vec<Part>,
    pub(crate) book: Book,
    /// The places of its budgets, in order.
    pub(crate) limits: Vec<usize>,
}

/// What a budget limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Completion,
    Cost,
    Prompt,
    Requests,
    Total,
}

/// Something that tells requests apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Header(String),
    Property(PropertyPath),
    Model,
    Provider,
}

impl Plan {
    /// The place of a model's row, the longest that fits.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        let fits = |model: &Model| match model.prefix {
            true => name.starts_with(&model.name),
            false => name == model.name,
        };
        let rows = self.models.iter().enumerate().filter(|(_, model)| fits(model));
        // Of the same length the exact one.
        Some(rows.max_by_key(|(_, model)| (model.name.len(), !model.prefix))?.0)
    }

    /// The row of a model.
    pub(crate) fn model(&self, name: &str) -> Option<&Model> {
        self.models.get(self.place(name)?)
    }

    /// How the model of that name is counted, which may have this row.
    pub(crate) fn counter(&self, row: Option<&Model>, name: &str) -> Counter {
        row.map_or_else(|| self.last_counter.of_model(name), |row| row.counter)
    }

    /// Envoy attributes that keys are made of.
    pub(crate) fn properties(&self) -> Vec<PropertyPath> {
        let parts = self.shelves.iter().flat_map(|shelf| &shelf.keys);
        let parts = parts.chain(self.consumer.as_ref().map(|consumer| &consumer.from));
        let mut paths: Vec<PropertyPath> = parts
            .filter_map(|part| match part {
                Part::Property(path) => Some(path.clone()),
                _ => None,
            })
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }
}

impl Shelf {
    /// Keeps a budget, too, which has a place in the plan; returns its place here.
    pub(crate) fn keep(&mut self, budget: &Budget, place: usize) -> usize {
        self.book.keep(budget);
        self.limits.push(place);
        self.limits.len() - 1
    }
}

impl Part {
    /// Its value in a request for the model of that name; empty if it has none.
    pub(crate) fn value<'a>(
        &'a self,
        headers: &'a Headers,
        name: &'a str,
        model: Option<&'a Model>,
        io: &'a Exchange,
    ) -> Cow<'a, [u8]> {
        match self {
            Part::Header(name) => {
                let mut values = headers.all(name);
                let first = values.next().unwrap_or_default();
                match values.next() {
                    None => first.into(),
                    Some(second) => {
                        let all = [first, second].into_iter().chain(values);
                        all.collect::<Vec<_>>().join(&b',').into()
                    }
                }
            }
            Part::Property(path) => {
                io.properties.get(path.as_slice()).map_or(&[][..], Vec::as_slice).into()
            }
            Part::Model => name.as_bytes().into(),
            Part::Provider => provider(model, io).as_bytes().into(),
        }
    }

    /// What it is, as a part of a name.
    pub(crate) fn label(&self) -> String {
        match self {
            Part::Header(name) => ["header:", name].concat(),
            Part::Property(path) => ["property:", &path.join("/")].concat(),
            Part::Model => "model".to_owned(),
            Part::Provider => "provider".to_owned(),
        }
    }
}

/// The provider that serves a request, as far as it is known.
pub(crate) fn provider<'a>(model: Option<&'a Model>, io: &'a Exchange) -> &'a str {
    let known = || model.and_then(|model| model.provider.as_deref());
    io.told(facts::PROVIDER).or_else(known).unwrap_or("unknown")
}
