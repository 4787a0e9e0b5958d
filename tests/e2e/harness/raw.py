"""An upstream that plays a script of bytes, for answers that no HTTP library would give."""

from __future__ import annotations

import socket
import struct
import threading
import time
from typing import List, Sequence, Tuple, Union

# Bytes to send, a pause in seconds, "read" (what comes next, up to 64 KiB), or "reset" (a TCP RST).
Step = Union[bytes, float, str]


class Raw:
    """A server on a free port of 127.0.0.1, stopped by `stop` or a `with` block.

    On every connection it reads one request, keeps it in `requests` (head and body as they came),
    plays `script` as it is at that moment, and closes.
    """

    def __init__(self) -> None:
        self.script: Sequence[Step] = ()
        self.requests: List[Tuple[bytes, bytes]] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def answer(
        self,
        body: bytes,
        status: str = "200 OK",
        content_type: str = "application/json",
        headers: str = "",
    ) -> None:
        """From now on, answers with `body` and its length. `headers` are whole lines."""
        length = f"content-length: {len(body)}\r\nconnection: close\r\n"
        head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\n{length}{headers}\r\n"
        self.script = [head.encode() + body]

    def stream(self, *steps: Step, headers: str = "") -> None:
        """From now on, answers with an event stream: bytes are chunks. It is left without its end;
        `END` as the last step ends it."""
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n"
        head += "transfer-encoding: chunked\r\n"
        self.script = [
            f"{head}{headers}\r\n".encode(),
            *(
                b"%x\r\n%b\r\n" % (len(step), step)
                if isinstance(step, bytes) and step is not END
                else step
                for step in steps
            ),
        ]

    def stop(self) -> None:
        """Stops serving."""
        self._server.close()

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            with connection:
                self.requests.append(_read_request(connection))
                for step in self.script:
                    _play(connection, step)
        except OSError:
            # The peer has had enough.
            pass


# The end of a chunked body.
END = b"0\r\n\r\n"


def _play(connection: socket.socket, step: Step) -> None:
    if isinstance(step, bytes):
        connection.sendall(step)
    elif step == "read":
        connection.recv(65536)
    elif step == "reset":
        # Closing with data unsent and no time to linger is what makes a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    else:
        time.sleep(float(step))


def _read_request(connection: socket.socket) -> Tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data, b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ),
        None,
    )
    chunked = b"transfer-encoding: chunked" in head.lower()
    while (length is not None and len(body) < length) or (chunked and not body.endswith(END)):
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return head, body
