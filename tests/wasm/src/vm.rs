//! One worker's VM: loading, starting, calling.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use wasmtime::{Instance, Linker, Store, Val};

use crate::exchange::{Callback, Exchange};
use crate::host::{Host, HostCalls, Level, LogLine, Placement, ROOT, VmOptions};
use crate::module::{LoadError, Module, engine};
use crate::process::Metric;
use crate::stream::Stream;
use crate::{Process, abi};

/// A started VM with one root context. Streams of one VM may be open side by side.
pub struct Vm {
    worker: Rc<RefCell<Worker>>,
}

impl Vm {
    /// Instantiates the module and starts it: `_initialize`, root context, `proxy_on_vm_start`.
    ///
    /// # Errors
    ///
    /// An import that Envoy does not have, no ABI 0.2.1, no allocator, a trap, or
    /// `proxy_on_vm_start` returned false.
    pub fn start(module: &Module, options: VmOptions) -> Result<Self, LoadError> {
        let worker = Rc::new(RefCell::new(Worker::new(module, options)?));
        worker.borrow_mut().start()?;
        Ok(Self { worker })
    }

    /// Calls `proxy_on_configure`. False: refused or trapped; the logs tell why, and Envoy would not
    /// take the configuration.
    pub fn configure(&self, configuration: impl AsRef<[u8]>) -> bool {
        let configuration = configuration.as_ref().to_vec();
        let size = i32::try_from(configuration.len()).unwrap_or(i32::MAX);
        let mut worker = self.worker.borrow_mut();
        worker.host_mut().plugin_configuration = Some(configuration);
        let accepted = worker.call_or(ROOT, "proxy_on_configure", &[size], 1);
        worker.host_mut().plugin_configuration = None;
        accepted.is_some_and(|accepted| accepted != 0)
    }

    /// Opens an exchange. The VM hears of it with the request headers.
    pub fn stream(&self) -> Stream {
        let mut worker = self.worker.borrow_mut();
        let id = worker.next_context;
        worker.next_context += 1;
        let upstream = worker.host().options.placement == Placement::Upstream;
        let exchange = Exchange { upstream, ..Exchange::default() };
        worker.host_mut().exchanges.insert(id, exchange);
        Stream::new(id, Rc::clone(&self.worker))
    }

    /// Calls `proxy_on_tick` and carries out what it did to streams.
    pub fn tick(&self) {
        let mut worker = self.worker.borrow_mut();
        worker.call_or(ROOT, "proxy_on_tick", &[], 0);
        let contexts: Vec<u32> = worker.host().exchanges.keys().copied().collect();
        for id in contexts {
            worker.run_deferred(id);
        }
    }

    /// The tick period the module asked for, in milliseconds; 0 for none.
    pub fn tick_period_ms(&self) -> u32 {
        self.worker.borrow().host().tick_period_ms
    }

    /// Moves the clock on.
    pub fn advance(&self, nanoseconds: u64) {
        self.worker.borrow_mut().host_mut().now_ns += nanoseconds;
    }

    /// Every line logged so far.
    pub fn logs(&self) -> Vec<LogLine> {
        self.worker.borrow().host().logs.clone()
    }

    /// The metric `name`.
    pub fn metric(&self, name: &str) -> Option<Metric> {
        self.process().metric(name)
    }

    /// Metrics, shared data and queues.
    pub fn process(&self) -> Process {
        self.worker.borrow().host().options.process.clone()
    }

    /// The value stored under `key` in this VM's shared data.
    pub fn shared_data(&self, key: &str) -> Option<Vec<u8>> {
        let worker = self.worker.borrow();
        let options = &worker.host().options;
        options.process.shared_data(options.vm_id, key.as_bytes())
    }

    /// Size of the linear memory in bytes. It never shrinks.
    pub fn memory_bytes(&self) -> usize {
        self.worker.borrow_mut().memory_bytes()
    }

    /// The bytes of the memory that the module exports as `name`; none where there is no such memory.
    pub fn memory(&self, name: &str) -> Vec<u8> {
        let mut worker = self.worker.borrow_mut();
        let Worker { store, instance, .. } = &mut *worker;
        let memory = instance.get_memory(&mut *store, name);
        memory.map_or_else(Vec::new, |memory| memory.data(&*store).to_vec())
    }

    /// The address that the module exports as `name`; none where it does not.
    pub fn address(&self, name: &str) -> Option<u32> {
        let mut worker = self.worker.borrow_mut();
        let Worker { store, instance, .. } = &mut *worker;
        let address = instance.get_global(&mut *store, name)?.get(&mut *store);
        address.i32().map(i32::cast_unsigned)
    }

    /// Instructions executed since the start.
    pub fn fuel_used(&self) -> u64 {
        self.worker.borrow().fuel_used
    }

    /// Every function of the host that the module has called since the start, by name.
    pub fn host_calls(&self) -> BTreeMap<&'static str, HostCalls> {
        self.worker.borrow().host().counted.clone()
    }

    /// What killed the VM: the callback, the errors it logged (in Rust, the panic) and the trap.
    pub fn trapped(&self) -> Option<String> {
        self.worker.borrow().trapped.clone()
    }
}

