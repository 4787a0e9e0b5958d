//! A report as an SVG drawing.

use std::fmt::Write;

use routing::simulation::{Report, Sample};

use super::clock;
use super::draw::{errors, latency, mark, share};

const WIDTH: f64 = 900.0;
const LEFT: f64 = 70.0;
const PANEL: f64 = 150.0;
const GAP: f64 = 40.0;
/// Colours that differ also for the colour-blind (Okabe and Ito).
const COLOURS: [&str; 7] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/// Three panels over one axis of time: shares, latencies, errors; decisions as dashed lines.
pub(super) fn drawing(names: &[&str], report: &Report) -> String {
    let end = report.samples.last().map_or(1, |sample| sample.second).max(1);
    let height = 3.0 * (PANEL + GAP) + 60.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        WIDTH + LEFT + 30.0
    );
    for (index, name) in names.iter().enumerate() {
        let x = LEFT + 130.0 * index as f64;
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"10\" width=\"12\" height=\"12\" fill=\"{}\"/><text x=\"{}\" y=\"21\">{}</text>",
            colour(index),
            x + 18.0,
            escaped(name)
        );
    }
    for (panel, (title, of)) in [
        ("share of requests, %", &share as &dyn Fn(&Sample, usize) -> Option<f64>),
        ("p95 latency, ms", &latency),
        ("errors, %", &errors),
    ]
    .into_iter()
    .enumerate()
    {
        let top = 50.0 + panel as f64 * (PANEL + GAP);
        draw_panel(&mut out, names.len(), report, end, top, title, of);
    }
    for (second, _, ruling) in &report.rulings {
        let x = across(*second, end);
        let _ = writeln!(
            out,
            "<line x1=\"{x}\" y1=\"46\" x2=\"{x}\" y2=\"{}\" stroke=\"#888\" stroke-dasharray=\"4\"/>\
             <text x=\"{x}\" y=\"42\" text-anchor=\"middle\">{}</text>",
            height - 60.0,
            mark(ruling.decision.name())
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{LEFT}\" y=\"{0}\">0:00</text><text x=\"{1}\" y=\"{0}\" text-anchor=\"end\">{2}</text>\n</svg>",
        height - 20.0,
        LEFT + WIDTH,
        clock(end)
    );
    out
}

fn draw_panel(
    out: &mut String,
    targets: usize,
    report: &Report,
    end: u64,
    top: f64,
    title: &str,
    of: &dyn Fn(&Sample, usize) -> Option<f64>,
) {
    let samples = || report.samples.iter().skip(1);
    let all = samples().flat_map(|sample| (0..targets).filter_map(move |id| of(sample, id)));
    let most = all.fold(0.0, f64::max).max(1.0);
    let bottom = top + PANEL;
    let _ = writeln!(
        out,
        "<text x=\"{LEFT}\" y=\"{}\" font-weight=\"bold\">{title}</text>\
         <rect x=\"{LEFT}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{PANEL}\" fill=\"none\" stroke=\"#ccc\"/>\
         <text x=\"{1}\" y=\"{2}\" text-anchor=\"end\">{most:.0}</text><text x=\"{1}\" y=\"{bottom}\" text-anchor=\"end\">0</text>",
        top - 6.0,
        LEFT - 6.0,
        top + 10.0
    );
    for id in 0..targets {
        let points: Vec<String> = samples()
            .filter_map(|sample| {
                let value = of(sample, id)?;
                Some(format!(
                    "{:.1},{:.1}",
                    across(sample.second, end),
                    bottom - PANEL * value / most
                ))
            })
            .collect();
        let _ = writeln!(
            out,
            "<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\" points=\"{}\"/>",
            colour(id),
            points.join(" ")
        );
    }
}

fn across(second: u64, end: u64) -> f64 {
    (LEFT + WIDTH * second.min(end) as f64 / end as f64).round()
}

fn colour(index: usize) -> &'static str {
    COLOURS.get(index % COLOURS.len()).copied().unwrap_or("#000000")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
