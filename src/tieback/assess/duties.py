"""Notification duties that laws and contracts may impose, derived from the personal data in exposed stores.

The rules are in ``duties.toml``. The result is advice with its reason, because the people affected and the controller
are not known.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from tieback.model.count_text import count_text
from tieback.model.exposure import PiiClassTotal
from tieback.model.figure import Quality
from tieback.model.pii import ClassificationBasis
from tieback.model.report.headline import Duty
from tieback.pii.kinds import load_kinds, regulation_tags
from tieback.pii.taxonomy import PiiClass, load_taxonomy

MOST_NAMED = 5
"""Limit on the classes named in a reason."""
_TELLING = frozenset({"password", "secret_token", "national_id"})
"""Classes whose kind by value is more informative than the class (``bcrypt hash``)."""
_BASES = {ClassificationBasis.NAME: "field names", ClassificationBasis.VALUE: "values"}


MOST_REMEMBERED = 4096
"""Size of the cache of class combinations and the rules that they meet."""

type _Held = tuple[tuple[str, tuple[str, ...], ClassificationBasis], ...]
type _Asked = list[tuple[str, list[tuple[str, str, ClassificationBasis]]]]


class Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Criterion for a class of personal data, or a kind of it; all parts that are set must match."""

    classes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """Kinds; an empty string matches a class of unknown kind."""
    special: bool = False
    pci: tuple[Literal["CHD", "SAD"], ...] = ()
    points: int = 0

    def matches(self, pii_class: str, kind: str, leaf: PiiClass) -> bool:
        """True if this kind of this class, with its tags, meets the criterion."""
        return (
            (not self.classes or pii_class in self.classes)
            and (not self.kinds or kind in self.kinds)
            and (not self.special or leaf.special)
            and (not self.pci or leaf.pci in self.pci)
            and leaf.points >= self.points
        )


class DutyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of ``duties.toml``."""

    title: str
    advice: str
    needs: tuple[tuple[Criterion, ...], ...]
    source: str


@cache
def load_duties() -> Mapping[str, DutyRule]:
    """Return the rules by name, in report order.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.assess").joinpath("duties.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, DutyRule])


class Duties:
    """Collects the exposed stores of a report, one at a time, and lists the notices that may be due."""

    def __init__(self) -> None:
        self._rules = load_duties()
        self._taxonomy = load_taxonomy()
        self._stores = dict.fromkeys(self._rules, 0)
        self._held: dict[str, dict[str, None]] = {name: {} for name in self._rules}
        self._bases: dict[str, set[ClassificationBasis]] = {name: set() for name in self._rules}
        self._asked: dict[_Held, _Asked] = {}

    def add(self, totals: Iterable[PiiClassTotal]) -> None:
        """Add a store. A class whose records could not be counted is assumed to have some."""
        held = tuple(
            (total.pii_class, total.details or ("",), total.basis)
            for total in totals
            if total.pii_class in self._taxonomy and (total.records.value or total.records.quality is not Quality.EXACT)
        )
        # Stores of one app, and of one kind of app, hold the same classes.
        asked = self._asked.get(held)
        if asked is None:
            asked = self._ask(held)
            if len(self._asked) < MOST_REMEMBERED:
                self._asked[held] = asked
        for name, meeting in asked:
            self._stores[name] += 1
            for pii_class, kind, basis in meeting:
                self._held[name][self._words(pii_class, kind)] = None
                self._bases[name].add(basis)

    def _ask(self, held: _Held) -> _Asked:
        """Rules that the classes of one store meet, each with the classes that meet it."""
        kinds = [(name, kind, basis, regulation_tags(name, kind)) for name, details, basis in held for kind in details]
        asked = []
        for name, rule in self._rules.items():
            meeting = [
                [
                    (one, kind, basis)
                    for one, kind, basis, leaf in kinds
                    if any(c.matches(one, kind, leaf) for c in need)
                ]
                for need in rule.needs
            ]
            if all(meeting):
                asked.append((name, [met for need in meeting for met in need]))
        return asked

    def due_notices(self) -> tuple[Duty, ...]:
        """Return the notices that may be due, in rule order."""
        return tuple(self._due())

    def _due(self) -> Iterator[Duty]:
        for name, rule in self._rules.items():
            if stores := self._stores[name]:
                yield Duty(name, rule.title, rule.advice, self._reason(name, stores), rule.source)

    def _reason(self, name: str, stores: int) -> str:
        held = list(self._held[name])
        named = ", ".join(held[:MOST_NAMED])
        if len(held) > MOST_NAMED:
            named += f" and {len(held) - MOST_NAMED} more"
        where = (
            count_text(stores, "exposed store contains", "exposed stores contain")
            if stores > 1
            else "an exposed store contains"
        )
        by = " and ".join(words for basis, words in _BASES.items() if basis in self._bases[name])
        return f"{where} {named}, detected by {by}"

    def _words(self, pii_class: str, kind: str) -> str:
        title = self._taxonomy[pii_class].title
        title = title if title[1].isupper() else title[0].lower() + title[1:]
        told = kind and (kind in load_kinds().get(pii_class, ()) or pii_class in _TELLING)
        return f"{title} ({kind})" if told else title
