//! As much HTTP/1.1 as both ends need: messages over a kept connection, bodies by length or in chunks.

use std::io::{self, ErrorKind};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest head or chunk size line; far above what Envoy and the two ends write.
const MAX_LINES: usize = 64 * 1024;

/// One end of a kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// How much of `buffer` has been read by a caller.
    read: usize,
}

/// What a message says before its body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Request line or status line.
    pub(crate) first_line: String,
    pub(crate) framing: Framing,
    /// The connection ends after this message.
    pub(crate) close: bool,
}

/// Where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// After so many bytes.
    Length(usize),
    /// After the last chunk.
    Chunked,
}

impl Connection {
    /// A connection whose writes leave at once.
    pub(crate) fn new(stream: TcpStream) -> io::Result<Connection> {
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::new(), read: 0 })
    }

    /// Sends `bytes` as they are.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// The next message's head, or `None` where the peer closed between two messages.
    pub(crate) async fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if let Some(end) = find(self.unread(), b"\r\n\r\n") {
                let head = self.unread().get(..end).map(parse_head);
                self.read += end + 4;
                return head.transpose();
            }
            self.check_lines()?;
            if !self.fill().await? {
                return if self.unread().is_empty() { Ok(None) } else { Err(cut()) };
            }
        }
    }

    /// Hands the body over piece by piece, as it arrives. An error where it is not complete.
    pub(crate) async fn body(
        &mut self,
        framing: Framing,
        mut visit: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        match framing {
            Framing::Length(length) => self.pieces(length, &mut visit).await,
            Framing::Chunked => loop {
                let line = self.line().await?;
                let size = line.split(';').next().unwrap_or_default().trim();
                let size =
                    usize::from_str_radix(size, 16).map_err(|_| malformed("a chunk size"))?;
                if size == 0 {
                    while !self.line().await?.is_empty() {}
                    return Ok(());
                }
                self.pieces(size, &mut visit).await?;
                if !self.line().await?.is_empty() {
                    return Err(malformed("the end of a chunk"));
                }
            },
        }
    }

    async fn pieces(&mut self, mut left: usize, visit: &mut impl FnMut(&[u8])) -> io::Result<()> {
        while left > 0 {
            if self.unread().is_empty() && !self.fill().await? {
                return Err(cut());
            }
            let size = left.min(self.unread().len());
            visit(self.unread().get(..size).unwrap_or_default());
            self.read += size;
            left -= size;
        }
        Ok(())
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = find(self.unread(), b"\r\n") {
                let line = self.unread().get(..end).unwrap_or_default();
                let line = String::from_utf8_lossy(line).into_owned();
                self.read += end + 2;
                return Ok(line);
            }
            self.check_lines()?;
            if !self.fill().await? {
                return Err(cut());
            }
        }
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.read..).unwrap_or_default()
    }

    /// Reads what has arrived. False where the peer has closed.
    async fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.read);
        self.read = 0;
        self.buffer.reserve(MAX_LINES);
        Ok(self.stream.read_buf(&mut self.buffer).await? > 0)
    }

    fn check_lines(&self) -> io::Result<()> {
        match self.unread().len() > MAX_LINES {
            true => Err(malformed("a line without end")),
            false => Ok(()),
        }
    }
}

fn parse_head(bytes: &[u8]) -> io::Result<Head> {
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("a head"))?;
    let mut lines = text.split("\r\n");
    let first_line = lines.next().unwrap_or_default().to_owned();
    let mut head = Head { first_line, framing: Framing::Length(0), close: false };
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            let length = value.parse().map_err(|_| malformed("a content-length"))?;
            head.framing = Framing::Length(length);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            head.framing = Framing::Chunked;
        } else if name.eq_ignore_ascii_case("connection") {
            head.close = value.eq_ignore_ascii_case("close");
        }
    }
    Ok(head)
}

impl Head {
    /// The status of an answer.
    pub(crate) fn status(&self) -> Option<u16> {
        self.first_line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
    }
}

/// Where `wanted` begins in `bytes`.
pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn cut() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "the connection was closed inside a message")
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("{what} cannot be read"))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A connection on which `pieces` arrive one by one and then the end.
    async fn arriving(pieces: Vec<Vec<u8>>) -> Connection {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            for piece in pieces {
                stream.write_all(&piece).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        Connection::new(listener.accept().await.unwrap().0).unwrap()
    }

    async fn answer(connection: &mut Connection) -> io::Result<(u16, Vec<u8>)> {
        let head = connection.head().await?.unwrap();
        let mut body = Vec::new();
        connection.body(head.framing, |piece| body.extend_from_slice(piece)).await?;
        Ok((head.status().unwrap(), body))
    }

    const TWO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\
        HTTP/1.1 503 Busy\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\nt: v\r\n\r\n";

    #[tokio::test]
    async fn messages_are_read_however_they_are_split() {
        for size in [1, 2, 7, TWO.len()] {
            let pieces = TWO.chunks(size).map(<[u8]>::to_vec).collect();
            let mut connection = arriving(pieces).await;
            assert_eq!(answer(&mut connection).await.unwrap(), (200, b"hello".to_vec()));
            assert_eq!(answer(&mut connection).await.unwrap(), (503, b"abc0123456789".to_vec()));
            assert_eq!(connection.head().await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn a_message_that_is_cut_off_is_an_error() {
        let first = find(TWO, b"HTTP/1.1 503").unwrap();
        for end in [10, first - 1, first + 20, TWO.len() - 1] {
            let mut connection = arriving(vec![TWO.get(..end).unwrap().to_vec()]).await;
            let mut outcome = answer(&mut connection).await;
            if end > first {
                assert!(outcome.is_ok());
                outcome = answer(&mut connection).await;
            }
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::UnexpectedEof, "{end}");
        }
    }
}
