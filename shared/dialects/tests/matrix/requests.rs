//! Requests there and back.

use dialects::neutral::Request;
use dialects::providers::Provider;
use dialects::{Codec, Drops, ProviderContext};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use crate::{generate, pairs, said};

/// A request after it went to `to`, and what was dropped on the way. `None`: it was refused aloud.
pub(crate) fn leg(request: Request, to: &dyn Codec) -> Option<(Request, Vec<String>)> {
    let provider = Provider::owner(to).unwrap();
    let context = ProviderContext::new(provider);
    let mut drops = Drops::default();
    let written = to.encode_request(request, context, &mut drops).ok()?;
    // What comes in is a client's path; what was written is below a base URL.
    let bare = written.path.split('?').next().unwrap();
    let path = match to.endpoints().iter().any(|endpoint| endpoint.serves(bare)) {
        true => written.path.into_owned(),
        false => to.endpoints()[0].path("m"),
    };
    let read = to.decode_request(&path, written.body, &mut drops);
    let read = read.unwrap_or_else(|problem| panic!("{}: {problem:?}", to.name()));
    Some((read, drops.iter().map(|dropped| dropped.path.clone()).collect()))
}

proptest! {
    #[test]
    fn a_request_loses_only_what_is_named(request in generate::request()) {
        for (from, to) in pairs() {
            // First, what the client's own dialect can say.
            let Some((asked, _)) = leg(request.clone(), from) else { continue };
            let Some((sent, dropped)) = leg(asked.clone(), to) else { continue };
            let name = format!("{} to {}", from.name(), to.name());
            let (mut before, after) = (said::request(&asked), said::request(&sent));
            if said::ONE_TEXT.contains(&to.name()) {
                before = said::not_in_prompt(&name, &before, &after);
            }
            said::check(&name, &before, &after, &dropped);
            let Some((back, dropped)) = leg(sent.clone(), from) else { continue };
            let name = format!("{} back to {}", to.name(), from.name());
            let (mut before, after) = (said::request(&sent), said::request(&back));
            if said::ONE_TEXT.contains(&from.name()) {
                before = said::not_in_prompt(&name, &before, &after);
            }
            said::check(&name, &before, &after, &dropped);
        }
    }
}

#[test]
fn most_requests_are_not_refused() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for (from, to) in pairs() {
        let taken = (0..100)
            .filter(|_| {
                let tree = generate::request().new_tree(&mut runner).unwrap();
                let asked = leg(tree.current(), from);
                asked.and_then(|(asked, _)| leg(asked, to)).is_some()
            })
            .count();
        // Pictures and demands of calls, which every other request holds, are no text.
        let one_text = [from, to].iter().any(|dialect| said::ONE_TEXT.contains(&dialect.name()));
        let least = if one_text { 10 } else { 30 };
        assert!(taken >= least, "{} to {}: {taken} of 100", from.name(), to.name());
    }
}
