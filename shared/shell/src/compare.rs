//! Comparing bytes.
//!
//! Names are compared all the time, in maps above all. The C library's loop takes twenty instructions for each byte,
//! which was a sixth of all instructions of an answer (`make bench`); this one takes them for eight.

#![allow(unsafe_code, reason = "a function of the C library")]

/// The C library's function, which the compiler calls to compare slices.
///
/// # Safety
/// Both pointers must be valid for `count` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(one: *const u8, other: *const u8, count: usize) -> i32 {
    // SAFETY: `at` and what is read from there on stay below `count`.
    unsafe {
        let words = |at: usize| {
            let word = |of: *const u8| of.add(at).cast::<u64>().read_unaligned();
            (word(one), word(other))
        };
        let mut at = 0;
        while count - at >= 8 {
            let (mine, theirs) = words(at);
            if mine != theirs {
                // The first byte is the lowest.
                let shift = (mine ^ theirs).trailing_zeros() & !7;
                return (mine >> shift & 0xff) as i32 - (theirs >> shift & 0xff) as i32;
            }
            at += 8;
        }
        while at < count {
            let (mine, theirs) = (*one.add(at), *other.add(at));
            if mine != theirs {
                return i32::from(mine) - i32::from(theirs);
            }
            at += 1;
        }
        0
    }
}
