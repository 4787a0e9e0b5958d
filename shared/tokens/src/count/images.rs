//! What a picture costs in tokens.

use super::sniff;

/// Tokens of a picture whose size nobody knows: as if it were this large on each side.
const UNKNOWN_SIDE: u32 = 1024;

/// How a model counts pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anthropic's: width × height / 750, after scaling down to 1568 on the long side.
    /// <https://platform.claude.com/docs/en/build-with-claude/vision> (read 2026-11-21).
    Area,
    /// Gemini's: 258 if it fits 384 × 384, else 258 for each 768 × 768.
    /// <https://ai.google.dev/gemini-api/docs/tokens> (read 2026-11-21).
    Crops,
    /// OpenAI's newer small models: patches of 32 × 32, at most 1536, times a factor in percent.
    Patches {
        /// The factor.
        percent: u64,
    },
    /// OpenAI's others: scaled down to 2048 × 2048, then to 768 on the short side, in tiles of 512 × 512.
    Tiles {
        /// For the picture; all there is with `detail: low`.
        base: u64,
        /// For each tile.
        tile: u64,
    },
}

/// Width and height.
pub(crate) type Size = (u32, u32);

impl Rule {
    /// Tokens of a picture.
    pub(crate) fn tokens(self, size: Size, detail: Option<&str>) -> u64 {
        let (width, height) = (f64::from(size.0.max(1)), f64::from(size.1.max(1)));
        match self {
            Rule::Area => {
                let scale = (1568.0 / width.max(height)).min(1.0);
                ((width * scale) * (height * scale) / 750.0).ceil().min(1600.0) as u64
            }
            Rule::Crops if size.0 <= 384 && size.1 <= 384 => 258,
            Rule::Crops => 258 * cells(width, 768.0) * cells(height, 768.0),
            Rule::Patches { percent } => patches(width, height) * percent / 100,
            Rule::Tiles { base, .. } if detail == Some("low") => base,
            Rule::Tiles { base, tile } => {
                let fit = (2048.0 / width.max(height)).min(1.0);
                let (width, height) = (width * fit, height * fit);
                // Small pictures are not scaled up, measurements say:
                // https://community.openai.com/t/1262691 (read 2026-11-21).
                let short = (768.0 / width.min(height)).min(1.0);
                base + tile * cells(width * short, 512.0) * cells(height * short, 512.0)
            }
        }
    }

    /// Tokens of a picture in base64, whose size its first bytes tell. The second is false if they do not.
    pub(crate) fn inline(self, data: &str, detail: Option<&str>) -> (u64, bool) {
        match sniff::size(data) {
            Some(size) => (self.tokens(size, detail), true),
            None => (self.unknown(detail), false),
        }
    }

    /// Tokens of a picture that is elsewhere.
    pub(crate) fn unknown(self, detail: Option<&str>) -> u64 {
        self.tokens((UNKNOWN_SIDE, UNKNOWN_SIDE), detail)
    }

    /// No picture has more.
    pub(crate) fn most(self) -> u64 {
        match self {
            Rule::Area => 1600,
            Rule::Crops => 258 * 64,
            Rule::Patches { percent } => 1536 * percent / 100,
            Rule::Tiles { base, tile } => base + 8 * tile,
        }
    }
}

fn cells(length: f64, cell: f64) -> u64 {
    // A picture that was scaled to fit must not need one more for a rounding error.
    ((length - 1e-6) / cell).ceil().max(1.0) as u64
}

/// Patches of 32 × 32; a picture with too many is scaled down to whole patches.
fn patches(width: f64, height: f64) -> u64 {
    let count = cells(width, 32.0) * cells(height, 32.0);
    if count <= 1536 {
        return count;
    }
    let scale = (1536.0 * 32.0 * 32.0 / (width * height)).sqrt();
    let whole = |length: f64| (length * scale / 32.0).floor() / (length * scale / 32.0);
    let scale = scale * whole(width).min(whole(height));
    (cells(width * scale, 32.0) * cells(height * scale, 32.0)).min(1536)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn pictures_cost_what_the_documentation_says() {
        let gpt_4o = Rule::Tiles { base: 85, tile: 170 };
        let one = Rule::Patches { percent: 100 };
        for (rule, size, detail, tokens) in [
            (gpt_4o, (1024, 1024), None, 765),
            (gpt_4o, (2048, 4096), Some("high"), 1105),
            (gpt_4o, (4096, 8192), Some("low"), 85),
            // Measured: https://community.openai.com/t/1281361, /1262691
            (gpt_4o, (128, 64), Some("high"), 255),
            (one, (1024, 1024), None, 1024),
            (one, (1800, 2400), None, 1452),
            (Rule::Area, (1000, 1000), None, 1334),
            (Rule::Crops, (384, 384), None, 258),
            (Rule::Crops, (960, 540), None, 516),
            (gpt_4o, (0, 0), None, 255),
        ] {
            assert_eq!(rule.tokens(size, detail), tokens, "{rule:?} {size:?}");
            assert!(tokens <= rule.most());
        }
    }
}
