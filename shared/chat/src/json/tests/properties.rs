//! The tree against `serde_json`'s.

use proptest::prelude::*;

use super::*;

/// JSON, and what is nearly JSON.
fn nearly_json() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"b\":", "\\", "\\u00e9", "\\ud83d",
        "\\ude00", "\\n", "\\\"", "1", "0", "-", ".5", "e+2", "E", "true", "null", "fals", " ",
        "\n", "é", "😀", "\u{7f}", "\u{1}", "x",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 64.0)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 120, 40, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec(("[a-z\\PC]{0,6}", inner), 0..50)
                .prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn what_one_reads_the_other_reads(text in nearly_json()) {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        match parse_str(&text) {
            Ok(ours) => prop_assert_eq!(serde_json::Value::from(ours), theirs.unwrap()),
            Err(ParseError::DuplicateKey { .. }) => {}
            Err(ParseError::Syntax { .. } | ParseError::TooDeep { .. }) => prop_assert!(theirs.is_err(), "{}", text),
        }
    }

    #[test]
    fn what_is_written_is_read(tree in tree()) {
        let text = tree.to_string();
        prop_assert_eq!(&parse_str(&text).unwrap(), &tree);
        let theirs: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&text, &theirs.to_string());
        prop_assert_eq!(Value::from(theirs), tree);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let theirs = serde_json::from_slice::<serde_json::Value>(&bytes);
        prop_assert_eq!(parse(&bytes).is_ok(), theirs.is_ok());
    }
}
