"""Framing of documents on a pipe: a length of four bytes, big-endian, then MessagePack."""

from collections.abc import Iterator

import msgspec

from tieback.intake.capture.interface import MAX_DOCUMENT, Observation
from tieback.model.count_text import count_text
from tieback.model.errors import TiebackError

_HEAD = 4
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Observation)


class FrameError(TiebackError):
    """The proxy process sent an invalid document."""


def encode_frame(document: Observation) -> bytes:
    """A document with its length, as sent over the pipe.

    Raises:
        FrameError: it is longer than ``MAX_DOCUMENT``.
    """
    body = _encoder.encode(document)
    if len(body) > MAX_DOCUMENT:
        raise FrameError(f"the document is too long ({count_text(len(body), 'byte')})", where="proxy")
    return len(body).to_bytes(_HEAD) + body


class FrameDecoder:
    """Decoder of documents; buffers at most one document and the last chunk."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Observation]:
        """Yield the documents that these bytes complete.

        Raises:
            FrameError: a length exceeds ``MAX_DOCUMENT``, or a document is invalid.
        """
        self._held += data
        at = 0
        try:
            while len(self._held) - at >= _HEAD:
                size = int.from_bytes(self._held[at : at + _HEAD])
                if size > MAX_DOCUMENT:
                    raise FrameError(
                        f"the proxy sent a document that is too long ({count_text(size, 'byte')})",
                        where="proxy",
                        advice="Run the capture again",
                    )
                if len(self._held) - at - _HEAD < size:
                    return
                body = bytes(self._held[at + _HEAD : at + _HEAD + size])
                at += _HEAD + size
                try:
                    yield _decoder.decode(body)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                    raise FrameError(
                        f"the proxy sent an invalid document ({error})", where="proxy", advice="Run the capture again"
                    ) from None
        finally:
            del self._held[:at]
