"""How one result is counted against one case: right, wrong and missed claims. Imports numpy and nothing of tieback."""

import math
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

EXPOSED = frozenset({"open", "partial", "any_user"})
"""Values of ``access`` with which records are readable without a login."""
NUMBERS = frozenset({"records", "bytes"})
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

type Document = Mapping[str, Any]


class Kind(StrEnum):
    """How the claims of one name are counted."""

    SET = "set"
    """Each expected claim is found or missed; each other claim is wrong."""
    BOOL = "bool"
    """True or false for each subject; true is the positive answer."""
    ACCESS = "access"
    """A state; the states in ``EXPOSED`` are the positive answers."""
    NUMBER = "number"
    """A number for each subject, with its relative error."""


COLUMNS = ("right", "wrong", "missed", "negative", "false_open", "judged", "exact", "said")
CLAIM_METRICS: Mapping[Kind, Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    Kind.SET: {"precision": (("right",), ("right", "wrong")), "recall": (("right",), ("right", "missed"))},
    Kind.BOOL: {
        "precision": (("right",), ("right", "wrong")),
        "recall": (("right",), ("right", "missed")),
        "false open": (("false_open",), ("negative",)),
        "exact": (("exact",), ("judged",)),
    },
    Kind.ACCESS: {
        "precision": (("right",), ("right", "wrong")),
        "recall": (("right",), ("right", "missed")),
        "false open": (("false_open",), ("negative",)),
        "exact": (("exact",), ("judged",)),
    },
    Kind.NUMBER: {"exact": (("exact",), ("judged",)), "given": (("said",), ("judged",))},
}
"""The columns above and below the line of each figure."""


class Count(NamedTuple):
    """The counts of one case."""

    supported: bool
    columns: Mapping[str, int]
    errors: tuple[float, ...] = ()


class Counts(NamedTuple):
    """The counts of all cases, in their order."""

    supported: npt.NDArray[np.bool_]
    table: Mapping[str, npt.NDArray[np.float64]]
    errors: list[tuple[float, ...]]

    @classmethod
    def of(cls, counts: Sequence[Count]) -> "Counts":
        """From the counts of each case."""
        table = {name: np.array([float(one.columns.get(name, 0)) for one in counts]) for name in COLUMNS}
        return cls(np.array([one.supported for one in counts]), table, [one.errors for one in counts])

    def column(self, names: Iterable[str]) -> npt.NDArray[np.float64]:
        """The sum of columns."""
        return np.asarray(np.sum([self.table[name] for name in names], axis=0), dtype=np.float64)


def kind_of(cases: Iterable[Document], results: Iterable[Mapping[str, Document]]) -> dict[str, Kind]:
    """The kind of each claim that is expected or made, by its name."""
    kinds: dict[str, Kind] = {}
    values: dict[str, list[Any]] = {}
    ids = set()
    for case in cases:
        ids.add(case["id"])
        for claim in case.get("expected", []):
            values.setdefault(claim["name"], []).append(claim.get("value"))
    for its in results:
        for number, result in its.items():
            for claim in result.get("claims", []) if number in ids else []:
                values.setdefault(claim["name"], [])
    for name, its_values in sorted(values.items()):
        if name == "access":
            kinds[name] = Kind.ACCESS
        elif name in NUMBERS:
            kinds[name] = Kind.NUMBER
        elif its_values and all(isinstance(value, bool) for value in its_values):
            kinds[name] = Kind.BOOL
        else:
            kinds[name] = Kind.SET
    return kinds


