//! A linear support vector machine (squared hinge, L2) by dual coordinate descent: Hsieh et al., "A Dual
//! Coordinate Descent Method for Large-scale Linear SVM", ICML 2008. Small, exact and deterministic.

use guard::model::{BUCKETS, WORDS, Weights};
use guard::view::View;

use super::calibrate::Calibration;
use super::random::Random;

/// One example: its features, whether it is an attack, and how much it counts.
#[derive(Debug, Clone)]
pub(crate) struct Example<'a> {
    /// Sorted, each once.
    pub(crate) features: &'a [u32],
    /// Whether its letters count. Where they do not, words must do alone, as they must in bent words.
    pub(crate) letters: bool,
    /// What it was read in.
    pub(crate) view: View,
    /// What rules add to its score.
    pub(crate) offset: f32,
    /// What it is.
    pub(crate) attack: bool,
    /// The price of getting it wrong.
    pub(crate) cost: f32,
}

/// Weights and bias.
#[derive(Clone)]
pub(crate) struct Plane {
    weights: Vec<f32>,
    views: [f32; View::COUNT],
    bias: f32,
}

const PASSES: usize = 30;
/// Examples far from the border are looked at in every such pass only.
const FAR: usize = 6;
/// What is asked of texts without words, in log-odds: harmless texts that look like attacks are short.
const BREVITY: f32 = 1.6;
/// What the view counts, where all words together count 1.
const VIEW: f32 = 0.5;

impl Plane {
    /// Without what the view adds.
    pub(crate) fn score(&self, features: &[u32]) -> f32 {
        let (words, letters) = parted(features);
        self.bias + self.mean(words) + self.mean(letters)
    }

    fn score_of(&self, example: &Example<'_>) -> f32 {
        let (words, letters) = parted(example.features);
        let letters = if example.letters { self.mean(letters) } else { 0.0 };
        self.bias + self.views[example.view as usize] * VIEW + self.mean(words) + letters
    }

    fn mean(&self, features: &[u32]) -> f32 {
        let sum: f32 = features.iter().map(|feature| self.weights[*feature as usize]).sum();
        sum * scale(features)
    }

    fn step(&mut self, features: &[u32], step: f32) {
        let step = step * scale(features);
        features.iter().for_each(|feature| self.weights[*feature as usize] += step);
    }

    /// The model whose score is `slope × score - threshold`, beside rules that count so much.
    pub(crate) fn weights(&self, by: &Calibration, threshold: f32) -> Weights {
        let slope = by.slope;
        Weights {
            buckets: self.weights.iter().map(|weight| weight * slope).collect(),
            views: self.views.map(|weight| weight * slope * VIEW),
            bias: slope * self.bias - threshold,
            brevity: BREVITY,
            rules: by.rules,
        }
    }
}

/// Words, and letters.
fn parted(features: &[u32]) -> (&[u32], &[u32]) {
    features.split_at(features.partition_point(|feature| (*feature as usize) < WORDS))
}

fn scale(features: &[u32]) -> f32 {
    1.0 / (features.len().max(1) as f32).sqrt()
}

pub(crate) fn learn(examples: &[Example<'_>]) -> Plane {
    let mut plane = Plane { weights: vec![0.0; BUCKETS], views: [0.0; View::COUNT], bias: 0.0 };
    let mut alphas = vec![0.0f32; examples.len()];
    let mut far = vec![false; examples.len()];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = Random::new(1);
    for pass in 0..PASSES {
        random.shuffle(&mut order);
        for &index in &order {
            if far[index] && pass % FAR != 0 {
                continue;
            }
            let example = &examples[index];
            let sign = if example.attack { 1.0 } else { -1.0 };
            // Words and letters have length 1 each, the bias is one more feature of value 1, the view one more.
            let length = 2.0 + VIEW * VIEW + if example.letters { 1.0 } else { 0.0 };
            let slack = 0.5 / example.cost;
            let score = plane.score_of(example) + example.offset;
            let gradient = sign * score - 1.0 + slack * alphas[index];
            let before = alphas[index];
            alphas[index] = (before - gradient / (length + slack)).max(0.0);
            far[index] = alphas[index] == 0.0;
            let step = (alphas[index] - before) * sign;
            if step == 0.0 {
                continue;
            }
            plane.bias += step;
            // A disguise never speaks for a text, and a text without one is where the scale begins.
            if example.view != View::Plain {
                let view = &mut plane.views[example.view as usize];
                *view = (*view + step * VIEW).max(0.0);
            }
            let (words, letters) = parted(example.features);
            plane.step(words, step);
            if example.letters {
                plane.step(letters, step);
            }
        }
    }
    plane
}
