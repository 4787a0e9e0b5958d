//! The state of one worker's VM as its host sees it, and what may be configured.

use std::collections::BTreeMap;

use wasmtime::{StoreLimits, StoreLimitsBuilder};

use crate::callout::{Call, CallAnswer};
use crate::exchange::{Deferred, Exchange};
use crate::process::Process;

/// Results of ABI calls (proxy-wasm spec 0.2.1, `proxy_result_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the specification's")]
#[repr(i32)]
pub enum Status {
    NotFound = 1,
    BadArgument = 2,
    SerializationFailure = 3,
    ParseFailure = 4,
    InvalidMemoryAccess = 6,
    Empty = 7,
    CasMismatch = 8,
    InternalFailure = 10,
    Unimplemented = 12,
}

/// Log levels of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Critical,
}

impl Level {
    pub(crate) fn new(level: i32) -> Option<Self> {
        const ALL: [Level; 6] =
            [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Critical];
        ALL.get(usize::try_from(level).ok()?).copied()
    }
}

/// One line that the module logged. A panic of the Rust SDK is a line of level `Critical`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its level. Lines below Envoy's own level are kept here all the same.
    pub level: Level,
    /// The text; bytes that are not UTF-8 are replaced.
    pub message: String,
}

/// How often a module called one function of the host, and the bytes that crossed with it, either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostCalls {
    /// Calls.
    pub calls: u64,
    /// Keys and values read from the module's memory or written to it; numbers are not counted.
    pub bytes: u64,
}

/// Where the filter sits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// In the listener's HTTP filters: once per request.
    #[default]
    Downstream,
    /// In the cluster's HTTP filters: once per *attempt*. Local replies go round the filter's own
    /// response callbacks, and `on_log` is never called.
    Upstream,
}

/// The plugin's and the worker's configuration.
#[derive(Clone, Debug)]
pub struct VmOptions {
    /// `vm_config.environment_variables`.
    pub env: Vec<(&'static str, &'static str)>,
    /// `allow_on_headers_stop_iteration`: whether Pause in a headers callback holds the headers
    /// while the body callbacks run. Envoy's own default is false.
    pub hold_headers: bool,
    /// Downstream or upstream HTTP filter.
    pub placement: Placement,
    /// Bytes a paused body may reach: `per_connection_buffer_limit_bytes`, default 1 MiB.
    pub buffer_limit: usize,
    /// The plugin's `name`.
    pub name: &'static str,
    /// The plugin's `root_id`.
    pub root_id: &'static str,
    /// `vm_config.vm_id`: the name space of shared data and queues.
    pub vm_id: &'static str,
    /// `vm_config.configuration`, as text.
    pub vm_configuration: &'static str,
    /// Properties that every context can read, the root too: Envoy's `["xds", "node", …]` and the
    /// like. Those of one exchange are set with `Stream::set_property`.
    pub properties: Vec<(&'static [&'static str], Vec<u8>)>,
    /// Wall clock at the start, in nanoseconds since 1970. It stands still but for `Vm::advance`.
    pub now_ns: u64,
    /// Envoy's log level, which `proxy_get_log_level` tells the module.
    pub log_level: Level,
    /// Seed of `random_get`, so that a run can be repeated.
    pub seed: u64,
    /// Clusters that the module may call; a test gives the answers.
    pub clusters: Vec<&'static str>,
    /// Metrics, shared data and queues; pass one handle to several VMs to simulate workers.
    pub process: Process,
    /// Instructions one callback may take before it is stopped by a trap. Envoy has no such limit:
    /// this is so that a test of a module that loops for ever ends.
    pub fuel_limit: u64,
}

impl Default for VmOptions {
    fn default() -> Self {
        Self {
            env: Vec::new(),
            hold_headers: true,
            placement: Placement::default(),
            buffer_limit: 1024 * 1024,
            name: "tollgate",
            root_id: "tollgate",
            vm_id: "tollgate",
            vm_configuration: "",
            properties: Vec::new(),
            now_ns: 1_767_225_600_000_000_000,
            log_level: Level::Info,
            seed: 1,
            clusters: Vec::new(),
            process: Process::default(),
            fuel_limit: 20_000_000_000,
        }
    }
}

