//! Keccak-256, as Ethereum uses it (the padding of the submission, not that of FIPS 202).

/// The hash of at most 135 bytes, which is one block.
pub(super) fn keccak256(message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 136];
    block.iter_mut().zip(message.iter().take(135)).for_each(|(slot, byte)| *slot = *byte);
    if let Some(slot) = block.get_mut(message.len().min(135)) {
        *slot ^= 0x01;
    }
    if let Some(slot) = block.last_mut() {
        *slot ^= 0x80;
    }
    let mut state = [0_u64; 25];
    for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
        *lane = bytes.iter().rev().fold(0, |lane, byte| lane << 8 | u64::from(*byte));
    }
    permute(&mut state);
    let mut hash = [0_u8; 32];
    for (bytes, lane) in hash.chunks_exact_mut(8).zip(state) {
        bytes.iter_mut().zip(lane.to_le_bytes()).for_each(|(slot, byte)| *slot = byte);
    }
    hash
}

/// Keccak-f[1600] of the Keccak reference, version 3.0.
fn permute(state: &mut [u64; 25]) {
    // The rotations in the order in which rho and pi walk the lanes, and those lanes.
    const ROTATIONS: [u32; 24] =
        [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];
    const LANES: [usize; 24] =
        [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];
    let mut register = 1_u8;
    for _ in 0..24 {
        let lane = |state: &[u64; 25], index: usize| state.get(index % 25).copied().unwrap_or(0);
        let mut columns = [0_u64; 5];
        for (x, column) in columns.iter_mut().enumerate() {
            *column = (0..5).fold(0, |sum, y| sum ^ lane(state, x + 5 * y));
        }
        let column = |x: usize| columns.get(x % 5).copied().unwrap_or(0);
        for (index, slot) in state.iter_mut().enumerate() {
            *slot ^= column(index % 5 + 4) ^ column(index % 5 + 1).rotate_left(1);
        }
        let mut moving = lane(state, 1);
        for (rotation, to) in ROTATIONS.iter().zip(LANES) {
            if let Some(slot) = state.get_mut(to) {
                let next = *slot;
                *slot = moving.rotate_left(*rotation);
                moving = next;
            }
        }
        for row in state.chunks_exact_mut(5) {
            let [a, b, c, d, e] = row else { continue };
            let old = [*a, *b, *c, *d, *e];
            let [va, vb, vc, vd, ve] = old;
            *a = va ^ (!vb & vc);
            *b = vb ^ (!vc & vd);
            *c = vc ^ (!vd & ve);
            *d = vd ^ (!ve & va);
            *e = ve ^ (!va & vb);
        }
        if let Some(first) = state.first_mut() {
            *first ^= round_constant(&mut register);
        }
    }
}

/// The next round's constant, from the linear feedback shift register that defines them.
fn round_constant(register: &mut u8) -> u64 {
    (0..7).fold(0, |constant, step: u32| {
        let bit = u64::from(*register & 1);
        let high = *register >> 7;
        *register = *register << 1 ^ (high * 0x71);
        constant | bit << ((1_u32 << step) - 1)
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn hex(message: &str) -> String {
        keccak256(message.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn known_hashes() {
        assert_eq!(hex(""), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
        assert_eq!(hex("abc"), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    }
}
