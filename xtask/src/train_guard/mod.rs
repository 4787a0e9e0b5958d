//! Trains the prompt guard's model.

mod data;
mod learn;
mod random;

use std::collections::BTreeMap;
use std::path::Path;

use data::{Label, Row};
use learn::{Example, learn, Plane};

const FOLDS: usize = 5;

pub(crate) fn run(file: &Path) -> std::io::Result<()> {
    let cost: f32 = std::env::var("COST").ok().and_then(|c| c.parse().ok()).unwrap_or(1.0);
    let mut rows = data::load(file)?;
    data::group(&mut rows);
    let windows: Vec<Vec<Vec<u32>>> = rows.iter().map(|row| guard::model::windows(&row.text)).collect();
    let mut sizes = BTreeMap::<usize, f32>::new();
    rows.iter().for_each(|row| *sizes.entry(row.group).or_default() += 1.0);
    let fold = |row: &Row| random::Random::new(row.group as u64).below(FOLDS);
    let mut scores = vec![0.0f32; rows.len()];
    for k in 0..FOLDS {
        let train: Vec<usize> = (0..rows.len()).filter(|i| fold(&rows[*i]) != k && rows[*i].source != "bipia_instructions").collect();
        let plane = rounds(&rows, &windows, &sizes, &train, cost);
        for i in (0..rows.len()).filter(|i| fold(&rows[*i]) == k) {
            scores[i] = windows[i].iter().map(|w| plane.score(w)).fold(f32::MIN, f32::max);
        }
    }
    report(&rows, &scores);
    Ok(())
}

fn rounds(rows: &[Row], windows: &[Vec<Vec<u32>>], sizes: &BTreeMap<usize, f32>, train: &[usize], cost: f32) -> Plane {
    let mut plane: Option<Plane> = None;
    for _ in 0..3 {
        let mut examples = Vec::new();
        for &i in train {
            let attack = rows[i].label == Label::Attack;
            let mut c = cost / sizes[&rows[i].group].sqrt();
            if rows[i].source == "cse_pi_direct" { c *= 3.0; }
            let n = windows[i].len() as f32;
            match (&plane, attack) {
                (Some(p), true) => {
                    let s: Vec<f32> = windows[i].iter().map(|w| p.score(w)).collect();
                    let top = s.iter().copied().fold(f32::MIN, f32::max);
                    for (w, s) in windows[i].iter().zip(s) {
                        if s == top { examples.push(Example { features: w, attack, cost: c }); }
                        else if s > 0.0 { examples.push(Example { features: w, attack, cost: c * 0.3 }); }
                    }
                }
                (None, true) => windows[i].iter().for_each(|w| examples.push(Example { features: w, attack, cost: c / n })),
                (_, false) => windows[i].iter().for_each(|w| examples.push(Example { features: w, attack, cost: c / n.sqrt() })),
            }
        }
        plane = Some(learn(&examples));
    }
    plane.unwrap()
}

fn report(rows: &[Row], scores: &[f32]) {
    let mut by: BTreeMap<(Label, &str), Vec<f32>> = BTreeMap::new();
    for (row, score) in rows.iter().zip(scores) {
        by.entry((row.label, &row.source)).or_default().push(*score);
    }
    let mut all: Vec<f32> = Vec::new();
    let mut th = f32::MIN;
    for ((label, source), s) in &mut by {
        s.sort_by(f32::total_cmp);
        if *label == Label::Benign {
            let q = s[s.len() - 1 - s.len() / 100];
            println!("{source} 99%: {q:.2} max {:.2}", s[s.len() - 1]);
            th = th.max(q);
            all.extend(s.iter());
        }
    }
    all.sort_by(f32::total_cmp);
    for t in [th, all[all.len() - 1 - all.len() / 100]] {
        print!("t={t:.2}");
        for ((_, source), s) in &by {
            print!(" {source} {:.3}", s.iter().filter(|s| **s > t).count() as f32 / s.len() as f32);
        }
        println!();
    }
}
