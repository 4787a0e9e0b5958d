//! What is told of a call: facts and metrics.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use stage::metrics::Series;
use stage::{Exchange, facts, metrics};

use crate::call::Call;
use crate::plan::{self, OTHER};
use crate::price;
use crate::usage::{Times, Used};

/// What is told of a call.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) call: &'a Call,
    pub(crate) used: &'a Used,
}

impl Report<'_> {
    pub(crate) fn tell(&self, io: &mut Exchange) {
        let times = self.call.times(self.used, io.now);
        self.facts(times, io);
        self.metrics(times, io);
    }

    fn facts(&self, times: Times, io: &mut Exchange) {
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
        if let Some(first) = times.first_token_ms {
            io.fact(facts::FIRST_TOKEN, first.to_string());
        }
        io.fact(facts::DURATION, times.duration_ms.to_string());
    }

    fn metrics(&self, times: Times, io: &mut Exchange) {
        let Used { usage, estimated, cost, .. } = self.used;
        let row = self.call.row();
        let named = row.map(|row| row.name.as_str()).filter(|name| !name.is_empty());
        let provider = plan::provider(row, io);
        let kept = self.call.plan.series.of(named.unwrap_or(OTHER), provider, self.call.consumer());
        kept.record(
            [
                Some(usage.input),
                Some(usage.input),
                Some(usage.output),
                Some(usage.output),
                usage.cache_read,
                usage.cache_read,
                usage.cache_write,
                usage.cache_write,
                usage.reasoning,
                usage.reasoning,
                *cost,
                estimated.then_some(1),
                Some(times.duration_ms),
                times.first_token_ms,
                times.output_token_us,
            ],
            io,
        );
    }
}

/// What is measured of a call: metrics, and the kind of token that they count if they count any.
const ROWS: [(&str, Option<&str>); 15] = [
    (metrics::TOKENS, Some("input")),
    (metrics::TOKEN_USAGE, Some("input")),
    (metrics::TOKENS, Some("output")),
    (metrics::TOKEN_USAGE, Some("output")),
    (metrics::TOKENS, Some("cache_read")),
    (metrics::TOKEN_USAGE, Some("cache_read")),
    (metrics::TOKENS, Some("cache_write")),
    (metrics::TOKEN_USAGE, Some("cache_write")),
    (metrics::TOKENS, Some("reasoning")),
    (metrics::TOKEN_USAGE, Some("reasoning")),
    (metrics::COST, None),
    (metrics::ESTIMATED, None),
    (metrics::SERVER_DURATION, None),
    (metrics::FIRST_TOKEN, None),
    (metrics::OUTPUT_TOKEN, None),
];

/// Metrics are kept for so many models, providers and consumers; who has more of them pays for names put together anew.
const MOST: usize = 64;

/// The series that were told before. One look finds all that a call counts, where [`metrics::KnownSeries`] would compare
/// the labels of each.
#[derive(Debug, Default)]
pub(crate) struct Kept(RefCell<Vec<Rc<Place>>>);

/// The series of a model, a provider and a consumer.
#[derive(Debug)]
struct Place {
    model: String,
    provider: String,
    consumer: String,
    /// Row by row.
    series: [OnceCell<Rc<Series>>; ROWS.len()],
}

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
        let place = Rc::new(Place { model, provider, consumer, series: Default::default() });
        if places.len() < MOST {
            places.push(Rc::clone(&place));
        }
        place
    }
}

impl Place {
    /// Records the rows that have a value.
    fn record(&self, values: [Option<u64>; ROWS.len()], io: &mut Exchange) {
        for ((series, (metric, kind)), value) in self.series.iter().zip(ROWS).zip(values) {
            if let Some(value) = value {
                io.record(series.get_or_init(|| self.series(metric, kind)), value);
            }
        }
    }

    fn series(&self, metric: &'static str, kind: Option<&'static str>) -> Rc<Series> {
        let mut labels = vec![("model", self.model.as_str()), ("provider", self.provider.as_str())];
        labels.extend(kind.map(|kind| ("token_type", kind)));
        if matches!(metric, metrics::TOKENS | metrics::TOKEN_USAGE | metrics::COST) {
            labels.push(("consumer", self.consumer.as_str()));
        }
        Rc::new(Series::new(metric, &labels))
    }
}
