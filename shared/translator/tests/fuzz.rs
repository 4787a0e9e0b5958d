//! A short run of what the fuzz targets hold to: the fixtures as they are, and each with a few damages.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

#[allow(unreachable_pub, reason = "a crate of its own for the fuzzer")]
#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use dialects::CODECS;
use testkit::fixtures;

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    /// The bytes with one piece left out, doubled or replaced.
    fn damage(&mut self, bytes: &[u8]) -> Vec<u8> {
        let from = self.below(bytes.len());
        let to = from + self.below((bytes.len() - from).min(40) + 1);
        let words = ["null", "{}", "[]", "-1", "\"\"", "\n", "\r\n", "\u{e9}"].map(str::as_bytes);
        let between = match self.below(3) {
            0 => b"".as_slice(),
            1 => &bytes[from..to].repeat(2),
            _ => words[self.below(words.len())],
        };
        [&bytes[..from], between, &bytes[to..]].concat()
    }

    /// The JSON text with one value replaced.
    fn replace(&mut self, bytes: &[u8]) -> Vec<u8> {
        let Ok(mut tree) = chat::json::parse(bytes) else { return self.damage(bytes) };
        let values = ["null", "{}", "[]", "-1", "\"x\"", "[{}]", "true", "1e400"];
        let value = chat::json::parse(values[self.below(values.len())].as_bytes()).unwrap();
        let at = self.below(nodes(&tree));
        put(&mut tree, &mut { at }, &value);
        chat::json::to_bytes(&tree)
    }
}

fn nodes(tree: &chat::json::Value) -> usize {
    use chat::json::Value;
    1 + match tree {
        Value::Object(map) => map.iter().map(|(_, value)| nodes(value)).sum(),
        Value::Array(values) => values.iter().map(nodes).sum(),
        _ => 0,
    }
}

fn put(tree: &mut chat::json::Value, at: &mut usize, value: &chat::json::Value) {
    use chat::json::Value;
    if *at == 0 {
        *tree = value.clone();
        *at = usize::MAX;
        return;
    }
    *at -= 1;
    match tree {
        Value::Object(map) => map.values_mut().for_each(|child| put(child, at, value)),
        Value::Array(values) => values.iter_mut().for_each(|child| put(child, at, value)),
        _ => {}
    }
}

fn over(kind: &str, mut check: impl FnMut(&mut Dice, &[u8])) {
    let mut dice = Dice(7);
    for codec in CODECS {
        for (_, bytes) in fixtures(&format!("{}/{kind}", codec.name())) {
            check(&mut dice, &bytes);
        }
    }
}

#[test]
fn bodies() {
    over("request", |dice, bytes| {
        for body in [bytes.to_vec(), dice.replace(bytes)] {
            targets::requests::check(&body);
            targets::operations::check(&body);
        }
    });
    for kind in ["response", "error"] {
        over(kind, |dice, bytes| {
            for body in [bytes.to_vec(), dice.replace(bytes)] {
                targets::responses::check(&body);
                targets::operations::check(&body);
            }
        });
    }
}

#[test]
fn streams() {
    over("stream", |dice, bytes| {
        for damage in 0..4 {
            let mut wire = if damage == 0 { bytes.to_vec() } else { dice.damage(bytes) };
            wire.extend([0; 3].map(|_: u8| u8::try_from(dice.below(256)).unwrap()));
            targets::frames::check(&wire);
            targets::streams::check(&wire);
        }
    });
}

#[test]
fn configuration() {
    let example =
        std::fs::read(testkit::root().join("filters/provider-translator/config.example.yaml"))
            .unwrap();
    let mut dice = Dice(7);
    targets::config::check(&example);
    (0..20).for_each(|_| targets::config::check(&dice.damage(&example)));
}
