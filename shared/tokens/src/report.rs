//! What is told of a call: facts and metrics.

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
        if let Some(cost) = self.call.cost(usage) {
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
        let model = named.unwrap_or(OTHER);
        let provider = plan::provider(row, io).to_owned();
        let consumer = self.call.consumer.as_str();
        let place = [("model", model), ("provider", provider.as_str())];
        let of = |kind: &'static str| {
            let [model, provider] = place;
            [model, provider, ("token_type", kind), ("consumer", consumer)]
        };
        let kinds = [
            ("input", Some(usage.input)),
            ("output", Some(usage.output)),
            ("cache_read", usage.cache_read),
            ("cache_write", usage.cache_write),
            ("reasoning", usage.reasoning),
        ];
        for (kind, count) in kinds {
            if let Some(count) = count {
                io.add(metrics::TOKENS, &of(kind), count);
                io.add(metrics::TOKEN_USAGE, &of(kind), count);
            }
        }
        if let Some(cost) = self.call.cost(usage) {
            let [model, provider] = place;
            io.add(metrics::COST, &[model, provider, ("consumer", consumer)], cost);
        }
        if *estimated {
            io.count(metrics::ESTIMATED, &place);
        }
        let times = self.call.times(self.used, io.now);
        io.add(metrics::SERVER_DURATION, &place, times.duration_ms);
        if let Some(first) = times.first_token_ms {
            io.add(metrics::FIRST_TOKEN, &place, first);
        }
        if let Some(each) = times.output_token_us {
            io.add(metrics::OUTPUT_TOKEN, &place, each);
        }
    }
}
