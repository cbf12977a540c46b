"""What a kernel's command asks of the template, in one message with three open files."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass

__all__ = ["Request", "receive", "send"]

_SIZE = 8
_STREAMS = 3


@dataclass(frozen=True)
class Request:
    """A kernel to be started.

    Parameters
    ----------
    arguments
        Of the kernel, such as ``-f`` and its connection file.
    environment
        Whole.
    folder
        Working directory.
    mask
        Permissions withheld from new files.
    """

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    mask: int


def send(connection: socket.socket, request: Request) -> None:
    """Send a request, and with it the standard streams of this process."""
    text = json.dumps(asdict(request)).encode()
    socket.send_fds(connection, [len(text).to_bytes(_SIZE, "big")], [0, 1, 2])
    connection.sendall(text)


def receive(connection: socket.socket) -> tuple[Request, list[int]]:
    """Return a request and the streams that came with it.

    Raises
    ------
    ConnectionError
        If the other side ended before it had said everything.
    """
    head, streams, _, _ = socket.recv_fds(connection, _SIZE, _STREAMS)
    try:
        if len(head) != _SIZE or len(streams) != _STREAMS:
            raise ConnectionError("a request was cut off")
        left, parts = int.from_bytes(head, "big"), []
        while left:
            part = connection.recv(min(left, 1 << 16))
            if not part:
                raise ConnectionError("a request was cut off")
            parts.append(part)
            left -= len(part)
        return Request(**json.loads(b"".join(parts))), streams
    except BaseException:
        for stream in streams:
            os.close(stream)
        raise
