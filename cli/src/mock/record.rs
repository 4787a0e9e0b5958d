//! What arrived: the last requests in memory, and all of them in a file.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::HeaderMap;
use serde_json::{Map, Value, json};

/// How many requests are kept in memory.
const KEPT: usize = 100;

/// The recorded requests, oldest first.
#[derive(Default)]
pub(crate) struct Recorder {
    requests: Mutex<VecDeque<Value>>,
}

impl Recorder {
    /// Keeps `request` and appends it to `file` as one line.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written; the request is kept in memory all the same.
    pub(crate) fn keep(&self, request: Value, file: Option<&Path>) -> io::Result<()> {
        let line = format!("{request}\n");
        {
            let mut requests = self.lock();
            if requests.len() == KEPT {
                requests.pop_front();
            }
            requests.push_back(request);
        }
        let Some(file) = file else { return Ok(()) };
        // One write of a whole line to a file opened for appending: lines never interleave.
        OpenOptions::new().create(true).append(true).open(file)?.write_all(line.as_bytes())
    }

    /// The kept requests, oldest first.
    pub(crate) fn all(&self) -> Value {
        Value::Array(self.lock().iter().cloned().collect())
    }

    /// The newest request.
    pub(crate) fn last(&self) -> Option<Value> {
        self.lock().back().cloned()
    }

    /// Forgets every kept request.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Value>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `headers` as an object of strings; the values of a repeated header are joined by `, `.
pub(crate) fn headers_as_json(headers: &HeaderMap) -> Value {
    let mut members = Map::new();
    for name in headers.keys() {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        members.insert(name.as_str().to_owned(), json!(values.join(", ")));
    }
    Value::Object(members)
}
