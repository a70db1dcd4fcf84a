"""Severity of an exposure: a sum of points, each with its reason, mapped to a level by thresholds.

Anyone can recompute the score by hand: ``severity.toml`` contains every number. The points for apps and devices only
order the stores of one level, so that what is said of one app does not depend on the other apps of the run. A store
that cannot be read or used without authentication has no points and severity ``info``; its other weaknesses are
separate findings.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec
from msgspec.structs import replace

from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure, PiiClassTotal, Severity, SeverityFactor
from tieback.model.figure import Figure, Quality
from tieback.model.probe import Ability, Access, Entry, Privileges, Ransom, RansomVerdict
from tieback.pii.taxonomy import PiiClass

ORDER_ONLY = frozenset({"apps", "devices"})
"""Factors whose points order stores of the same severity, and do not change it."""
_ORDER = "which counts for the order only"
_WORDS = {
    Quality.EXACT: "",
    Quality.ESTIMATE: "about ",
    Quality.LOWER_BOUND: "at least ",
    Quality.CLAIMED: "a claimed ",
}


class PointStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Points for values of at least ``start``."""

    start: int = msgspec.field(name="from")
    points: int


class PiiPoints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Points for classes of personal data."""

    factor: int
    further: int
    further_max: int


class CleartextPoints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Points for a service without TLS."""

    points: int


class SeverityTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of ``severity.toml``."""

    access: dict[Access, int]
    privileges: dict[Privileges, int]
    abilities: dict[Ability, int]
    records: tuple[PointStep, ...]
    bytes: tuple[PointStep, ...]
    pii: PiiPoints
    ransom: dict[RansomVerdict, int]
    cleartext: CleartextPoints
    apps: tuple[PointStep, ...]
    devices: tuple[PointStep, ...]
    window: tuple[PointStep, ...]
    thresholds: dict[Severity, int]


class SeverityFacts(msgspec.Struct, frozen=True):
    """The facts about a store that determine its severity."""

    access: Access
    privileges: Privileges
    """What a client without a password may do; the most of several ways in."""
    records: Figure
    bytes: Figure
    pii: Sequence[PiiClassTotal]
    ransom: Ransom
    cleartext: bool
    apps: int
    """Number of distinct apps that lead to the store."""
    abilities: Sequence[Ability] = ()
    """What the vendor documents that such a client can do besides."""
    entry: Entry = Entry.NONE
    """How such a client has access."""


class SeverityRating(msgspec.Struct, frozen=True):
    """A severity with its score and factors."""

    severity: Severity
    score: int
    factors: tuple[SeverityFactor, ...]


@cache
def load_severity_table() -> SeverityTable:
    """Load ``severity.toml``.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.assess").joinpath("severity.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), SeverityTable)


def rate_severity(facts: SeverityFacts, table: SeverityTable, taxonomy: Mapping[str, PiiClass]) -> SeverityRating:
    """Return score and severity of one store. The score is the sum of the factors' points."""
    factors = tuple(factor for factor in _factors(facts, table, taxonomy) if factor.points)
    return _rating(sum(factor.points for factor in factors), factors, table)


def _rating(score: int, factors: tuple[SeverityFactor, ...], table: SeverityTable) -> SeverityRating:
    for_order = sum(factor.points for factor in factors if factor.factor in ORDER_ONLY)
    return SeverityRating(level_of(score - for_order, table), score, factors)


def level_of(score: int, table: SeverityTable) -> Severity:
    """Return the severity for a sum of points, without those of ``ORDER_ONLY``."""
    reached = (level for level, start in table.thresholds.items() if score >= start)
    return max(reached, key=lambda level: level.rank, default=Severity.INFO)


