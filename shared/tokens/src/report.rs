//! What is told of a call: facts and metrics.

use std::cell::RefCell;
use std::rc::Rc;

use stage::metrics::Series;
use stage::{Exchange, facts, metrics};

use crate::call::Call;
use crate::plan::{self, OTHER};
use crate::price;
use crate::usage::Used;

/// What is told of a call.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) call: &'a Call,
    pub(crate) used: &'a Used,
}

impl Report<'_> {
    pub(crate) fn tell(&self, io: &mut Exchange) {
        self.facts(io);
        self.metrics(io);
    }

    fn facts(&self, io: &mut Exchange) {
        let Used { usage, estimated, .. } = self.used;
        let numbers = [
            (facts::INPUT_TOKENS, Some(usage.input)),
            (facts::OUTPUT_TOKENS, Some(usage.output)),
            (facts::TOTAL_TOKENS, Some(usage.input.saturating_add(usage.output))),
            (facts::CACHE_READ_TOKENS, usage.cache_read),
            (facts::CACHE_WRITE_TOKENS, usage.cache_write),
            (facts::REASONING_TOKENS, usage.reasoning),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                io.fact(name, number.to_string());
            }
        }
        io.fact(facts::ESTIMATED, estimated.to_string());
        if let Some(cost) = self.used.cost {
            io.fact(facts::COST, price::dollars(cost));
        }
        if let Some(model) = &self.used.model {
            io.fact(facts::RESPONSE_MODEL, model.as_str());
        }
        let times = self.call.times(self.used, io.now);
        if let Some(first) = times.first_token_ms {
            io.fact(facts::FIRST_TOKEN, first.to_string());
        }
        io.fact(facts::DURATION, times.duration_ms.to_string());
    }

    fn metrics(&self, io: &mut Exchange) {
        let Used { usage, estimated, .. } = self.used;
        let row = self.call.row();
        let named = row.map(|row| row.name.as_str()).filter(|name| !name.is_empty());
        let provider = plan::provider(row, io);
        let kept = self.call.plan.series.of(named.unwrap_or(OTHER), provider, &self.call.consumer);
        let kinds = [
            ("input", Some(usage.input)),
            ("output", Some(usage.output)),
            ("cache_read", usage.cache_read),
            ("cache_write", usage.cache_write),
            ("reasoning", usage.reasoning),
        ];
        for (kind, count) in kinds {
            if let Some(count) = count {
                kept.add(metrics::TOKENS, Some(kind), count, io);
                kept.add(metrics::TOKEN_USAGE, Some(kind), count, io);
            }
        }
        if let Some(cost) = self.used.cost {
            kept.add(metrics::COST, None, cost, io);
        }
        if *estimated {
            kept.add(metrics::ESTIMATED, None, 1, io);
        }
        let times = self.call.times(self.used, io.now);
        kept.add(metrics::SERVER_DURATION, None, times.duration_ms, io);
        if let Some(first) = times.first_token_ms {
            kept.add(metrics::FIRST_TOKEN, None, first, io);
        }
        if let Some(each) = times.output_token_us {
            kept.add(metrics::OUTPUT_TOKEN, None, each, io);
        }
    }
}

/// Metrics are kept for so many models, providers and consumers; who has more of them pays for names put together anew.
const MOST: usize = 64;

/// The series that were told before.
#[derive(Debug, Default)]
pub(crate) struct Kept(RefCell<Vec<Rc<Place>>>);

/// The series of a model, a provider and a consumer.
#[derive(Debug)]
struct Place {
    model: String,
    provider: String,
    consumer: String,
    rows: RefCell<Vec<Row>>,
}

/// A metric, the kind of token it counts if it counts any, and its series.
type Row = (&'static str, Option<&'static str>, Rc<Series>);

impl Kept {
    fn of(&self, model: &str, provider: &str, consumer: &str) -> Rc<Place> {
        let mut places = self.0.borrow_mut();
        let wanted = (model, provider, consumer);
        let is = |place: &&Rc<Place>| {
            (place.model.as_str(), place.provider.as_str(), place.consumer.as_str()) == wanted
        };
        if let Some(place) = places.iter().find(is) {
            return Rc::clone(place);
        }
        let [model, provider, consumer] = [model, provider, consumer].map(str::to_owned);
        let place = Rc::new(Place { model, provider, consumer, rows: RefCell::default() });
        if places.len() < MOST {
            places.push(Rc::clone(&place));
        }
        place
    }
}

impl Place {
    fn add(&self, metric: &'static str, kind: Option<&'static str>, value: u64, io: &mut Exchange) {
        let mut rows = self.rows.borrow_mut();
        if let Some((.., series)) = rows.iter().find(|row| (row.0, row.1) == (metric, kind)) {
            return io.record(series, value);
        }
        let mut labels = vec![("model", self.model.as_str()), ("provider", self.provider.as_str())];
        labels.extend(kind.map(|kind| ("token_type", kind)));
        if matches!(metric, metrics::TOKENS | metrics::TOKEN_USAGE | metrics::COST) {
            labels.push(("consumer", self.consumer.as_str()));
        }
        let series = Rc::new(Series::new(metric, &labels));
        io.record(&series, value);
        rows.push((metric, kind, series));
    }
}
