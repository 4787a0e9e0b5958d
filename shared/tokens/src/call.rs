//! A request that is counted, and its reservations.

use std::rc::Rc;

use dialects::Dialect;
use dialects::neutral::Usage;
use stage::{Exchange, Headers, Level, Request, facts};

use crate::budget::{self, Change, Held};
use crate::headers::Standings;
use crate::plan::{Measure, Model, OTHER, Plan, Shelf};
use crate::price;
use crate::report::Report;
use crate::usage::{Times, Used};
use crate::{Counter, Tokens};

/// A request that is counted.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) plan: Rc<Plan>,
    pub(crate) dialect: &'static dyn Dialect,
    /// When it came.
    pub(crate) started: u64,
    /// As the client named it.
    pub(crate) model: String,
    /// Where the plan has a row for it.
    row: Option<usize>,
    pub(crate) counter: Counter,
    /// The place of the consumer's name, if it is one that metrics show.
    consumer: Option<usize>,
    pub(crate) prompt: Tokens,
    /// The most answer tokens that the request asks for.
    pub(crate) asked: Option<u64>,
    /// What was reserved, shelf by shelf.
    pub(crate) reserved: Vec<Held>,
    pub(crate) standings: Standings,
    /// The reservations have been settled or given back.
    done: bool,
}

impl Call {
    pub(crate) fn new(plan: Rc<Plan>, request: &Request, io: &mut Exchange) -> Call {
        let path = request.headers.text(":path").unwrap_or_default();
        let model = request.dialect.model(path, request.body.tree());
        let model = model.unwrap_or_default().into_owned();
        let place = plan.place(&model);
        let row = place.and_then(|place| plan.models.get(place));
        let counter = plan.counter(row, &model);
        let consumer = plan.consumer.as_ref().map(|consumer| {
            let value = consumer.from.value(&request.headers, &model, row, io);
            consumer.names.iter().position(|name| name.as_bytes() == &*value)
        });
        io.fact(facts::REQUEST_MODEL, model.as_str());
        let call = Call {
            dialect: request.dialect,
            started: io.now,
            counter,
            consumer: consumer.flatten(),
            prompt: Tokens::default(),
            asked: None,
            reserved: Vec::new(),
            standings: Standings::default(),
            done: false,
            row: place,
            model,
            plan,
        };
        if call.plan.consumer.is_some() {
            io.fact(facts::CONSUMER, call.consumer());
        }
        call
    }

    /// Who is calling, as metrics name it.
    pub(crate) fn consumer(&self) -> &str {
        let names = self.plan.consumer.as_ref().map(|consumer| &consumer.names);
        let name = self.consumer.and_then(|place| names?.get(place));
        name.map_or(OTHER, String::as_str)
    }

    /// The row of its model.
    pub(crate) fn row(&self) -> Option<&Model> {
        self.plan.models.get(self.row?)
    }

    pub(crate) fn standings(&self) -> &Standings {
        &self.standings
    }

    /// What usage costs in nanodollars, if the model has a price.
    pub(crate) fn cost(&self, usage: &Usage) -> Option<u64> {
        Some(self.row()?.price?.cost(usage))
    }

    /// What usage amounts to in a measure.
    pub(crate) fn amount(&self, measure: Measure, usage: &Usage) -> u64 {
        match measure {
            Measure::Completion => usage.output,
            Measure::Cost => self.cost(usage).unwrap_or(0),
            Measure::Prompt => usage.input,
            Measure::Requests => 1,
            Measure::Total => usage.input.saturating_add(usage.output),
        }
    }

    /// The key that budgets keep it under.
    pub(crate) fn key(&self, shelf: &Shelf, headers: &Headers, io: &Exchange) -> u64 {
        let row = self.row();
        budget::key(shelf.keys.iter().map(|part| part.value(headers, &self.model, row, io)))
    }

    /// Puts what was used in the place of what was reserved, and tells it.
    pub(crate) fn settle(&mut self, used: &Used, io: &mut Exchange) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        self.replace_reserved(io, |call, measure| match measure {
            Measure::Cost => used.cost.unwrap_or(0),
            _ => call.amount(measure, &used.usage),
        });
        Report { call: self, used }.tell(io);
    }

    /// The same for a buffered answer, whose headers may tell it too.
    pub(crate) fn settle_whole(&mut self, used: &Used, headers: &mut Headers, io: &mut Exchange) {
        if self.plan.usage_headers {
            headers.set("x-tollgate-input-tokens", used.usage.input.to_string());
            headers.set("x-tollgate-output-tokens", used.usage.output.to_string());
            if let Some(cost) = used.cost {
                headers.set("x-tollgate-cost-usd", price::dollars(cost));
            }
        }
        self.settle(used, io);
    }

    /// Gives back what was reserved: the request failed, or was refused.
    pub(crate) fn release(&mut self, io: &mut Exchange) {
        if !std::mem::replace(&mut self.done, true) {
            self.replace_reserved(io, |_, _| 0);
        }
    }

    fn replace_reserved(&mut self, io: &mut Exchange, amount: impl Fn(&Call, Measure) -> u64) {
        for (shelf, held) in self.plan.shelves.iter().zip(std::mem::take(&mut self.reserved)) {
            let limits = shelf.limits.iter().filter_map(|place| self.plan.budgets.get(*place));
            let changes: Vec<Change<'_>> = limits
                .zip(&held.stakes)
                .filter_map(|(limit, stake)| {
                    let used = amount(self, limit.measure);
                    Change::new(&limit.budget, *stake, used, io.now)
                })
                .collect();
            if shelf.book.settle(&*io.store, &held, &changes, io.now) {
                continue;
            }
            for Change { budget, .. } in changes {
                let name = &budget.name;
                io.log(
                    Level::Warn,
                    format!("budget {name}: usage was not taken, too many writers"),
                );
            }
        }
    }

    /// The times of an answer.
    pub(crate) fn times(&self, used: &Used, now: u64) -> Times {
        Times::new(self.started, used, now)
    }
}
