"""Documents on a pipe: four bytes of length, big-endian, then MessagePack."""

from collections.abc import Iterator

import msgspec

from tieback.intake.capture.interface import MAX_DOCUMENT, Observed
from tieback.model.errors import TiebackError

_HEAD = 4
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Observed)


class FrameError(TiebackError):
    """What came is no document of the proxy's process."""


def frame(document: Observed) -> bytes:
    """A document as it goes over the pipe.

    Raises:
        FrameError: it is longer than ``MAX_DOCUMENT``.
    """
    body = _encoder.encode(document)
    if len(body) > MAX_DOCUMENT:
        raise FrameError(f"a document of {len(body)} bytes", where="proxy")
    return len(body).to_bytes(_HEAD) + body


class Frames:
    """Bytes in, documents out; holds at most one document and the piece that was fed last."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Observed]:
        """The documents that are complete with these bytes.

        Raises:
            FrameError: a length beyond ``MAX_DOCUMENT``, or what is no document.
        """
        self._held += data
        at = 0
        try:
            while len(self._held) - at >= _HEAD:
                size = int.from_bytes(self._held[at : at + _HEAD])
                if size > MAX_DOCUMENT:
                    raise FrameError(f"a document of {size} bytes", where="proxy", advice="Run the capture again")
                if len(self._held) - at - _HEAD < size:
                    return
                body = bytes(self._held[at + _HEAD : at + _HEAD + size])
                at += _HEAD + size
                try:
                    yield _decoder.decode(body)
                except (msgspec.DecodeError, RecursionError) as error:
                    raise FrameError(f"no document ({error})", where="proxy", advice="Run the capture again") from None
        finally:
            del self._held[:at]
