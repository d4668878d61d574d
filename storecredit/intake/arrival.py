"""
How much of a request has arrived, told from its bytes alone.

It asks only where the request ends, never what it means: the server's parser judges that afterwards. What is malformed
counts as whole at once, so that the parser can refuse it.
"""

import re
from enum import Enum, auto
from typing import Final

#: The most that a head may be, and what may be gathered of a body: no path of the program takes more than 1 MiB.
MAX_HEAD_BYTES: Final = 64 * 1024
MAX_BODY_BYTES: Final = 1024 * 1024
#: The same with the sizes between its chunks, however small these are.
MAX_CHUNKED_BYTES: Final = 2 * MAX_BODY_BYTES
_MAX_CHUNK_LINE_BYTES: Final = 8 * 1024

_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)", re.IGNORECASE)
_ENCODING = re.compile(rb"\r\ntransfer-encoding[ \t]*:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)", re.IGNORECASE)
_EXPECTS_CONTINUE = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_HEALTH = re.compile(rb"(?:GET|HEAD) /healthz[ ?]")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;|\Z)")
_BARE_NEWLINE = re.compile(rb"(?<!\r)\n")


class Progress(Enum):
    """What to do with a request next: wait for its head or its body, refuse its head, or let a thread answer it."""

    HEAD = auto()
    BODY = auto()
    HEAD_BEYOND_LIMIT = auto()
    BODY_BEYOND_LIMIT = auto()
    WHOLE = auto()


class Arrival:
    """What has come in of one request, and of the next one behind it."""

    def __init__(self) -> None:
        self.received = bytearray()
        self._body_at = 0  # 0: the head has not ended yet
        self._length: int | None = 0  # None: in chunks
        self._chunk_at = 0
        self._in_trailers = False

    @property
    def has_head(self) -> bool:
        return self._body_at > 0

    @property
    def expects_continue(self) -> bool:
        """The client waits for a word before it sends the body."""
        return _EXPECTS_CONTINUE.search(self.received, 0, self._body_at) is not None

    @property
    def asks_for_health(self) -> bool:
        return _HEALTH.match(self.received) is not None

    def take(self, data: bytes) -> Progress:
        """Add what was received."""
        searched = max(0, len(self.received) - 3)
        self.received += data
        if not self._body_at:
            ends = self.received.find(b"\r\n\r\n", searched)
            if ends < 0 or ends > MAX_HEAD_BYTES:
                return self._judge_head()
            self._body_at = ends + 4
            if not self._read_head(bytes(self.received[: ends + 2])):
                return Progress.WHOLE
        return self._judge_body() if self._length is not None else self._follow_chunks()

    def _judge_head(self) -> Progress:
        if len(self.received) > MAX_HEAD_BYTES:
            return Progress.HEAD_BEYOND_LIMIT
        return Progress.WHOLE if _BARE_NEWLINE.search(self.received) else Progress.HEAD

    def _read_head(self, head: bytes) -> bool:
        """Learn how long the body is; False if the head contradicts itself."""
        lengths, encodings = _LENGTH.findall(head), _ENCODING.findall(head)
        if encodings:
            self._length, self._chunk_at = None, self._body_at
            return not lengths and encodings[-1].lower().endswith(b"chunked")
        if not lengths:
            return True
        if len(lengths) > 1 or not lengths[0].isdigit():
            return False
        # Beyond twelve digits it is out of the question, however many there are.
        self._length = int(lengths[0][:13])
        return True

    def _judge_body(self) -> Progress:
        assert self._length is not None
        if self._length > MAX_BODY_BYTES:
            return Progress.BODY_BEYOND_LIMIT
        return Progress.WHOLE if len(self.received) - self._body_at >= self._length else Progress.BODY

    def _follow_chunks(self) -> Progress:
        while not self._in_trailers:
            ends = self.received.find(b"\r\n", self._chunk_at)
            if ends < 0:
                is_endless = len(self.received) - self._chunk_at > _MAX_CHUNK_LINE_BYTES
                return Progress.WHOLE if is_endless else self._wait_for_chunk()
            size = _CHUNK_SIZE.match(self.received, self._chunk_at, ends)
            if size is None:
                return Progress.WHOLE
            length = int(size[1], 16)
            self._in_trailers = length == 0
            self._chunk_at = ends + 2 + (length + 2 if length else 0)
        if self.received.startswith(b"\r\n", self._chunk_at) or b"\r\n\r\n" in self.received[self._chunk_at :]:
            return Progress.WHOLE
        return self._wait_for_chunk()

    def _wait_for_chunk(self) -> Progress:
        is_beyond = len(self.received) - self._body_at > MAX_CHUNKED_BYTES
        return Progress.BODY_BEYOND_LIMIT if is_beyond else Progress.BODY
