"""Credentials in the source map that a script contains: ``//# sourceMappingURL=data:application/json;base64,...``.

Such a map usually has the sources before their compilation, with comments and names that the script has no more. Web
addresses in base64 are found in the script itself; here the map is decoded and searched for credentials. Source:
ECMA-426, section "Linking source maps". Bounds: 16 maps and 16 MiB per script.
"""

import binascii
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote_to_bytes

import msgspec

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes
from tieback.intake.apps.text_places import has_text
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Credential
from tieback.recognise.calls import is_script
from tieback.recognise.interface import Extractor, ExtractorMeta, Find

RULE = "source-map"
MARK = b"sourceMappingURL=data:"
"""Text that selects a file for this extractor."""
MAX_MAPS = 16
MAX_BYTES = 16 * 1024 * 1024
"""Most bytes of the encoded maps of one script."""
_MAP = lazy_pattern(rb"sourceMappingURL=data:[a-z]{1,20}/[a-z0-9.+-]{1,40}(?:;charset=[A-Za-z0-9-]{1,20})?(;base64)?,")
_BASE64 = lazy_pattern(rb"[A-Za-z0-9+/]*+")
_PERCENT = lazy_pattern(rb"[A-Za-z0-9%.~_!*'()/?:@&=+$,;-]*+")
_ENCODED = {True: "base64", False: "percent"}


class SourceMapExtractor:
    """Finds credentials in the source maps inside of scripts. For one thread at a time."""

    meta = ExtractorMeta(name=RULE, version="1", finds=(RULE,))

    def __init__(self, judge: Extractor) -> None:
        """Use this extractor for the decoded maps."""
        self._judge = judge

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """The credentials of the maps in one artifact, each at its place in the encoded text."""
        for buffer in artifact.buffers:
            if is_script(buffer) and not buffer.utf16 and has_text(buffer.data, MARK):
                for start, is_base64, text in _maps(buffer.data):
                    yield from self._credentials(buffer, start, text, is_base64=is_base64)

    def _credentials(self, buffer: Buffer, start: int, text: bytes, *, is_base64: bool) -> Iterator[Find]:
        inner = Artifact(buffer.file, (Buffer(buffer.file, BufferKind.TEXT, text),))
        for find in self._judge.extract(inner):
            if isinstance(find, Credential):
                at = (find.evidence.offset or 0) * 4 // 3 if is_base64 else 0
                evidence = msgspec.structs.replace(
                    find.evidence, offset=buffer.base + start + at, how=f"{find.evidence.how}:{_ENCODED[is_base64]}"
                )
                yield msgspec.structs.replace(find, evidence=evidence)


def _maps(data: Bytes) -> Iterator[tuple[int, bool, bytes]]:
    """Offset of the encoded text, whether it is base64, and the decoded text of each map."""
    left = MAX_BYTES
    for found in islice(_MAP.finditer(data), MAX_MAPS):
        is_base64 = found[1] is not None
        body = (_BASE64 if is_base64 else _PERCENT).match(data, found.end(), found.end() + left)
        raw = body[0] if body is not None else b""
        left -= len(raw)
        text = binascii.a2b_base64(raw[: len(raw) // 4 * 4]) if is_base64 else unquote_to_bytes(raw)
        yield found.end(), is_base64, text
