"""Personal data and credentials that went in the clear: samples of a flow, classified in memory and dropped.

Values of one name in one place are judged together, by the name and by what they are; what stands under no name, such
as a token in a body of plain text, is found by the credential rules.
"""

from collections.abc import Iterator
from functools import cached_property

import msgspec

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.traffic.interface import SeenFlow
from tieback.model.flow import Flow, Leak, Sample
from tieback.model.pii import Classification, Column
from tieback.model.sighting import Credential, Grade
from tieback.pii import detectors
from tieback.pii.names import NameDetector
from tieback.pii.taxonomy import NONE
from tieback.pii.values import ValueDetector, classify_columns
from tieback.pipeline.pairs import Pair, pairs
from tieback.recognise import extractors
from tieback.recognise.interface import Extractor

MAX_LEAKS = 64
"""Leaks of one flow; one of each class, place and direction."""
MAX_VALUES = 64
"""Values of one name that are looked at."""

_PASSWORD, _TOKEN = "password", "secret_token"
_SURE = 0.9
"""Of a credential: its form is checked, and it is never tried."""


class LeakJudge:
    """Judges samples. Compiles what it needs at the first sample; for one thread at a time."""

    def __call__(self, seen: SeenFlow) -> Flow:
        """The flow with the leaks that its samples show; an encrypted flow has none."""
        if not seen.samples or seen.flow.encrypted:
            return seen.flow
        found: dict[tuple[str, str, str], Leak] = {}
        masks: set[str] = set()
        for leak in self._leaks(seen.samples):
            # A token under a name is found by its name and by its form; the name says more.
            if leak.where.startswith("credential:") and leak.masked in masks:
                continue
            masks.add(leak.masked)
            found.setdefault((leak.pii_class, leak.where, leak.direction), leak)
            if len(found) >= MAX_LEAKS:
                break
        return msgspec.structs.replace(seen.flow, leaks=tuple(found.values()))

    @cached_property
    def _names(self) -> NameDetector:
        return next(detector for detector in detectors() if isinstance(detector, NameDetector))

    @cached_property
    def _values(self) -> ValueDetector:
        return ValueDetector()

    @cached_property
    def _credentials(self) -> Extractor:
        return extractors()[0]

    def _leaks(self, samples: tuple[Sample, ...]) -> Iterator[Leak]:
        for direction in dict.fromkeys(sample.direction for sample in samples):
            own = [sample for sample in samples if sample.direction == direction]
            for places in _columns(own).values():
                yield from self._of_column(places, direction)
            for sample in own:
                yield from self._of_forms(sample)

    def _of_column(self, column: list[Pair], direction: str) -> Iterator[Leak]:
        first = column[0]
        if first.parent == "header":
            yield _of_header(first, direction)
            return
        values = tuple(pair.value for pair in column)
        asked = Column(field=first.name, table=first.parent, values=values)
        verdict: Classification = next(iter(classify_columns((asked,), self._names, self._values)))
        if verdict.pii_class != NONE:
            yield Leak(verdict.pii_class, first.where[:160], direction, mask(first.value), round(verdict.confidence, 3))

    def _of_forms(self, sample: Sample) -> Iterator[Leak]:
        """Credentials that their form gives away, whatever they stand under; public ones are no leak."""
        artifact = Artifact("", (Buffer("", BufferKind.TEXT, sample.data),))
        for find in self._credentials.extract(artifact):
            if isinstance(find, Credential) and find.grade is not Grade.PUBLIC:
                pii_class = _PASSWORD if "password" in find.kind else _TOKEN
                yield Leak(pii_class, f"credential:{find.kind}", sample.direction, find.masked, _SURE)


def _columns(samples: list[Sample]) -> dict[tuple[str, str, str], list[Pair]]:
    """The pairs by place, name and what they stand in; empty values say nothing."""
    found: dict[tuple[str, str, str], list[Pair]] = {}
    for sample in samples:
        for pair in pairs(sample):
            if pair.value.strip():
                column = found.setdefault((pair.where, pair.name, pair.parent), [])
                if len(column) < MAX_VALUES:
                    column.append(pair)
    return found


def _of_header(pair: Pair, direction: str) -> Leak:
    scheme, _, rest = pair.value.partition(" ")
    if pair.name == "authorization" and scheme.lower() == "basic" and rest:
        return Leak(_PASSWORD, pair.where[:160], direction, mask(pair.value), 0.99)
    return Leak(_TOKEN, pair.where[:160], direction, mask(pair.value), _SURE)


def mask(value: str) -> str:
    """First and last character and the length, such as ``a…e (12)``; of short values the length alone."""
    text = "".join(char if char.isprintable() else "?" for char in value)
    return f"{text[0]}…{text[-1]} ({len(text)})" if len(text) >= 6 else f"… ({len(text)})"
