"""The extractor of endpoints: anchors in raw bytes, a bounded text at each, a verdict on each distinct text.

One pass finds every shape, because reading the bytes is what costs. A text is verified once and its verdict kept: in an
app nearly all hits are the same few namespaces.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.endpoint import Party
from tieback.model.sighting import Credential, Evidence, Problem, Sighting
from tieback.recognise import address, connection, firebase, url
from tieback.recognise.anchors import Anchor, AnchorScanner, Shape, anchors
from tieback.recognise.context import REACH, context
from tieback.recognise.interface import ExtractorMeta, Find
from tieback.recognise.rules import Rules
from tieback.recognise.span import MAX_TEXT, bounds, decoded, region
from tieback.recognise.verdict import Verdict

MAX_HITS = 100_000
"""Anchors looked at in one buffer; real ones hold hundreds."""
_HOST_GOES_ON = re.compile(rb"\.?[A-Za-z0-9_-]")
_KEEP = 4096
"""Verdicts kept; then the store starts anew."""

_TEXT = re.compile(rb"[^\x00-\x20\x7f\"'<>\\^`|\xc0]{1,2048}")
_ESCAPED = re.compile(rb"(?:[^\x00-\x20\x7f\"'<>\\^`|\xc0]|\\/){1,2048}")
# A password may hold quotes and brackets; only tried where the strict text was none and a user's name begins it.
_LOOSE = re.compile(rb"[A-Za-z0-9+]{2,16}://[A-Za-z0-9_.%~+-]{0,64}:[^\x00-\x20\x7f\"\xc0]{1,1900}")
_SCHEME_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-"
_WEB = ("http", "https")

_HOW = {
    BufferKind.DEX: "dex-string",
    BufferKind.RESOURCES: "resource",
    BufferKind.MANIFEST: "manifest",
    BufferKind.TEXT: "text",
    BufferKind.NATIVE: "native-string",
    BufferKind.BINARY: "binary",
}


class _Place(NamedTuple):
    """A match in a buffer; all numbers are offsets in its data."""

    verdict: Verdict
    start: int
    covered: int
    """No endpoint of any shape may begin before this."""
    looked: int
    """No endpoint without a scheme may begin before this."""
    begin: int
    """Of the string that holds the match; context reaches back no further."""
    stop: int
    """Where the next string begins."""
    wide: bool
    """UTF-16LE."""


class EndpointExtractor:
    """Finds URLs, connection strings, bare hosts with a port, and Firebase databases. For one thread at a time."""

    meta = ExtractorMeta(
        name="endpoints",
        version="1",
        finds=(url.RULE, connection.RULE, address.NAME_RULE, address.ADDRESS_RULE, firebase.RULE),
    )

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules if rules is not None else Rules()
        self._verdicts: dict[bytes, Verdict] = {}

    @cached_property
    def _scanner(self) -> AnchorScanner:
        return AnchorScanner(anchors(self.rules.services.schemes.values()))

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """Every find of one artifact, each with count 1; what is no back end once."""
        told: set[str] = set()
        seen: set[int] = set()
        for buffer in artifact.buffers:
            for place in self._places(buffer):
                if isinstance(place, Problem):
                    yield place
                    continue
                for text in place.verdict.not_backends:
                    if text.value not in told:
                        told.add(text.value)
                        yield text
                # Buffers of one binary may overlap: its sections of wide strings lie among the others.
                if place.verdict.endpoints and buffer.base + place.start not in seen:
                    seen.add(buffer.base + place.start)
                    yield from _finds(buffer, place)

    def _places(self, buffer: Buffer) -> Iterator[_Place | Problem]:
        begin, end = region(buffer)
        hits, stopped = self._scanner.scan(buffer.data, begin, end, MAX_HITS)
        if not hits:
            return
        known = self._scanner.anchors
        covered = looked = -1
        for (index, end), (low, high) in zip(hits, bounds(buffer, [end - 1 for _, end in hits]), strict=True):
            anchor = known[index]
            place: _Place | None
            if anchor.length:
                start = end - (anchor.length << anchor.wide)
                if start < covered or start < low or _goes_back(buffer, anchor, start, low):
                    continue
                place = self._text(buffer, anchor, start, low, high)
            else:
                place = self._bare(buffer, anchor, end, low, high)
                if place is None or place.start < looked:
                    continue
            covered = max(covered, place.covered)
            looked = max(looked, place.looked)
            if not place.verdict.rejected:
                yield place
        if stopped:
            yield Problem(f"more than {MAX_HITS:,} texts that look like endpoints; the rest was not read", buffer.file)

    def _text(self, buffer: Buffer, anchor: Anchor, start: int, low: int, high: int) -> _Place:
        """The match that begins with a scheme at ``start``."""
        if anchor.wide:
            data = decoded(buffer.data[start : min(high, start + 2 * MAX_TEXT)], wide=True).encode("utf-8", "replace")
            at, stop = 0, len(data)
        else:
            data, at, stop = buffer.data, start, high
        found = (_ESCAPED if anchor.escaped else _TEXT).match(data, at, stop)
        raw = found[0] if found else b""
        verdict = self._verdicts.get(raw) or self._keep(raw, self._judge(anchor, raw))
        if verdict.rejected and anchor.shape is Shape.CONNECTION:
            found = _LOOSE.match(data, at, stop)
            raw = found[0] if found else raw
            verdict = self._verdicts.get(raw) or self._keep(raw, self._judge(anchor, raw))
        covers = verdict.covers if raw.isascii() and not anchor.escaped else len(raw)
        covered, looked = start + (covers << anchor.wide), start + (len(raw) << anchor.wide)
        return _Place(verdict, start, covered, looked, low, high, anchor.wide)

    def _keep(self, raw: bytes, verdict: Verdict) -> Verdict:
        if len(self._verdicts) >= _KEEP:
            self._verdicts.clear()
        self._verdicts[raw] = verdict
        return verdict

    def _judge(self, anchor: Anchor, raw: bytes) -> Verdict:
        text = decoded(raw, wide=False)
        if anchor.escaped:
            text = text.replace("\\/", "/")
        if anchor.shape is Shape.JDBC:
            return connection.verify_jdbc(text, self.rules)
        assert anchor.scheme is not None
        if anchor.shape is Shape.CONNECTION:
            return connection.verify(text, anchor.scheme, self.rules)
        return url.verify(text, anchor.scheme, self.rules)

    def _bare(self, buffer: Buffer, anchor: Anchor, end: int, low: int, high: int) -> _Place | None:
        """The match without a scheme whose anchor ends at ``end``."""
        wide = anchor.wide
        head_end = end - ((0 if anchor.shape is Shape.FIREBASE else len(":80")) << wide)
        first = max(low, head_end - (260 << wide))
        first += (head_end - first) & wide
        window = _narrow(buffer.data[first:head_end], wide=wide)
        host = _host_before(window, bracketed=anchor.shape is Shape.BRACKET_PORT)
        if not host:
            return None
        before = _neighbours(window[: len(window) - len(host)])
        after = _narrow(buffer.data[head_end : min(high, head_end + (16 << wide))], wide=wide)
        if anchor.shape is not Shape.FIREBASE:
            verdict = address.verify(before, host.decode("ascii"), after[1:].decode("latin-1"), self.rules)
        elif _HOST_GOES_ON.match(after):
            verdict = Verdict(firebase.RULE, 0, rejected="host goes on")
        else:
            verdict = firebase.verify(host.decode("ascii"), self.rules)
        start = head_end - (len(host) << wide)
        covered = start + (verdict.covers << wide)
        # Before an @ stands a credential, whatever stands before that: the context begins with the host.
        return _Place(verdict, start, covered, covered, start if before.endswith("@") else low, high, wide)


def _goes_back(buffer: Buffer, anchor: Anchor, start: int, low: int) -> bool:
    """Whether the scheme is the end of another one, as in ``sftp://``. Common ones are worth reading in any case."""
    if start <= low or (anchor.scheme is not None and anchor.scheme.name in _WEB):
        return False
    before = _narrow(buffer.data[max(low, start - (1 << anchor.wide)) : start], wide=anchor.wide)
    return before[-1:] in _SCHEME_BYTES if before else False


