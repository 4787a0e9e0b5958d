//! One vocabulary.

use std::collections::{HashMap, HashSet};

use tiktoken_rs::CoreBPE;

use crate::{hash, perfect};

/// What fits the 4 bits for the length of a first token.
const LONGEST_FIRST: usize = 16;

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
/// | 4 | how many rows there are: two for each length from 0 on, that of other tokens and that of those which begin with a space |
/// | 5 × 4 per row | number of slots, number of buckets, where the seeds are, the bodies, the ranks |
/// | 8192 | a bit for each pair of bytes at the border of two characters: [`crossings`] |
/// | 8192 | a bit for each character up to U+FFFF: whether it is a token |
/// | 4 | how many bits the hash of a pair of characters has here |
/// | a bit for each such hash | whether a token may have that pair: [`pairs`] |
/// | per row | 2 per bucket: its seed; per slot: the body of a token (the token, without the space that it begins with), or of some lengths what it is made of ([`hash::JOINED`]); 2 per slot: its rank without the two highest of its 18 bits; 2 bits per slot: those two; a slot without a token has all bits set |
/// | 8 | zeros, so that reads may overlap the end |
pub(crate) fn table(name: &str, tokens: &[Vec<u8>]) -> Vec<u8> {
    check(name, tokens);
    assert!(tokens.len() < hash::NO_RANK as usize, "{name}: a rank has 18 bits");
    let by_bytes: HashMap<&[u8], u32> =
        (0..).zip(tokens).map(|(rank, token)| (token.as_slice(), rank)).collect();
    let longest = tokens.iter().map(Vec::len).max().unwrap();
    let mut rows = Vec::new();
    let mut body = crossings(tokens);
    body.extend(characters(tokens));
    body.extend(pairs(tokens));
    let count = 2 * (longest + 1);
    let head = 4 + 20 * count;
    for (length, spaced) in (0..=longest).flat_map(|length| [(length, false), (length, true)]) {
        let belongs = |token: &[u8]| token.len() == length && token.starts_with(b" ") == spaced;
        let ranks: Vec<u32> = (0..tokens.len() as u32)
            .filter(|rank| length > 1 && belongs(&tokens[*rank as usize]))
            .collect();
        let body_of = |rank: u32| &tokens[rank as usize][usize::from(spaced)..];
        let joined = hash::JOINED.contains(&length.saturating_sub(usize::from(spaced)));
        let found = perfect::build(body_of, &ranks);
        let mut row = vec![found.slots.len(), found.seeds.len()];
        row.push(head + body.len());
        body.extend(found.seeds.iter().flat_map(|seed| seed.to_le_bytes()));
        row.push(head + body.len());
        for rank in &found.slots {
            match rank {
                Some(rank) if joined => body.extend(join(&tokens[*rank as usize], &by_bytes)),
                Some(rank) => body.extend(body_of(*rank)),
                None if joined => body.extend([0; hash::JOINED_BYTES]),
                None => body.extend(vec![0; length - usize::from(spaced)]),
            }
        }
        row.push(head + body.len());
        let ranks: Vec<u32> =
            found.slots.iter().map(|rank| rank.unwrap_or(hash::NO_RANK)).collect();
        body.extend(ranks.iter().flat_map(|rank| (*rank as u16).to_le_bytes()));
        body.extend(ranks.chunks(4).map(|four| {
            let high = |(at, rank): (usize, &u32)| ((rank >> 16) as u8) << (2 * at);
            four.iter().enumerate().map(high).sum::<u8>()
        }));
        rows.extend(row);
    }
    let mut out = (count as u32).to_le_bytes().to_vec();
    out.extend(rows.iter().flat_map(|number| (*number as u32).to_le_bytes()));
    assert_eq!(out.len(), head);
    out.extend(body);
    out.extend([0; 8]);
    out
}

/// The two tokens that a token is made of, as [`hash::JOINED`] says. Of several ways that one which is read soonest:
/// both parts in the table byte by byte.
fn join(token: &[u8], by_bytes: &HashMap<&[u8], u32>) -> Vec<u8> {
    let part = |bytes: &[u8]| match bytes {
        [byte] => Some(u32::from(*byte)),
        _ => by_bytes.get(bytes).copied(),
    };
    let plain = |bytes: &[u8]| bytes.len() > 1 && bytes.len() < *hash::JOINED.start();
    let ways = (1..token.len().min(LONGEST_FIRST + 1)).filter_map(|at| {
        let (first, second) = token.split_at(at);
        let joined =
            u64::from(part(first)?) | u64::from(part(second)?) << 18 | (at as u64 - 1) << 36;
        Some((plain(first) && plain(second), joined))
    });
    // `check` has seen that there is one.
    let (_, joined) = ways.max_by_key(|(plain, _)| *plain).expect("a token of two others");
    joined.to_le_bytes()[..hash::JOINED_BYTES].to_vec()
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

/// The neighbouring characters that a token has whole, those of ASCII apart. Between two others that no token
/// crosses in part, nothing merges.
fn pairs(tokens: &[Vec<u8>]) -> Vec<u8> {
    let mut pairs = HashSet::new();
    for chunk in tokens.iter().flat_map(|token| token.utf8_chunks()) {
        let next = chunk.valid().chars().skip(1);
        pairs.extend(
            chunk.valid().chars().zip(next).filter(|(a, b)| !(a.is_ascii() && b.is_ascii())),
        );
    }
    let width = (4 * pairs.len()).next_power_of_two().ilog2().max(3);
    let mut bits = vec![0u8; 1 << (width - 3)];
    for (one, next) in pairs {
        let at = hash::pair(one.into(), next.into()) >> (32 - width);
        bits[at as usize / 8] |= 1 << (at % 8);
    }
    [width.to_le_bytes().to_vec(), bits].concat()
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
