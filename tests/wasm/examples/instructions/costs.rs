//! What an exchange costs.

use std::collections::BTreeMap;

use wasm_tests::{HostCalls, built};

use crate::typical::{Subject, event, whole};

/// What a filter costs: instructions, and the host calls of a whole exchange.
pub(crate) struct Costs {
    pub(crate) request: u64,
    pub(crate) answer: u64,
    pub(crate) event: u64,
    pub(crate) host: BTreeMap<&'static str, HostCalls>,
}

impl Costs {
    pub(crate) fn calls(&self) -> u64 {
        self.host.values().map(|counted| counted.calls).sum()
    }
}

/// Warm: the second of two equal exchanges.
pub(crate) fn costs(subject: &Subject) -> Costs {
    let vm = subject.start(&built(&subject.module).unwrap());
    whole(&vm, subject);
    let known = vm.host_calls();
    let (request, answer) = whole(&vm, subject);
    let mut host = vm.host_calls();
    for (name, known) in known {
        let now = host.entry(name).or_default();
        now.calls -= known.calls;
        now.bytes -= known.bytes;
    }
    host.retain(|_, counted| counted.calls > 0);
    Costs { request, answer, event: event(&vm, subject), host }
}
