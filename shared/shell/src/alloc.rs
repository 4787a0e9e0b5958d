//! Memory for many small pieces.
//!
//! A translated request makes some hundred allocations that live for a moment. Kept in lists by size they
//! cost a few instructions each in place of the standard allocator's hundred, which is a fifth of all
//! instructions of a request (`make bench`). Larger ones, and what the lists do not have, come from the
//! standard allocator.

#![allow(unsafe_code, reason = "an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr::null_mut;

/// Pieces are multiples of this many bytes, and aligned so.
const GRAIN: usize = 16;
/// The largest piece that is kept, in bytes.
const LARGEST: usize = 1024;

/// The allocator of every module.
pub(crate) struct Pieces {
    /// By size in grains: the first free piece. A free piece begins with the address of the next.
    free: UnsafeCell<[*mut u8; LARGEST / GRAIN + 1]>,
}

// SAFETY: a module in Envoy has one thread; this is compiled for no other target.
#[cfg(target_family = "wasm")]
unsafe impl Sync for Pieces {}

impl Pieces {
    pub(crate) const fn new() -> Pieces {
        Pieces { free: UnsafeCell::new([null_mut(); LARGEST / GRAIN + 1]) }
    }

    /// The list for pieces of this layout, and their size in bytes. `None`: they are not kept.
    fn list(&self, layout: Layout) -> Option<(*mut *mut u8, usize)> {
        if layout.size() > LARGEST || layout.align() > GRAIN {
            return None;
        }
        let grains = layout.size().div_ceil(GRAIN);
        // SAFETY: the array has a list for every number of grains up to `LARGEST`.
        let list = unsafe { self.free.get().cast::<*mut u8>().add(grains) };
        Some((list, grains * GRAIN))
    }
}

// SAFETY: a piece of a list is at least as large as every layout of that list, aligned to `GRAIN`, and in
// nobody's hands while it is in the list.
unsafe impl GlobalAlloc for Pieces {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some((first, size)) = self.list(layout) else {
            // SAFETY: as the caller promises.
            return unsafe { System.alloc(layout) };
        };
        // SAFETY: there is one thread, and the list is one of ours.
        let piece = unsafe { first.read() };
        if piece.is_null() {
            // SAFETY: the size is not 0, since no layout's is, and `GRAIN` is a power of two.
            return unsafe { System.alloc(Layout::from_size_align_unchecked(size, GRAIN)) };
        }
        // SAFETY: a free piece begins with the address of the next, written by `dealloc`.
        unsafe { first.write(piece.cast::<*mut u8>().read()) };
        piece
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        match self.list(layout) {
            Some((first, _)) => {
                // SAFETY: the piece has at least `GRAIN` bytes, aligned to `GRAIN`, and is nobody's any more.
                unsafe {
                    piece.cast::<*mut u8>().write(first.read());
                    first.write(piece);
                }
            }
            // SAFETY: it came from there with this layout.
            None => unsafe { System.dealloc(piece, layout) },
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that size and alignment make a layout.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (self.list(layout).map(|(_, size)| size), self.list(wanted).map(|(_, size)| size)) {
            (None, None) => {
                // SAFETY: it came from there with this layout.
                return unsafe { System.realloc(piece, layout, size) };
            }
            (Some(has), Some(needs)) if has == needs => return piece,
            _ => {}
        }
        // SAFETY: two different allocations of at least the size copied.
        unsafe {
            let new = self.alloc(wanted);
            if !new.is_null() {
                new.copy_from_nonoverlapping(piece, layout.size().min(size));
                self.dealloc(piece, layout);
            }
            new
        }
    }
}
