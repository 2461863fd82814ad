"""What a container writes, from the stream that the engine multiplexes.

Source of the format: Docker Engine API, "Attach to a container", stream format.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

Source = Literal["stdout", "stderr"]

_SOURCES: tuple[Source, ...] = ("stdout", "stdout", "stderr")
"""By the first byte of a frame's header."""
_HEADER = 8
_SIZE = slice(4, _HEADER)
_CHUNK = 1 << 16


def read_output(stream: Any) -> Iterator[tuple[Source, bytes]]:
    """Pieces in the order in which they were written, until the container's end.

    Args:
        stream: from docker-py's `attach_socket`.
    """
    return demultiplex(_chunks(stream))


def demultiplex(chunks: Iterator[bytes]) -> Iterator[tuple[Source, bytes]]:
    """Frames, those of one source that arrived together as one: a write of a line each is many small frames.

    Args:
        chunks: the stream, cut anywhere.
    """
    rest = b""
    for chunk in chunks:
        frames, rest = _frames(rest + chunk)
        for source, group in groupby(frames, key=itemgetter(0)):
            yield source, b"".join(data for _, data in group)


def _frames(buffer: bytes) -> tuple[list[tuple[Source, bytes]], bytes]:
    """The whole frames that `buffer` begins with, and the rest of it."""
    frames = []
    start = 0
    while len(buffer) >= start + _HEADER:
        header = buffer[start : start + _HEADER]
        end = start + _HEADER + int.from_bytes(header[_SIZE], "big")
        if end > len(buffer):
            break
        frames.append((_SOURCES[header[0]], buffer[start + _HEADER : end]))
        start = end
    return frames, buffer[start:]


def _chunks(stream: Any) -> Iterator[bytes]:
    # docker-py's own reading of frames takes two system calls for a header and two for its data.
    from docker.utils.socket import read

    while True:
        chunk = read(stream, _CHUNK)
        if chunk == b"":
            return
        if chunk:
            yield chunk
