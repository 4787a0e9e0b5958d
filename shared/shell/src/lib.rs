//! The only crate that talks to the host.
//!
//! It turns proxy-wasm callbacks into calls of a [`stage::Flow`] and the flow's decisions into host calls,
//! once for all filters: buffering, held headers or the soft gate, trailers, content-length, local replies,
//! facts, metrics. A filter is then three lines:
//!
//! ```ignore
//! proxy_wasm::main! {{
//!     shell::start(Filter { name: "provider-translator", kind: FilterKind::Single(translator::BLUEPRINT) });
//! }}
//! ```
//!
//! Nothing here can panic, because a panic fails every stream of the worker: host functions are called
//! through [`host`], which handles every status (the SDK's own wrappers panic on unexpected ones), and
//! headers are bytes (the SDK's string getters panic on what is not UTF-8).

mod alloc;
#[cfg(target_family = "wasm")]
mod compare;
mod effects;
mod host;
mod root;
mod stream;

use std::sync::OnceLock;

use stage::Filter;

#[cfg(target_family = "wasm")]
#[global_allocator]
static PIECES: alloc::Pieces = alloc::Pieces::new();

static FILTER: OnceLock<Filter> = OnceLock::new();

/// Makes this module the filter. To be called from `proxy_wasm::main!`.
pub fn start(filter: Filter) {
    let filter = FILTER.get_or_init(|| filter);
    effects::start_log();
    // The SDK takes a plain function, so the filter has to be found again in the static.
    let _ = filter;
    proxy_wasm::set_root_context(|_| Box::new(root::Root::new(FILTER.get().copied())));
}
