//! A linear support vector machine (squared hinge, L2) by dual coordinate descent: Hsieh et al., "A Dual
//! Coordinate Descent Method for Large-scale Linear SVM", ICML 2008. Small, exact and deterministic.

use guard::model::{BUCKETS, Model};

use super::random::Random;

/// One example: its features, whether it is an attack, and how much it counts.
#[derive(Debug, Clone)]
pub(crate) struct Example<'a> {
    /// Sorted, each once.
    pub(crate) features: &'a [u32],
    /// What rules add to its score.
    pub(crate) offset: f32,
    /// What it is.
    pub(crate) attack: bool,
    /// The price of getting it wrong.
    pub(crate) cost: f32,
}

/// Weights and bias.
pub(crate) struct Plane {
    weights: Vec<f32>,
    bias: f32,
}

const PASSES: usize = 40;

impl Plane {
    pub(crate) fn score(&self, features: &[u32]) -> f32 {
        let sum: f32 = features.iter().map(|feature| self.weights[*feature as usize]).sum();
        self.bias + sum * scale(features)
    }

    /// The model whose score is `slope × (score - threshold)`.
    pub(crate) fn model(&self, slope: f32, threshold: f32) -> Model {
        let weights: Vec<f32> = self.weights.iter().map(|weight| weight * slope).collect();
        Model::quantised(&weights, slope * (self.bias - threshold))
    }
}

fn scale(features: &[u32]) -> f32 {
    1.0 / (features.len().max(1) as f32).sqrt()
}

pub(crate) fn learn(examples: &[Example<'_>]) -> Plane {
    let mut plane = Plane { weights: vec![0.0; BUCKETS], bias: 0.0 };
    let mut alphas = vec![0.0f32; examples.len()];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = Random::new(1);
    for _ in 0..PASSES {
        random.shuffle(&mut order);
        for &index in &order {
            let example = &examples[index];
            let sign = if example.attack { 1.0 } else { -1.0 };
            // A feature vector has length 1, and the bias is one more feature of value 1.
            let slack = 0.5 / example.cost;
            let gradient = sign * (plane.score(example.features) + example.offset) - 1.0
                + slack * alphas[index];
            let before = alphas[index];
            alphas[index] = (before - gradient / (2.0 + slack)).max(0.0);
            let step = (alphas[index] - before) * sign;
            if step == 0.0 {
                continue;
            }
            plane.bias += step;
            let step = step * scale(example.features);
            for feature in example.features {
                plane.weights[*feature as usize] += step;
            }
        }
    }
    plane
}
