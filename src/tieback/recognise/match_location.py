"""Location of a match in a buffer, and the finds from it."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.model.endpoint import Party
from tieback.model.sighting import Credential, Evidence, Sighting
from tieback.recognise.context import REACH, match_context
from tieback.recognise.encodings import Encoding
from tieback.recognise.endpoints.verdict import TextVerdict
from tieback.recognise.interface import Find
from tieback.recognise.span import decode_text

HOW = {
    BufferKind.DEX: "dex-string",
    BufferKind.RESOURCES: "resource",
    BufferKind.MANIFEST: "manifest",
    BufferKind.TEXT: "text",
    BufferKind.NATIVE: "native-string",
    BufferKind.BINARY: "binary",
}
"""First part of ``Evidence.how``, by the kind of buffer."""


class MatchLocation(NamedTuple):
    """A match in a buffer; all numbers are offsets in its data."""

    verdict: TextVerdict
    start: int
    covered: int
    """No endpoint of any shape may begin before this offset."""
    looked: int
    """No endpoint without a scheme may begin before this offset."""
    begin: int
    """Start of the string with the match; the context begins here at the earliest."""
    stop: int
    """Start of the next string."""
    wide: bool = False
    """True for UTF-16LE."""
    encoding: Encoding = Encoding.PLAIN
    shown: str = ""
    """Text for the context, in place of the text in the buffer; for a credential its masked form."""


def finds_at(buffer: Buffer, place: MatchLocation) -> Iterator[Find]:
    """The sightings and credentials of a match, each with count 1."""
    verdict = place.verdict
    name = buffer.names.get(place.begin)
    how = f"{HOW[buffer.kind]}:{name}" if name else HOW[buffer.kind]
    encoded = "" if place.encoding in (Encoding.PLAIN, Encoding.ESCAPED) else f":{place.encoding.name.lower()}"
    evidence = Evidence(
        buffer.file, buffer.base + place.start, f"{how}/{verdict.rule}{encoded}", _context(buffer, place)
    )
    addresses = (verdict.address,) if verdict.address else ()
    for endpoint in verdict.endpoints:
        yield Sighting(endpoint, 1, Party.UNKNOWN, evidence, addresses=addresses)
    for secret in verdict.secrets:
        belongs = secret.endpoint or (verdict.endpoints[0].value if verdict.endpoints else "")
        own = evidence if secret.place is None else _evidence_of(buffer, place, secret.place, evidence)
        yield Credential(secret.kind, secret.masked, belongs, own, secret.grade, secret.fingerprint, secret.claims)
        if secret.key is not None:
            yield secret.key
    yield from verdict.keys


def _evidence_of(buffer: Buffer, place: MatchLocation, part: tuple[int, int], evidence: Evidence) -> Evidence:
    """The evidence of a credential beside a match: its own offset, and its own line if that is another one."""
    start, end = (place.start + part[0] * (1 + place.wide), place.start + part[1] * (1 + place.wide))
    between = buffer.data[min(start, place.start) : max(start, place.start)]
    context = evidence.context
    if b"\n" in bytes(between) or b"\r" in bytes(between):
        context = _context(buffer, place._replace(start=start, covered=end, shown="***"))
    return msgspec.structs.replace(evidence, offset=buffer.base + start, context=context)


def _context(buffer: Buffer, place: MatchLocation) -> str:
    unit = 2 if place.wide else 1
    first = max(place.begin, place.start - REACH * unit)
    first += (place.start - first) % unit
    left = decode_text(buffer.data[first : place.start], wide=place.wide)
    cut = first > place.begin + 1
    if place.shown:
        after = decode_text(buffer.data[place.covered : min(place.stop, place.covered + REACH * unit)], wide=place.wide)
        # The text after it is in the same encoding and could not be masked.
        right = place.shown + ("" if place.encoding is not Encoding.PLAIN else after)
        left = "" if place.encoding is not Encoding.PLAIN else left
        return match_context(left, right, cut=cut)
    right = decode_text(buffer.data[place.start : min(place.stop, place.start + REACH * unit)], wide=place.wide)
    return match_context(left, right, cut=cut)
