//! How much faster counting is than with tiktoken-rs: `cargo run --release -p encodings --features all --example throughput`.
//! Built for `wasm32-wasip1` it measures the same inside a VM.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints what the clock says"
)]

use std::hint::black_box;
use std::time::Instant;

use encodings::Encoding;
use tiktoken_rs::CoreBPE;

const ENGLISH: &str = include_str!("../../../CONTRIBUTING.md");
const CODE: &str = include_str!("../src/merge.rs");
const CJK: &str = "网关在每次尝试时读取所选端点的元数据，并把请求翻译成该提供方的格式。\
    ゲートウェイは試行のたびに選ばれたエンドポイントのメタデータを読み、要求をその形式に変換します。\
    게이트웨이는 매 시도마다 선택된 엔드포인트의 메타데이터를 읽고 요청을 그 형식으로 변환합니다.\
    请求体只解析一次，最多写回一次；没有改动的内容逐字节转发。応答は一つのイベントが揃った時点で送り出されます。";

fn main() {
    let start = Instant::now();
    let theirs = [
        ("cl100k_base", tiktoken_rs::cl100k_base().unwrap()),
        ("o200k_base", tiktoken_rs::o200k_base().unwrap()),
    ];
    println!("building both tables of tiktoken-rs: {} ms; ours: none", start.elapsed().as_millis());
    for (name, theirs) in &theirs {
        let ours = Encoding::by_name(name).unwrap();
        for (what, text) in [("English", ENGLISH), ("code", CODE), ("CJK", CJK)] {
            let text = text.repeat(200_000 / text.len() + 1);
            assert_eq!(ours.count(&text), theirs.encode_ordinary(&text).len());
            let (mine, other) = speeds(&text, ours, theirs);
            let ratio = mine / other;
            println!(
                "{name:12} {what:8} {mine:7.1} MB/s  tiktoken-rs {other:6.1} MB/s  ratio {ratio:.1}"
            );
        }
    }
}

/// Megabytes a second of both, each the best of several runs that take turns.
fn speeds(text: &str, ours: &Encoding, theirs: &CoreBPE) -> (f64, f64) {
    let mut best = (f64::INFINITY, f64::INFINITY);
    for _ in 0..30 {
        best.0 = best.0.min(seconds(|| ours.count(text)));
        best.1 = best.1.min(seconds(|| theirs.encode_ordinary(text).len()));
    }
    let megabytes = text.len() as f64 / 1e6;
    (megabytes / best.0, megabytes / best.1)
}

fn seconds(count: impl Fn() -> usize) -> f64 {
    let start = Instant::now();
    black_box(count());
    start.elapsed().as_secs_f64()
}