/// The inside of [`Vm`], shared with its streams.
pub(crate) struct Worker {
    store: Store<Host>,
    instance: Instance,
    next_context: u32,
    trapped: Option<String>,
    fuel_used: u64,
}

impl Worker {
    fn new(module: &Module, options: VmOptions) -> Result<Self, LoadError> {
        let engine = engine()?;
        let mut linker = Linker::new(engine);
        abi::link(&mut linker).map_err(|e| LoadError(format!("{e:#}")))?;
        let fuel = options.fuel_limit;
        let mut store = Store::new(engine, Host::new(options));
        check(module, &linker, &mut store)?;
        store.limiter(|host| &mut host.limits);
        store.set_fuel(fuel).map_err(|e| LoadError(format!("{e:#}")))?;
        let instance = linker
            .instantiate(&mut store, &module.0)
            .map_err(|e| LoadError(format!("Failed to load Wasm module: {e:#}")))?;
        Ok(Self { store, instance, next_context: ROOT + 1, trapped: None, fuel_used: 0 })
    }

    fn start(&mut self) -> Result<(), LoadError> {
        self.call_function(0, "_initialize", &[]);
        self.host_mut().starting = false;
        self.call_or(ROOT, "proxy_on_context_create", &[0], 0);
        let size = i32::try_from(self.host().options.vm_configuration.len()).unwrap_or(i32::MAX);
        match self.call_or(ROOT, "proxy_on_vm_start", &[size], 1) {
            None => Err(LoadError(self.trapped.clone().unwrap_or_default())),
            Some(0) => Err(LoadError("proxy_on_vm_start returned false".to_owned())),
            Some(_) => Ok(()),
        }
    }

    pub(crate) fn host(&self) -> &Host {
        self.store.data()
    }

    pub(crate) fn host_mut(&mut self) -> &mut Host {
        self.store.data_mut()
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.trapped.is_none()
    }

    /// Runs `f` on an exchange that is still there.
    pub(crate) fn with<T>(&mut self, id: u32, f: impl FnOnce(&mut Exchange) -> T) -> Option<T> {
        self.host_mut().exchanges.get_mut(&id).map(f)
    }

    /// Calls an exported callback for a context. A module need not export it: then it is as if it
    /// had returned 0, Continue. `None`: the VM is dead, or died now.
    pub(crate) fn call(&mut self, context: u32, name: &'static str, args: &[i32]) -> Option<i32> {
        self.call_or(context, name, args, 0)
    }

    /// Like [`Self::call`] with another answer for a callback that is not exported.
    pub(crate) fn call_or(
        &mut self,
        context: u32,
        name: &'static str,
        args: &[i32],
        missing: i32,
    ) -> Option<i32> {
        if !self.is_alive() {
            return None;
        }
        let context_id = i32::try_from(context).unwrap_or(i32::MAX);
        let args: Vec<i32> = [context_id].iter().chain(args).copied().collect();
        let result = self.call_function(context, name, &args);
        self.is_alive().then(|| result.unwrap_or(missing))
    }

    fn call_function(&mut self, context: u32, name: &'static str, args: &[i32]) -> Option<i32> {
        let function = self.instance.get_func(&mut self.store, name)?;
        let args: Vec<Val> = args.iter().map(|arg| Val::I32(*arg)).collect();
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        let budget = self.host().options.fuel_limit;
        let logged = self.host().logs.len();
        self.host_mut().current = context;
        self.host_mut().effective = 0;
        let outcome = self
            .store
            .set_fuel(budget)
            .and_then(|()| function.call(&mut self.store, &args, &mut results));
        let fuel = budget.saturating_sub(self.store.get_fuel().unwrap_or_default());
        self.fuel_used += fuel;
        self.with(context, |exchange| exchange.callbacks.push(Callback { name, fuel }));
        if let Err(trap) = outcome {
            let lines =
                self.host().logs.iter().skip(logged).filter(|line| line.level >= Level::Error);
            let lines: Vec<_> = lines.map(|line| line.message.as_str()).collect();
            self.trapped = Some(format!("{name}: {} ({trap:#})", lines.join(" ")));
            return None;
        }
        results.first().and_then(Val::i32)
    }

    fn memory_bytes(&mut self) -> usize {
        let memory = self.instance.get_memory(&mut self.store, "memory");
        memory.map_or(0, |memory| memory.data_size(&self.store))
    }
}

/// What Envoy checks before it runs anything.
fn check(module: &Module, linker: &Linker<Host>, store: &mut Store<Host>) -> Result<(), LoadError> {
    let exports = |name: &str| module.0.get_export(name).is_some();
    if !exports("proxy_abi_version_0_2_1") {
        return Err(LoadError("Missing or unknown Proxy-Wasm ABI version".to_owned()));
    }
    if !exports("malloc") && !exports("proxy_on_memory_allocate") {
        return Err(LoadError("Wasm module is missing malloc function.".to_owned()));
    }
    for import in module.0.imports() {
        if linker.get_by_import(&mut *store, &import).is_none() {
            let (from, name) = (import.module(), import.name());
            return Err(LoadError(format!(
                "Failed to load Wasm module due to a missing import: {from}.{name}"
            )));
        }
    }
    Ok(())
}