def rate_with_context(exposure: Exposure, devices: int, days: int, table: SeverityTable) -> Exposure:
    """Rate an exposed store again with facts that only the workspace has.

    Args:
        exposure: rated without these facts; returned unchanged if it is not exposed.
        devices: installations of the apps that lead to it, from the inventories.
        days: number of days over which it was found open.
        table: the points.
    """
    if not exposure.exposed:
        return exposure
    more = (
        SeverityFactor("devices", _points(devices, table.devices), f"installations of its apps: {devices:,}, {_ORDER}"),
        SeverityFactor("exposure window", _points(days, table.window), f"found open over {count_text(days, 'day')}"),
    )
    added = tuple(factor for factor in more if factor.points)
    if not added:
        return exposure
    score = exposure.score + sum(factor.points for factor in added)
    found = _rating(score, (*exposure.factors, *added), table)
    return replace(exposure, factors=found.factors, score=found.score, severity=found.severity)


_CAN = {Ability.GENERATE: "run models", Ability.RUN_CODE: "run code", Ability.CALL_TOOLS: "call tools"}


def _factors(facts: SeverityFacts, table: SeverityTable, taxonomy: Mapping[str, PiiClass]) -> Iterator[SeverityFactor]:
    if not facts.access.exposed:
        return
    existing = facts.access is Access.ANY_USER and facts.entry is Entry.NAMED_ACCOUNT
    readable = _ANY_ACCOUNT if existing else _WHY[facts.access]
    why = _USABLE if facts.abilities and not facts.records.value else readable
    yield SeverityFactor("access", table.access.get(facts.access, 0), why)
    yield SeverityFactor(
        "privileges", table.privileges.get(facts.privileges, 0), f"rights without a password: {facts.privileges}"
    )
    if facts.abilities:
        worst = max(facts.abilities, key=lambda ability: table.abilities[ability])
        yield SeverityFactor(
            "abilities", table.abilities[worst], f"by the vendor's documentation, not tried: {_CAN[worst]}"
        )
    yield _stepped("records", facts.records, table.records, "records")
    yield _stepped("bytes", facts.bytes, table.bytes, "bytes")
    yield _personal_data(facts.pii, table.pii, taxonomy)
    verdict = facts.ransom.verdict
    yield SeverityFactor("ransom", table.ransom.get(verdict, 0), f"signs of ransom or wiping: {verdict}")
    if facts.cleartext:
        yield SeverityFactor("cleartext", table.cleartext.points, "the service accepts connections without TLS")
    yield SeverityFactor(
        "apps", _points(facts.apps, table.apps), f"{count_text(facts.apps, 'app leads', 'apps lead')} to it, {_ORDER}"
    )


_WHY = {
    Access.OPEN: "records are readable without authentication",
    Access.ANY_USER: "any user name is accepted without a password",
    Access.PARTIAL: "part of it is readable without authentication, or only one proof shows it",
}


_ANY_ACCOUNT = "any existing account is accepted without a password"
_USABLE = "anybody can use it without authentication"


def _points(value: int, steps: Sequence[PointStep]) -> int:
    return max((step.points for step in steps if value >= step.start), default=0)


def _stepped(factor: str, figure: Figure, steps: Sequence[PointStep], unit: str) -> SeverityFactor:
    return SeverityFactor(factor, _points(figure.value, steps), f"{_WORDS[figure.quality]}{figure.value:,} {unit}")


def _personal_data(
    totals: Sequence[PiiClassTotal], points: PiiPoints, taxonomy: Mapping[str, PiiClass]
) -> SeverityFactor:
    """Factor for classes that have records; a class with uncounted records is assumed to have some."""
    held = [
        t for t in totals if t.pii_class in taxonomy and (t.records.value or t.records.quality is not Quality.EXACT)
    ]
    ranked = sorted(held, key=lambda t: (-taxonomy[t.pii_class].points, t.pii_class))
    if not ranked:
        return SeverityFactor("personal data", 0, "no class of personal data detected")
    worst = taxonomy[ranked[0].pii_class]
    further = min(points.further * (len(ranked) - 1), points.further_max)
    why = f"{worst.title} (sensitivity {worst.points} of 10)"
    if len(ranked) > 1:
        why += f" and {len(ranked) - 1} further class{'es' if len(ranked) > 2 else ''}"
    return SeverityFactor("personal data", worst.points * points.factor + further, why)
