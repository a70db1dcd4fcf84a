"""Extractor of endpoints that scripts encode.

Only pieces around a mark of an encoding are looked at, because scripts are large and most encode nothing. The texts
are judged like any other text of the app.
"""

import re
from collections.abc import Iterator
from itertools import chain

import msgspec

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Credential, Evidence, Problem, Sighting
from tieback.recognise.calls import SCRIPTS
from tieback.recognise.context import match_context
from tieback.recognise.interface import Extractor, ExtractorMeta, Find
from tieback.recognise.scripts.folding import folded_texts
from tieback.recognise.scripts.string_arrays import without_arrays
from tieback.recognise.span import decode_text

RULE = "script-string"
MARKS = (
    b"atob(", b"fromCharCode(", b"fromCharCode.apply", b".reverse().join", rb"\x68\x74\x74\x70", b"['shift']()",
    b"=function(){return _0x", b"unescape(", b"Buffer.from(",
)  # fmt: skip
"""Texts that select a file for this extractor."""
MAX_SCRIPT = 8 * 1024 * 1024
"""Most bytes of a script whose string arrays are replaced."""
MAX_PIECES = 2_000
"""Most pieces of one script that are folded."""
_BEFORE, _AFTER = 400, 3_000
_MARK = re.compile(
    rb"\batob\(|\bfromCharCode\b|\.reverse\(\)|(?:\\x[0-9a-fA-F]{2}|\\u00[0-9a-fA-F]{2}){4}|\bunescape\(|\bBuffer\.from\("
    rb"|\xee\x80\x80"
)
_REPLACED = b"\xee\x80\x80"
"""Begins a text that was in a string array (``folding.quoted``)."""
_ARRAYED = re.compile(rb"\[['\"]shift['\"]\]\(\)|=\s?function\(\)\s?\{\s?return _0x")
_WORTH = re.compile(r"://|\.\w{2,}|^[\w-]{16,200}$")


class ScriptExtractor:
    """Finds endpoints and credentials that scripts encode. For one thread at a time."""

    meta = ExtractorMeta(name=RULE, version="1", finds=(RULE,))

    def __init__(self, judge: Extractor) -> None:
        """Use this extractor to judge texts."""
        self._judge = judge

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """Every endpoint and credential that a script encodes, each once per script."""
        for buffer in artifact.buffers:
            if buffer.kind is BufferKind.TEXT and buffer.file.endswith(SCRIPTS) and not buffer.utf16:
                yield from self._script(buffer)

    def _script(self, buffer: Buffer) -> Iterator[Find]:
        data = buffer.data  # a script can be large, so that it is not copied
        arrayed = len(data) <= MAX_SCRIPT and _ARRAYED.search(data) is not None
        shown = without_arrays(decode_text(bytes(data), wide=False)).encode("utf-8", "replace") if arrayed else data
        told: set[str] = set()
        end = pieces = 0
        for mark in _MARK.finditer(shown):
            if mark.start() < end:
                continue
            pieces += 1
            if pieces > MAX_PIECES:
                yield Problem("too many encoded strings; the rest was not decoded", buffer.file)
                return
            begin, end = max(end, mark.start() - _BEFORE), mark.start() + _AFTER
            # The cut can be inside a text. A replaced text begins with its mark, so it is read from there, too.
            starts = (begin, mark.start() - 1) if mark[0] == _REPLACED and mark.start() > begin else (begin,)
            texts = (folded_texts(bytes(shown[start:end]).decode("utf-8", "replace")) for start in starts)
            for text in dict.fromkeys(chain.from_iterable(texts)):
                if text not in told and _WORTH.search(text):
                    told.add(text)
                    # After the replacement of an array, places are no longer those of the file.
                    yield from self._finds(buffer, text, None if shown is not data else buffer.base + mark.start())

    def _finds(self, buffer: Buffer, text: str, offset: int | None) -> Iterator[Find]:
        part = Buffer("", BufferKind.TEXT, text.encode("utf-8", "replace"))
        for find in self._judge.extract(Artifact("", (part,))):
            if isinstance(find, Sighting | Credential):
                # The context of a credential is masked already.
                shown = find.evidence.context if isinstance(find, Credential) else match_context("", text)[:160]
                yield msgspec.structs.replace(find, evidence=Evidence(buffer.file, offset, RULE, shown))