def _narrow(raw: bytes, *, wide: bool) -> bytes:
    """One byte a character; characters beyond ASCII become DEL, which no host holds."""
    if not wide:
        return raw
    return decoded(raw, wide=True).encode("ascii", "replace").replace(b"?", b"\x7f")


def _host_before(window: bytes, *, bracketed: bool) -> bytes:
    """The host at the end of ``window``; empty where there is none or it is longer than a name may be."""
    if bracketed:
        inner = window[:-1]
        head = inner.rstrip(address.BRACKET_BYTES)
        return window[len(head) - 1 :] if head.endswith(b"[") else b""
    host = window[len(window.rstrip(address.HOST_BYTES)) :]
    return host if len(host) <= 253 else b""


def _neighbours(before: bytes) -> str:
    """Up to two characters before a host; none where a string begins or other alphabets end."""
    text = before[-2:].decode("latin-1")
    return "" if text and (text[-1] > "\x7e" or (text[-1] < " " and not text[-1].isspace())) else text


def _finds(buffer: Buffer, place: _Place) -> Iterator[Find]:
    verdict, unit = place.verdict, 2 if place.wide else 1
    name = buffer.names.get(place.begin)
    how = f"{_HOW[buffer.kind]}:{name}" if name else _HOW[buffer.kind]
    evidence = Evidence(buffer.file, buffer.base + place.start, f"{how}/{verdict.rule}", _context(buffer, place, unit))
    for endpoint in verdict.endpoints:
        yield Sighting(endpoint, 1, Party.UNKNOWN, evidence)
    for secret in verdict.secrets:
        yield Credential(secret.kind, secret.masked, verdict.endpoints[0].value, evidence)


def _context(buffer: Buffer, place: _Place, unit: int) -> str:
    first = max(place.begin, place.start - REACH * unit)
    first += (place.start - first) % unit
    left = decoded(buffer.data[first : place.start], wide=place.wide)
    right = decoded(buffer.data[place.start : min(place.stop, place.start + REACH * unit)], wide=place.wide)
    return context(left, right, cut=first > place.begin + 1)
