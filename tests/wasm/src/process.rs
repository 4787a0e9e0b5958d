//! What all workers of one Envoy process share: metrics, shared data and shared queues.

use std::cell::{RefCell, RefMut};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::host::Status;

/// State that outlives a VM and is seen by every VM started with the same handle
/// ([`VmOptions::process`](crate::VmOptions::process)), as between the workers of one Envoy.
#[derive(Clone, Debug, Default)]
pub struct Process(Rc<RefCell<Shared>>);

impl Process {
    /// The metric `name`, if a module has defined it.
    pub fn metric(&self, name: &str) -> Option<Metric> {
        self.0.borrow().metrics.get(name).cloned()
    }

    /// Every defined metric by name.
    pub fn metrics(&self) -> BTreeMap<String, Metric> {
        self.0.borrow().metrics.clone()
    }

    /// The value stored under `key` by the VMs called `vm_id`.
    pub fn shared_data(&self, vm_id: &str, key: &[u8]) -> Option<Vec<u8>> {
        self.0.borrow().data.get(&(vm_id.to_owned(), key.to_vec())).map(|(value, _)| value.clone())
    }

    pub(crate) fn lock(&self) -> RefMut<'_, Shared> {
        self.0.borrow_mut()
    }
}

/// The value of a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metric {
    /// A sum that only grows.
    Counter(u64),
    /// A level.
    Gauge(u64),
    /// Every recorded sample, in order.
    Histogram(Vec<u64>),
}

impl Metric {
    /// The value of a counter or gauge, or the number of samples of a histogram.
    pub fn value(&self) -> u64 {
        match self {
            Self::Counter(value) | Self::Gauge(value) => *value,
            Self::Histogram(samples) => samples.len() as u64,
        }
    }
}

/// The inside of [`Process`]. Data and queues are keyed by `vm_id`, metrics are not.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    metrics: BTreeMap<String, Metric>,
    data: BTreeMap<(String, Vec<u8>), (Vec<u8>, u32)>,
    last_cas: u32,
    queues: BTreeMap<(String, Vec<u8>), u32>,
    queued: BTreeMap<u32, VecDeque<Vec<u8>>>,
}

impl Shared {
    /// Makes sure the metric exists. A name that is already taken by another type keeps its type.
    pub(crate) fn define(&mut self, name: &str, initial: Metric) {
        self.metrics.entry(name.to_owned()).or_insert(initial);
    }

    /// `proxy_increment_metric`: a counter refuses zero and less, a histogram refuses everything.
    pub(crate) fn increment(&mut self, name: &str, offset: i64) -> Result<(), Status> {
        match self.metrics.get_mut(name).ok_or(Status::NotFound)? {
            Metric::Counter(value) if offset > 0 => *value = value.wrapping_add_signed(offset),
            Metric::Gauge(value) => *value = value.wrapping_add_signed(offset),
            Metric::Counter(_) | Metric::Histogram(_) => return Err(Status::BadArgument),
        }
        Ok(())
    }

    /// `proxy_record_metric`: a counter adds, a gauge is set, a histogram takes a sample.
    pub(crate) fn record(&mut self, name: &str, value: u64) -> Result<(), Status> {
        match self.metrics.get_mut(name).ok_or(Status::NotFound)? {
            Metric::Counter(total) => *total = total.wrapping_add(value),
            Metric::Gauge(level) => *level = value,
            Metric::Histogram(samples) => samples.push(value),
        }
        Ok(())
    }

    /// `proxy_get_metric`: a histogram has no value to read.
    pub(crate) fn read(&self, name: &str) -> Result<u64, Status> {
        match self.metrics.get(name).ok_or(Status::NotFound)? {
            Metric::Histogram(_) => Err(Status::BadArgument),
            metric => Ok(metric.value()),
        }
    }

    /// Value and compare-and-swap number.
    pub(crate) fn data(&self, vm_id: &str, key: &[u8]) -> Result<(Vec<u8>, u32), Status> {
        self.data.get(&(vm_id.to_owned(), key.to_vec())).cloned().ok_or(Status::NotFound)
    }

    /// Stores a value. `cas` 0 is unconditional; a key that does not exist yet ignores `cas`.
    pub(crate) fn set_data(
        &mut self,
        vm_id: &str,
        key: &[u8],
        value: Vec<u8>,
        cas: u32,
    ) -> Result<(), Status> {
        let key = (vm_id.to_owned(), key.to_vec());
        if self.data.get(&key).is_some_and(|(_, current)| cas != 0 && cas != *current) {
            return Err(Status::CasMismatch);
        }
        self.last_cas = self.last_cas.wrapping_add(1).max(1);
        self.data.insert(key, (value, self.last_cas));
        Ok(())
    }

    /// Creates the queue if needed and returns its id.
    pub(crate) fn register_queue(&mut self, vm_id: &str, name: &[u8]) -> u32 {
        let next = u32::try_from(self.queues.len()).unwrap_or(u32::MAX).saturating_add(1);
        let id = *self.queues.entry((vm_id.to_owned(), name.to_vec())).or_insert(next);
        self.queued.entry(id).or_default();
        id
    }

    /// The id of an existing queue.
    pub(crate) fn resolve_queue(&self, vm_id: &str, name: &[u8]) -> Result<u32, Status> {
        self.queues.get(&(vm_id.to_owned(), name.to_vec())).copied().ok_or(Status::NotFound)
    }

    /// Adds an item. Nobody is woken: a test reads the queue through a second VM's `on_tick`.
    pub(crate) fn enqueue(&mut self, id: u32, item: Vec<u8>) -> Result<(), Status> {
        self.queued.get_mut(&id).ok_or(Status::NotFound)?.push_back(item);
        Ok(())
    }

    /// Takes the oldest item.
    pub(crate) fn dequeue(&mut self, id: u32) -> Result<Vec<u8>, Status> {
        self.queued.get_mut(&id).ok_or(Status::NotFound)?.pop_front().ok_or(Status::Empty)
    }
}
