"""Personal data and credentials that went in the clear: samples of a flow, classified in memory and dropped."""

from collections.abc import Callable, Iterator

import msgspec

from tieback.intake.traffic.interface import SeenFlow
from tieback.model.flow import Flow, Leak
from tieback.model.pii import Classification, Column
from tieback.pii.taxonomy import NONE
from tieback.pipeline.pairs import Pair, pairs

MAX_LEAKS = 64
"""Leaks of one flow; one of each class, place and direction."""

type Classify = Callable[[Column], Classification | None]


def with_leaks(seen: SeenFlow, classify: Classify) -> Flow:
    """The flow with the leaks that its samples show; an encrypted flow has none."""
    if not seen.samples or seen.flow.encrypted:
        return seen.flow
    found: dict[tuple[str, str, str], Leak] = {}
    for leak in _leaks(seen, classify):
        found.setdefault((leak.pii_class, leak.where, leak.direction), leak)
        if len(found) >= MAX_LEAKS:
            break
    return msgspec.structs.replace(seen.flow, leaks=tuple(found.values()))


def _leaks(seen: SeenFlow, classify: Classify) -> Iterator[Leak]:
    for sample in seen.samples:
        for pair in pairs(sample):
            verdict = _judge(pair, classify)
            if verdict is not None:
                yield Leak(verdict[0], pair.where[:160], sample.direction, mask(pair.value), round(verdict[1], 3))


def _judge(pair: Pair, classify: Classify) -> tuple[str, float] | None:
    if pair.parent == "header":
        scheme, _, rest = pair.value.partition(" ")
        if pair.name == "authorization" and scheme.lower() == "basic" and rest:
            return "password", 0.99
        return "secret_token", 0.9
    verdict = classify(Column(field=pair.name, table=pair.parent, values=(pair.value,)))
    if verdict is None or verdict.pii_class == NONE or not pair.value.strip():
        return None
    return verdict.pii_class, verdict.confidence


def mask(value: str) -> str:
    """First and last character and the length, such as ``a…e (12)``; of short values the length alone."""
    text = "".join(char if char.isprintable() else "?" for char in value)
    return f"{text[0]}…{text[-1]} ({len(text)})" if len(text) >= 6 else f"… ({len(text)})"
