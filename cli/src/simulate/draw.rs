//! A report as lines of blocks for a terminal.

use std::io::{self, Write};

use routing::simulation::{Report, Sample};

use super::clock;

/// Columns of a drawing.
const WIDTH: usize = 72;
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws share, latency and errors of every target over time, and where decisions fell.
pub(super) fn draw(out: &mut impl Write, names: &[&str], report: &Report) -> io::Result<()> {
    let end = report.samples.last().map_or(1, |sample| sample.second).max(1);
    let label = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(8);
    for (title, unit, of) in [
        ("share of requests", "%", &share as &dyn Fn(&Sample, usize) -> Option<f64>),
        ("p95 latency", "ms", &latency),
        ("errors", "%", &errors),
    ] {
        writeln!(out, "{title}")?;
        for (id, name) in names.iter().enumerate() {
            let columns = columns(&report.samples, end, |sample| of(sample, id));
            let most = columns.iter().flatten().copied().fold(0.0, f64::max);
            let top = if title == "share of requests" { 100.0 } else { most.max(1.0) };
            let bars: String = columns.iter().map(|value| bar(*value, top)).collect();
            writeln!(out, "  {name:<label$} │{bars}│ max {most:.1} {unit}")?;
        }
    }
    let mut marks = vec![' '; WIDTH];
    let rulings = report.rulings.iter().map(|ruling| (ruling.0, mark(ruling.2.decision.name())));
    let breakers = report.breakers.iter().map(|event| (event.0, if event.2 { 'X' } else { 'o' }));
    for (second, mark) in rulings.chain(breakers) {
        if let Some(place) = marks.get_mut(column(second, end)) {
            *place = mark;
        }
    }
    let marks: String = marks.into_iter().collect();
    writeln!(out, "  {:<label$} │{marks}│ P promote  H hold  R roll back  C complete", "decision")?;
    writeln!(out, "  {:<label$} └{}┘ X breaker opens  o closes", "", "─".repeat(WIDTH))?;
    writeln!(out, "  {:<label$}  0:00{:>width$}\n", "", clock(end), width = WIDTH - 4)
}

pub(super) fn share(sample: &Sample, id: usize) -> Option<f64> {
    sample.share_percent.get(id).copied()
}

pub(super) fn latency(sample: &Sample, id: usize) -> Option<f64> {
    sample.p95_ms.get(id).copied().flatten().map(|ms| ms as f64)
}

pub(super) fn errors(sample: &Sample, id: usize) -> Option<f64> {
    sample.error_percent.get(id).copied().flatten()
}

/// The letter of a decision in a drawing.
pub(super) fn mark(decision: &str) -> char {
    match decision {
        "promote" => 'P',
        "hold" => 'H',
        "roll_back" => 'R',
        "complete" => 'C',
        _ => '·',
    }
}

fn column(second: u64, end: u64) -> usize {
    ((second.min(end) as u128 * (WIDTH as u128 - 1)) / u128::from(end)) as usize
}

/// The mean of a value in each column; what was not sampled there is as in the column before.
fn columns(samples: &[Sample], end: u64, of: impl Fn(&Sample) -> Option<f64>) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0u32); WIDTH];
    // The first sample is of nothing.
    for sample in samples.iter().skip(1) {
        if let (Some(value), Some(sum)) = (of(sample), sums.get_mut(column(sample.second, end))) {
            sum.0 += value;
            sum.1 += 1;
        }
    }
    let mut last = None;
    let means = sums.into_iter().map(|(sum, count)| {
        last = if count > 0 { Some(sum / f64::from(count)) } else { last };
        last
    });
    means.collect()
}

fn bar(value: Option<f64>, top: f64) -> char {
    let Some(value) = value else { return ' ' };
    let level = (value / top * 8.0).ceil().clamp(0.0, 8.0) as usize;
    BLOCKS.get(level).copied().unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_go_from_nothing_to_full() {
        let bars: String = [None, Some(0.0), Some(0.1), Some(50.0), Some(100.0), Some(200.0)]
            .map(|v| bar(v, 100.0))
            .iter()
            .collect();
        assert_eq!(bars, "  ▁▄██");
    }

    #[test]
    fn what_was_not_sampled_is_as_before() {
        let sample = |second| Sample {
            second,
            share_percent: vec![second as f64],
            p95_ms: vec![None],
            error_percent: vec![None],
        };
        let columns = columns(&[sample(0), sample(30), sample(60)], 60, |sample| share(sample, 0));
        assert_eq!(columns.len(), WIDTH);
        assert_eq!((columns[0], columns[40], columns[WIDTH - 1]), (None, Some(30.0), Some(60.0)));
    }
}
