//! What the model makes of windows of tokens.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

#[test]
fn the_weights_can_be_read_and_written() {
    let model = Model::trained();
    assert_eq!(model.weights.len(), BUCKETS);
    assert!(model.to_bytes() == TRAINED && TRAINED.len() <= 140_000);
}

#[test]
fn numbers_of_chunks_begin_again_and_nothing_is_mistaken() {
    let (weights, mut seen) = ([3; 8], Seen::new(8));
    for chunk in 0..600 {
        // Other texts come between, without any of these features.
        if chunk == 450 {
            seen.begin();
        }
        seen.go_on();
        let mut meets = Chunk::new(Some(&weights), &mut seen).unwrap();
        // One is met twice in every chunk, one in every second, one in the first alone.
        [5, 5].into_iter().for_each(|feature| meets.meet(feature));
        (chunk % 2 == 0).then(|| meets.meet(6));
        (chunk == 0).then(|| meets.meet(7));
        let (all, new) = meets.sums();
        let others = i32::from(chunk % 2 == 0) + i32::from(chunk == 0);
        assert_eq!((all.features, all.weights), (1 + others, 3 + 3 * others), "{chunk}");
        if chunk > 0 && chunk != 450 {
            assert_eq!((new.features, new.weights), (others, 3 * others), "{chunk}");
        }
    }
}
