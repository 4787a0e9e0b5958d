//! Any bytes as a stream, cut where the first byte says, from every dialect to every other: no panic, and
//! the cut makes no difference.
#![no_main]

use chat::sse;
use dialects::{ClientContext, CODECS, Codec, StreamTranslation};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((first, bytes)) = input.split_first() else { return };
    let at = usize::from(*first).min(bytes.len());
    for from in CODECS {
        for to in CODECS {
            let whole = translated(*from, *to, &[bytes]);
            assert_eq!(whole, translated(*from, *to, &[&bytes[..at], &bytes[at..]]));
        }
    }
});

fn translated(from: &dyn Codec, to: &dyn Codec, pieces: &[&[u8]]) -> Vec<u8> {
    let context = ClientContext { created: 1, model: "m".to_owned(), stream_usage: true, ..ClientContext::default() };
    let mut wire = sse::Decoder::new(1 << 20);
    let client = dialects::client(to.name()).expect("every codec serves clients");
    let mut stream = StreamTranslation::new(from, client, context, true);
    let (mut events, mut out) = (Vec::new(), Vec::new());
    for piece in pieces {
        if wire.push(piece, &mut events).is_err() {
            return Vec::new();
        }
    }
    events.extend(wire.finish());
    let mut verdict = Ok(());
    for event in events {
        if verdict.is_ok() && *event.data() != chat::Data::Nothing {
            verdict = stream.event(event, &mut |_| {}, &mut out);
        }
    }
    verdict = verdict.and_then(|()| stream.finish(&mut |_| {}, &mut out));
    if let Err(problem) = verdict {
        out.extend(to.encode_stream_error(&problem, out.last()));
    }
    let mut bytes = Vec::new();
    out.iter().for_each(|event| sse::encode(event, &mut bytes));
    bytes
}
