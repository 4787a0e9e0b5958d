//! The filter in one VM: its configuration, and a stream for every request.

use std::cell::OnceCell;
use std::rc::Rc;

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::ContextType;
use stage::metrics::KnownSeries;
use stage::store::Store;
use stage::{Filter, Pipeline, config};

use crate::effects::{self, Metrics, SharedData};
use crate::host;
use crate::stream::Stream;

/// What all streams of a VM share.
#[derive(Debug)]
pub(crate) struct Plugin {
    pub(crate) pipeline: Rc<Pipeline>,
    pub(crate) metrics: Metrics,
    pub(crate) store: Rc<dyn Store>,
    pub(crate) series: Rc<KnownSeries>,
    holds_upstream_responses: OnceCell<bool>,
}

impl Plugin {
    /// Whether a filter in the upstream chain may hold the headers of an answer. On Envoy 1.36 that crashes
    /// the process when the request is then retried; fixed in 1.37 (envoyproxy/envoy#41879).
    pub(crate) fn holds_upstream_responses(&self) -> bool {
        *self.holds_upstream_responses.get_or_init(|| {
            let version = |part: &str| {
                let path = format!("xds\0node\0user_agent_build_version\0version\0{part}");
                let bytes: [u8; 8] = host::property(&path)?.try_into().ok()?;
                Some(u64::from_le_bytes(bytes))
            };
            version("major_number").zip(version("minor_number")).is_some_and(|v| v >= (1, 37))
        })
    }
}

/// The filter in one VM.
pub(crate) struct Root {
    filter: Option<Filter>,
    plugin: Option<Rc<Plugin>>,
}

impl Root {
    pub(crate) fn new(filter: Option<Filter>) -> Root {
        Root { filter, plugin: None }
    }
}

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        effects::follow_log_level();
        let Some(filter) = &self.filter else { return false };
        let text = match host::configuration(size) {
            Ok(text) => text,
            Err(failed) => {
                log::error!("{}: no configuration: status {}", filter.name, failed.0);
                return false;
            }
        };
        match config::load(filter, &text, &|name: &str| std::env::var(name).ok()) {
            Ok(pipeline) => {
                self.plugin = Some(Rc::new(Plugin {
                    pipeline: Rc::new(pipeline),
                    metrics: Metrics::new(filter.name.replace('-', "_")),
                    store: Rc::new(SharedData),
                    series: Rc::default(),
                    holds_upstream_responses: OnceCell::new(),
                }));
                true
            }
            Err(errors) => {
                for error in &errors {
                    log::error!("{}: {}", filter.name, config::explain(error, &text));
                }
                false
            }
        }
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        let plugin = Rc::clone(self.plugin.as_ref()?);
        Some(Box::new(Stream::new(plugin)))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}