/// A metric id of this VM stands for a name and a type.
#[derive(Clone, Debug)]
pub(crate) struct MetricId {
    pub(crate) name: String,
    pub(crate) kind: u32,
}

/// Everything the host functions work on.
pub(crate) struct Host {
    pub(crate) options: VmOptions,
    pub(crate) logs: Vec<LogLine>,
    pub(crate) exchanges: BTreeMap<u32, Exchange>,
    pub(crate) metric_ids: BTreeMap<u32, MetricId>,
    /// The plugin configuration is readable in `on_configure` only.
    pub(crate) plugin_configuration: Option<Vec<u8>>,
    pub(crate) now_ns: u64,
    pub(crate) tick_period_ms: u32,
    /// In `_initialize` most host functions trap.
    pub(crate) starting: bool,
    /// The context the running callback was called for.
    pub(crate) current: u32,
    /// The context chosen by `proxy_set_effective_context`, or 0.
    pub(crate) effective: u32,
    /// Set by a local reply: overrides what the callback returns.
    pub(crate) stop_iteration: bool,
    /// What Envoy does only after the callback has returned.
    pub(crate) deferred: Vec<(u32, Deferred)>,
    pub(crate) random: u64,
    /// Calls that are not answered yet.
    pub(crate) calls: Vec<Call>,
    pub(crate) last_token: u32,
    /// While the callback of its call runs.
    pub(crate) call_answer: Option<CallAnswer>,
    /// What the module has called so far.
    pub(crate) counted: BTreeMap<&'static str, HostCalls>,
    /// The function of the ABI that is being called.
    calling: Option<&'static str>,
    pub(crate) limits: StoreLimits,
}

/// The root context; HTTP contexts count up from here.
pub(crate) const ROOT: u32 = 1;

/// Envoy caps a VM's linear memory at 1 GiB (proxy-wasm-cpp-host `limits.h`).
const MAX_MEMORY_BYTES: usize = 1024 * 1024 * 1024;

impl Host {
    pub(crate) fn new(options: VmOptions) -> Self {
        Self {
            logs: Vec::new(),
            exchanges: BTreeMap::new(),
            metric_ids: BTreeMap::new(),
            plugin_configuration: None,
            now_ns: options.now_ns,
            tick_period_ms: 0,
            starting: true,
            current: 0,
            effective: 0,
            stop_iteration: false,
            deferred: Vec::new(),
            random: options.seed,
            calls: Vec::new(),
            last_token: 0,
            call_answer: None,
            counted: BTreeMap::new(),
            calling: None,
            limits: StoreLimitsBuilder::new().memory_size(MAX_MEMORY_BYTES).build(),
            options,
        }
    }

    /// The context that host functions act on.
    pub(crate) fn context(&self) -> u32 {
        if self.effective == 0 { self.current } else { self.effective }
    }

    /// The exchange that host functions act on; `None` in the root context.
    pub(crate) fn exchange(&mut self) -> Option<&mut Exchange> {
        let context = self.context();
        self.exchanges.get_mut(&context)
    }

    /// The module calls `name`, until `None`.
    pub(crate) fn calls(&mut self, name: Option<&'static str>) {
        self.calling = name;
        if let Some(name) = name {
            self.counted.entry(name).or_default().calls += 1;
        }
    }

    /// The call under way moves so many bytes.
    pub(crate) fn moves(&mut self, bytes: usize) {
        if let Some(name) = self.calling {
            self.counted.entry(name).or_default().bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
        }
    }

    pub(crate) fn log(&mut self, level: Level, message: &[u8]) {
        let message = String::from_utf8_lossy(message).into_owned();
        self.logs.push(LogLine { level, message });
    }

    /// Ids as Envoy gives them: the type in the two low bits, a *new* id for every definition, all
    /// ids of one name being the same metric.
    pub(crate) fn metric_id(&mut self, kind: u32, name: String) -> u32 {
        let defined = self.metric_ids.values().filter(|id| id.kind == kind).count();
        let id = (u32::try_from(defined).unwrap_or(u32::MAX / 4) + 1) * 4 + kind;
        self.metric_ids.insert(id, MetricId { name, kind });
        id
    }

    /// The next eight random bytes (SplitMix64, Steele et al. 2014).
    pub(crate) fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
