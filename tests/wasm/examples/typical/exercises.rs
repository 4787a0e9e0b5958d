//! What a module counts under typical traffic.

use wasm_tests::{Module, Vm};

use crate::translations::translations;
use crate::typical::{Subject, event, subjects, whole};

/// A VM's first exchange prepares things; it is to be rare.
const TYPICAL: usize = 50;
/// Of each translation: together they count as much as the typical exchanges.
const TRANSLATED: usize = 3;

/// The counters of `module`, which does what the one called `name` does and counts; without what it counts while it
/// starts.
pub(crate) fn exercised(
    name: &str,
    module: &Module,
    counters: &dyn Fn(&Vm) -> Vec<u64>,
) -> Vec<u64> {
    let mut sums = Vec::new();
    let mut run = |subject: &Subject, exchanges: &dyn Fn(&Vm)| {
        let vm = subject.start(module);
        let at_start = counters(&vm);
        exchanges(&vm);
        sums.resize(at_start.len(), 0);
        for (sum, (now, then)) in sums.iter_mut().zip(counters(&vm).into_iter().zip(at_start)) {
            *sum += now.wrapping_sub(then);
        }
    };
    for subject in typical(name) {
        run(&subject, &|vm| {
            for _ in 0..TYPICAL {
                whole(vm, &subject);
                event(vm, &subject);
            }
        });
    }
    for translation in
        translations().iter().filter(|translation| translation.subject.module == name)
    {
        run(&translation.subject, &|vm| (0..TRANSLATED).for_each(|_| translation.run(vm)));
    }
    sums
}

/// What is said to the module `name`. A stage that the subjects have in a chain is also a filter of its own.
pub(crate) fn typical(name: &str) -> Vec<Subject> {
    let mut subjects = subjects();
    let alone: Vec<Subject> = subjects.iter().filter_map(alone).collect();
    subjects.extend(alone);
    subjects.retain(|subject| subject.module == name);
    subjects
}

/// The filter that is the chain's only stage.
fn alone(chain: &Subject) -> Option<Subject> {
    let [stage] = chain.config["stages"].as_array()?.as_slice() else { return None };
    let (name, config) = stage.as_object()?.iter().next()?;
    Some(Subject { module: name.replace('-', "_"), config: config.clone(), ..*chain })
}
