//! A mock process and a small HTTP client that shows the chunks as they were sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// A running `tollgate mock`; dropping it ends the process.
pub(crate) struct Mock {
    child: Child,
    address: String,
    /// The first line of its output.
    pub(crate) greeting: String,
    dialect: String,
}

impl Mock {
    /// Starts a mock of `dialect` on a free port.
    pub(crate) fn start(dialect: &str, switches: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(["mock", dialect, "--port", "0"])
            .args(switches)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut greeting = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut greeting).unwrap();
        let address = greeting.trim().rsplit(' ').next().unwrap().to_owned();
        Self { child, address, greeting, dialect: dialect.to_owned() }
    }

    /// The path of the dialect's first endpoint.
    pub(crate) fn path(&self) -> &'static str {
        match self.dialect.as_str() {
            "anthropic-messages" => "/v1/messages",
            "openai-responses" => "/v1/responses",
            "bedrock-converse" => "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse",
            "cohere-chat" => "/v2/chat",
            "kserve-v2" => "/v2/models/tides/versions/3/generate",
            "tfserving-predict" => "/v1/models/tides:predict",
            "ollama-chat" => "/api/chat",
            "gemini" => "/v1beta/models/gemini-3.8-flash:generateContent",
            _ => "/v1/chat/completions",
        }
    }

    /// The headers without which no request is accepted.
    pub(crate) fn headers(&self) -> Vec<(&'static str, &'static str)> {
        let mut headers = vec![("content-type", "application/json")];
        match self.dialect.as_str() {
            "anthropic-messages" => {
                headers.extend([("x-api-key", "k"), ("anthropic-version", "2023-06-01")]);
            }
            "gemini" => headers.push(("x-goog-api-key", "k")),
            _ => headers.push(("authorization", "Bearer k")),
        }
        headers
    }

    /// A well-addressed request with this body.
    pub(crate) fn post(&self, body: &Value) -> Answer {
        self.send("POST", self.path(), &self.headers(), body.to_string().as_bytes())
    }

    /// Changes switches at run time.
    pub(crate) fn switch(&self, changes: &Value) {
        let answer = self.send("POST", "/__mock/switches", &[], changes.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Any request.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::parse(&bytes)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    /// The chunks of a chunked body, or the whole body as one.
    pub(crate) chunks: Vec<Vec<u8>>,
    /// Whether the body ended as HTTP says it must.
    pub(crate) complete: bool,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("no head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut answer = Self { status, headers, chunks: Vec::new(), complete: false };
        let body = &bytes[end + 4..];
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.read_chunks(body);
        } else {
            let length = answer.header("content-length").map_or(0, |text| text.parse().unwrap());
            answer.complete = body.len() == length;
            answer.chunks.push(body.to_vec());
        }
        answer
    }

    fn read_chunks(&mut self, mut body: &[u8]) {
        while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
            let size = std::str::from_utf8(&body[..end]).unwrap();
            let size = usize::from_str_radix(size, 16).unwrap();
            if size == 0 {
                self.complete = true;
                return;
            }
            self.chunks.push(body[end + 2..end + 2 + size].to_vec());
            body = &body[end + 2 + size + 2..];
        }
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.0 == name).map(|header| header.1.as_str())
    }

    /// The body's bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    /// The body's text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    /// The body's JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The data of every event of a plainly framed stream, `[DONE]` as a string.
    pub(crate) fn events(&self) -> Vec<Value> {
        let text = self.text();
        assert!(text.ends_with("\n\n"), "{text:?}");
        let datum = |event: &str| {
            let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
            serde_json::from_str(data).unwrap_or_else(|_| Value::String(data.to_owned()))
        };
        text.trim_end().split("\n\n").map(datum).collect()
    }
}