def count_case(name: str, kind: Kind, case: Document, result: Document, answer: str) -> Count:
    """Count the claims of one name.

    Args:
        name: of the claims.
        kind: how they are counted.
        case: the case.
        result: the result of a tool; empty if there is none.
        answer: its answer; claims count only if it is ``decided``.
    """
    expected = [one for one in case.get("expected", []) if one["name"] == name]
    allowed = [one for one in case.get("allowed", []) if one["name"] == name]
    made = result.get("claims", []) if answer == "decided" else []
    claims = [one for one in made if one["name"] == name]
    if answer == "unsupported":
        return Count(False, {})
    if kind is Kind.SET:
        return _set(case["topic"], name, expected, allowed, claims)
    if kind is Kind.NUMBER:
        return _number(expected, claims)
    return _judged(kind, expected, claims)


def _set(
    topic: str, name: str, expected: Sequence[Document], allowed: Sequence[Document], claims: Sequence[Document]
) -> Count:
    left = list(expected)
    found: list[Document] = []
    wrong: list[Document] = []
    for claim in claims:
        hit = next((one for one in left if matches(topic, name, one, claim)), None)
        if hit is not None:
            left.remove(hit)
            found.append(hit)
        elif not any(matches(topic, name, one, claim) for one in (*found, *allowed, *wrong)):
            wrong.append(claim)
    return Count(True, {"right": len(found), "wrong": len(wrong), "missed": len(left)})


def _judged(kind: Kind, expected: Sequence[Document], claims: Sequence[Document]) -> Count:
    columns = dict.fromkeys(COLUMNS, 0)
    for one in expected:
        values = _values(one)
        said = [claim.get("value") for claim in claims if claim.get("subject", "") == one.get("subject", "")]
        if kind is Kind.BOOL:
            positive, answer = values[0] is True, bool(said) and said[0] is True
            exact = bool(said) and said[0] is values[0]
        else:
            positive = any(isinstance(value, str) and value in EXPOSED for value in values)
            answer = bool(said) and isinstance(said[0], str) and said[0] in EXPOSED
            exact = bool(said) and said[0] in values
        columns["judged"] += 1
        columns["exact"] += exact
        columns["right"] += positive and answer
        columns["missed"] += positive and not answer
        columns["wrong"] += answer and not positive
        columns["false_open"] += answer and not positive
        columns["negative"] += not positive
    return Count(True, columns)


def _number(expected: Sequence[Document], claims: Sequence[Document]) -> Count:
    judged = said = exact = 0
    errors = []
    for one in expected:
        true = number(one.get("value"))
        if true is None:
            continue
        judged += 1
        values = [claim.get("value") for claim in claims if claim.get("subject", "") == one.get("subject", "")]
        value = number(values[0]) if values else None
        if value is not None:
            said += 1
            exact += value == true
            errors.append(abs(value - true) / max(abs(true), 1.0))
    return Count(True, {"judged": judged, "said": said, "exact": exact}, tuple(errors))


def number(value: Any) -> float | None:
    """A finite number; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _values(claim: Document) -> list[Any]:
    value = claim.get("value")
    return value if isinstance(value, list) else [value]


def matches(topic: str, name: str, one: Document, claim: Document) -> bool:
    """Whether a claim states what ``one`` states; a list of values in ``one`` means any of them."""
    if one.get("subject", "") != claim.get("subject", ""):
        return False
    values, said = _values(one), _values(claim)
    return bool(said) and all(any(_equal(topic, name, value, other) for value in values) for other in said)


def _equal(topic: str, name: str, value: Any, said: Any) -> bool:
    if isinstance(value, str) and isinstance(said, str):
        if name == "endpoint":
            return _endpoint(value) == _endpoint(said)
        if topic == "host" and name == "product":
            return value.casefold() in said.casefold()
        return value.strip().casefold() == said.strip().casefold()
    return type(value) is type(said) and bool(value == said)


def _endpoint(text: str) -> str:
    """Scheme and host in lower case, without the default port, a fragment or a final slash."""
    text = text.strip().partition("#")[0]
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        port = parts.port
    except ValueError:
        return text
    shown = "" if port is None or _DEFAULT_PORTS.get(parts.scheme) == port else f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}{shown}{parts.path.rstrip('/')}{query}"
