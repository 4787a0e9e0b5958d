//! What a run of the load came to.

use std::io;

use serde::Serialize;

/// One connection's measurements, or those of all.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Microseconds from sending a request to the end of its answer; correct answers only.
    pub(crate) latencies: Vec<u32>,
    /// Microseconds to the first byte of the body.
    pub(crate) first_bytes: Vec<u32>,
    /// Bytes of bodies received.
    pub(crate) bytes: u64,
    pub(crate) errors: u64,
    pub(crate) first_error: Option<String>,
}

impl Tally {
    /// Counts an answer that was not what it should be.
    pub(crate) fn fail(&mut self, error: &io::Error) {
        self.errors += 1;
        self.first_error.get_or_insert_with(|| error.to_string());
    }

    /// Adds what another connection has measured.
    pub(crate) fn add(&mut self, other: Tally) {
        self.latencies.extend(other.latencies);
        self.first_bytes.extend(other.first_bytes);
        self.bytes += other.bytes;
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
    }

    /// The figures of a run that took `seconds`.
    pub(crate) fn summary(mut self, seconds: f64) -> Summary {
        self.latencies.sort_unstable();
        self.first_bytes.sort_unstable();
        let requests = self.latencies.len();
        Summary {
            requests,
            errors: self.errors,
            seconds,
            rps: requests as f64 / seconds,
            p50_us: percentile(&self.latencies, 50),
            p99_us: percentile(&self.latencies, 99),
            first_byte_p50_us: percentile(&self.first_bytes, 50),
            bytes: self.bytes,
            first_error: self.first_error,
        }
    }
}

/// The line of JSON that `bench load` prints.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// Requests with a complete, correct answer.
    requests: usize,
    /// Requests without.
    errors: u64,
    /// From the first request to the last answer.
    seconds: f64,
    /// `requests` per second.
    rps: f64,
    /// The median time to the end of an answer, in microseconds; `null` without any.
    p50_us: Option<u32>,
    /// Of a hundred answers one takes longer.
    p99_us: Option<u32>,
    /// The median time to the first byte of a body.
    first_byte_p50_us: Option<u32>,
    /// Bytes of bodies received.
    bytes: u64,
    /// What was wrong with the first request that went wrong.
    first_error: Option<String>,
}

/// The nearest-rank percentile of `sorted`.
fn percentile(sorted: &[u32], percent: usize) -> Option<u32> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 50), Some(50));
        assert_eq!(percentile(&hundred, 99), Some(99));
        assert_eq!(percentile(&[7, 9], 50), Some(7));
        assert_eq!(percentile(&[7, 9], 99), Some(9));
        assert_eq!(percentile(&[], 50), None);
    }
}
