"""Ways in which the stand-in can misbehave. Each returns a function that handles a request."""

from __future__ import annotations

import socket
import struct
import time
import zlib
from typing import Any, Callable

from tests.standin import Answer, Handler

Act = Callable[[Handler], None]


def answer(status: int, body: Any = b"", **headers: str) -> Act:
    """Say this; header names are given with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.reply(Answer(status, body, named))


def raw(*pieces: bytes, pause: float = 0.0) -> Act:
    """Write these bytes as they are, with a pause after each, and hang up."""

    def act(handler: Handler) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(pause)
        handler.close_connection = True

    return act


def silence(seconds: float = 30.0) -> Act:
    """Say nothing for long."""
    return lambda handler: time.sleep(seconds)


def silence_after_headers(seconds: float = 30.0) -> Act:
    return raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n", pause=seconds)


def trickle(count: int = 40, pause: float = 0.2) -> Act:
    """Send a body one byte at a time."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n["
    return raw(head, *([b" "] * count), pause=pause)


def short(body: bytes = b"[]", missing: int = 50) -> Act:
    """Send less than Content-Length says."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body) + missing}\r\n\r\n"
    return raw(head.encode() + body)


def broken_chunk() -> Act:
    return raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2,\r\nzz\r\n3]\r\n")


def endless() -> Act:
    """Send bytes until the client has had enough."""

    def act(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        try:
            while True:
                handler.wfile.write(b" " * 65536)
        except OSError:
            handler.close_connection = True

    return act


def gzip_bomb(mebibytes: int = 80) -> Act:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    packed = b"".join([packer.compress(b" " * 2**20) for _ in range(mebibytes)]) + packer.flush()
    return answer(200, packed, Content_Encoding="gzip")


def reset() -> Act:
    """Drop the connection with a reset."""

    def act(handler: Handler) -> None:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    return act


def reset_in_body() -> Act:
    head = raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[{", pause=0.1)

    def act(handler: Handler) -> None:
        head(handler)
        reset()(handler)

    return act


def redirect(location: str | None, status: int = 302) -> Act:
    return answer(status, b"", **({"Location": location} if location is not None else {}))
