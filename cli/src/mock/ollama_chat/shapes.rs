//! The shape of a request (<https://github.com/ollama/ollama/blob/main/api/types.go>, 2026-11-21).

use crate::mock::shape::{
    Field, NON_EMPTY, STRING, STRINGS, Shape, list, nullable, optional, required, variant,
};

const ANY_NUMBER: Shape = Shape::Number { min: f64::MIN, max: f64::MAX };
const WHOLE: Shape = Shape::Integer { min: i64::MIN, max: i64::MAX };

/// The whole body.
pub(super) const REQUEST: Shape = Shape::Record(&[
    required("model", NON_EMPTY),
    required("messages", list(&MESSAGE)),
    optional("stream", Shape::Boolean),
    optional("format", Shape::Either(&[Shape::OneOf(&["", "json"]), Shape::Object])),
    optional("keep_alive", Shape::Either(&[STRING, WHOLE])),
    optional("tools", list(&TOOL)),
    optional("options", Shape::Record(OPTIONS)),
    optional(
        "think",
        Shape::Either(&[Shape::Boolean, Shape::OneOf(&["low", "medium", "high", "max"])]),
    ),
    optional("truncate", Shape::Boolean),
    optional("shift", Shape::Boolean),
    optional("logprobs", Shape::Boolean),
    optional("top_logprobs", Shape::Integer { min: 0, max: 20 }),
]);

const MESSAGE: Shape = Shape::Union {
    tag: "role",
    default: None,
    of: &[
        variant("system", &[SAID]),
        variant("user", &[SAID]),
        variant(
            "assistant",
            &[SAID, &[optional("thinking", STRING), optional("tool_calls", list(&CALL))]],
        ),
        variant(
            "tool",
            &[SAID, &[optional("tool_name", STRING), optional("tool_call_id", STRING)]],
        ),
    ],
};

const SAID: &[Field] = &[nullable("content", STRING), optional("images", STRINGS)];

const CALL: Shape = Shape::Record(&[
    optional("id", STRING),
    required(
        "function",
        Shape::Record(&[
            optional("index", WHOLE),
            required("name", NON_EMPTY),
            required("arguments", Shape::Object),
        ]),
    ),
]);

const TOOL: Shape = Shape::Record(&[
    required("type", Shape::OneOf(&["function"])),
    required(
        "function",
        Shape::Record(&[
            required("name", NON_EMPTY),
            optional("description", STRING),
            required("parameters", Shape::Object),
        ]),
    ),
]);

const OPTIONS: &[Field] = &[
    optional("num_keep", WHOLE),
    optional("seed", WHOLE),
    optional("num_predict", WHOLE),
    optional("top_k", WHOLE),
    optional("top_p", ANY_NUMBER),
    optional("min_p", ANY_NUMBER),
    optional("typical_p", ANY_NUMBER),
    optional("repeat_last_n", WHOLE),
    optional("temperature", ANY_NUMBER),
    optional("repeat_penalty", ANY_NUMBER),
    optional("presence_penalty", ANY_NUMBER),
    optional("frequency_penalty", ANY_NUMBER),
    optional("stop", STRINGS),
    optional("num_ctx", WHOLE),
    optional("num_batch", WHOLE),
    optional("num_gpu", WHOLE),
    optional("main_gpu", WHOLE),
    optional("use_mmap", Shape::Boolean),
    optional("num_thread", WHOLE),
];
