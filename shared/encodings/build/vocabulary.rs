//! One vocabulary.

use std::collections::HashMap;

use tiktoken_rs::CoreBPE;

use crate::perfect;

/// Bytes of each token, by rank. A rank that is special or missing has none.
pub(crate) fn tokens(bpe: &CoreBPE) -> Vec<Vec<u8>> {
    let special =
        |bytes: &[u8]| bytes.starts_with(b"<|") && bytes.ends_with(b"|>") && bytes.len() > 4;
    // p50k's special token stands in the middle, the others' at the end.
    let mut tokens: Vec<Vec<u8>> = (0..=210_000)
        .map(|rank| bpe.decode_bytes(&[rank]).unwrap_or_default())
        .map(|bytes| if special(&bytes) { Vec::new() } else { bytes })
        .collect();
    let count = tokens.iter().rposition(|token| !token.is_empty()).map_or(0, |last| last + 1);
    tokens.truncate(count);
    tokens
}

/// The table, little-endian, all places counted from its beginning:
///
/// | bytes | what |
/// | --- | --- |
/// | 4 | how many lengths have a row, 0 included |
/// | 5 × 4 per length | number of slots, number of buckets, where the seeds are, the tokens, the ranks |
/// | 8192 | a bit for each pair of bytes at the border of two characters: [`crossings`] |
/// | 8192 | a bit for each character up to U+FFFF: whether it is a token |
/// | per length | 2 per bucket: its seed; LENGTH per slot: the token; 3 per slot: its rank, or 0xffffff |
/// | 8 | zeros, so that reads may overlap the end |
pub(crate) fn table(name: &str, tokens: &[Vec<u8>]) -> Vec<u8> {
    check(name, tokens);
    let longest = tokens.iter().map(Vec::len).max().unwrap();
    let mut rows = Vec::new();
    let mut body = crossings(tokens);
    body.extend(characters(tokens));
    let head = 4 + 20 * (longest + 1);
    for length in 0..=longest {
        let ranks: Vec<u32> = (0..tokens.len() as u32)
            .filter(|rank| length > 1 && tokens[*rank as usize].len() == length)
            .collect();
        let hash = perfect::build(tokens, &ranks);
        let mut row = vec![hash.slots.len(), hash.seeds.len()];
        row.push(head + body.len());
        body.extend(hash.seeds.iter().flat_map(|seed| seed.to_le_bytes()));
        row.push(head + body.len());
        for rank in &hash.slots {
            match rank {
                Some(rank) => body.extend(&tokens[*rank as usize]),
                None => body.extend(vec![0; length]),
            }
        }
        row.push(head + body.len());
        for rank in &hash.slots {
            body.extend(&rank.unwrap_or(0xff_ffff).to_le_bytes()[..3]);
        }
        rows.extend(row);
    }
    let mut out = (longest as u32 + 1).to_le_bytes().to_vec();
    out.extend(rows.iter().flat_map(|number| (*number as u32).to_le_bytes()));
    assert_eq!(out.len(), head);
    out.extend(body);
    out.extend([0; 8]);
    out
}

/// The borders of two characters that a token crosses with only a part of one of them. At any other border
/// merging may begin with whole characters.
fn crossings(tokens: &[Vec<u8>]) -> Vec<u8> {
    let mut bits = vec![0u8; 8192];
    let continues = |byte: &u8| (0x80..0xc0).contains(byte);
    for token in tokens.iter().filter(|token| std::str::from_utf8(token).is_err()) {
        let borders: Vec<usize> = (1..token.len()).filter(|at| !continues(&token[*at])).collect();
        let (Some(first), Some(last)) = (borders.first(), borders.last()) else { continue };
        let partial_start = continues(&token[0]).then_some(first);
        let partial_end = std::str::from_utf8(&token[*last..]).is_err().then_some(last);
        for at in partial_start.into_iter().chain(partial_end) {
            let pair = usize::from(token[at - 1]) << 8 | usize::from(token[*at]);
            bits[pair / 8] |= 1 << (pair % 8);
        }
    }
    bits
}

/// The characters up to U+FFFF that are tokens.
fn characters(tokens: &[Vec<u8>]) -> Vec<u8> {
    let mut bits = vec![0u8; 8192];
    for token in tokens {
        let mut characters = std::str::from_utf8(token).unwrap_or_default().chars().map(u32::from);
        if let (Some(code @ ..0x1_0000), None) = (characters.next(), characters.next()) {
            bits[code as usize / 8] |= 1 << (code % 8);
        }
    }
    bits
}

/// Fails the build unless each token longer than a byte is the merge of two: what merging in parts
/// (`src/merge.rs`) rests upon.
fn check(name: &str, tokens: &[Vec<u8>]) {
    let mut bytes = [0u32; 256];
    for (rank, token) in tokens.iter().enumerate() {
        if let [byte] = token.as_slice() {
            bytes[usize::from(*byte)] = rank as u32;
        }
    }
    let mut merges: HashMap<(u32, u32), u32> = HashMap::new();
    for (rank, token) in tokens.iter().enumerate().filter(|(_, token)| token.len() > 1) {
        let parts = encode(token, &bytes, &merges);
        let [left, right] = parts.as_slice() else {
            panic!("{name}: token {rank} is not the merge of two others");
        };
        merges.insert((*left, *right), rank as u32);
    }
}

/// Encodes `token` with the merges known so far.
fn encode(token: &[u8], bytes: &[u32; 256], merges: &HashMap<(u32, u32), u32>) -> Vec<u32> {
    let mut parts: Vec<u32> = token.iter().map(|byte| bytes[usize::from(*byte)]).collect();
    let pair = |parts: &[u32], at: usize| merges.get(&(parts[at], parts[at + 1])).copied();
    loop {
        let lowest = (0..parts.len() - 1).filter_map(|at| Some((pair(&parts, at)?, at))).min();
        let Some((rank, at)) = lowest else { return parts };
        parts[at] = rank;
        parts.remove(at + 1);
    }
}
