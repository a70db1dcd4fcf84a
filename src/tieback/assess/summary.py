"""Headline figures of a report, over stores that are already deduplicated."""

from collections.abc import Iterable
from typing import Protocol

from msgspec.structs import replace

from tieback.assess.campaigns import find_campaigns
from tieback.assess.duties import Duties
from tieback.assess.people import PeopleTotal, most_own_people
from tieback.assess.ransom import RANSOMED
from tieback.model.exposure import PeopleRange, PiiClassTotal
from tieback.model.figure import NO_ANSWER, Figure, lower_bound, total
from tieback.model.pii import ClassificationBasis, OwnPeople
from tieback.model.probe import Access, Ransom
from tieback.model.report.groups import GroupTable, StoreKind
from tieback.model.report.headline import Headline

SUM = "sum over stores"
UNKNOWN = lower_bound(0, "nothing was probed")
"""Records or bytes of a run that looked for no data store: they are not known."""


class CountedStore(Protocol):
    """The attributes of a store that are counted; ``model.exposure.Exposure`` has all of them."""

    @property
    def id(self) -> str: ...  # noqa: D102 - as in ``Exposure``
    @property
    def product(self) -> str: ...  # noqa: D102
    @property
    def access(self) -> Access: ...  # noqa: D102
    @property
    def records(self) -> Figure: ...  # noqa: D102
    @property
    def bytes(self) -> Figure: ...  # noqa: D102
    @property
    def pii(self) -> tuple[PiiClassTotal, ...]: ...  # noqa: D102
    @property
    def ransom(self) -> Ransom: ...  # noqa: D102
    @property
    def people(self) -> PeopleRange | None: ...  # noqa: D102
    @property
    def own_people(self) -> OwnPeople | None: ...  # noqa: D102
    @property
    def honeypot(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def undecided(self) -> bool: ...  # noqa: D102
    @property
    def at_most(self) -> int: ...  # noqa: D102
    @property
    def records_at_most(self) -> Figure | None: ...  # noqa: D102
    @property
    def bytes_at_most(self) -> Figure | None: ...  # noqa: D102


class _Sum:
    """A running sum; its quality follows ``model.figure.total``."""

    def __init__(self) -> None:
        self.figure = total((), SUM)

    def add(self, figure: Figure) -> None:
        self.figure = total((self.figure, figure), SUM)


class _Most:
    """Running totals if all addresses that only look alike are different stores."""

    def __init__(self) -> None:
        self.any = False
        """True if a store may be several: the totals then differ from the others."""
        self.answering = self.exposed = 0
        self.records, self.bytes = _Sum(), _Sum()

    def add(self, store: CountedStore) -> None:
        self.any = self.any or store.at_most > 1
        self.answering += store.at_most
        if store.access.exposed:
            self.exposed += store.at_most
            self.records.add(store.records_at_most or store.records)
            self.bytes.add(store.bytes_at_most or store.bytes)


class _Kind:
    """Running totals of one product."""

    def __init__(self) -> None:
        self.asked = self.exposed = 0
        self.records, self.bytes = _Sum(), _Sum()


def summarise(
    apps_analysed: int,
    apps_affected: int,
    stores: Iterable[CountedStore],
    partly_read: tuple[int, int, int] = (0, 0, 0),
) -> Headline:
    """Count stores, records, bytes, people and classes of personal data in one pass, and list notices that may be due.

    Records, bytes, people and classes cover only exposed stores. If no store answered, records and bytes are unknown.
    A store counts as ransomed if the signs are likely or
    confirmed, or if it was wiped. Honeypots are counted separately.

    Args:
        apps_analysed: number of apps analysed, affected or not.
        apps_affected: number of apps that lead to an exposed store.
        stores: each store once, in any order.
        partly_read: number of apps with parts that were not read, of the affected apps among them, and of those whose
            package is damaged.
    """
    kinds: dict[str, _Kind] = {}
    classes: dict[str, _Sum] = {}
    ransomed = honeypots = undecided = 0
    most = _Most()
    marked: list[CountedStore] = []
    by_value: set[str] = set()
    people, duties = PeopleTotal(), Duties()
    own: OwnPeople | None = None
    for store in stores:
        if store.honeypot:
            honeypots += 1
            continue
        kind = kinds.setdefault(store.product, _Kind())
        kind.asked += 1
        undecided += store.undecided
        most.add(store)
        ransomed += store.ransom.verdict in RANSOMED
        if store.ransom.marks:
            marked.append(store)
        if store.access.exposed:
            kind.exposed += 1
            kind.records.add(store.records)
            kind.bytes.add(store.bytes)
            for line in store.pii:
                classes.setdefault(line.pii_class, _Sum()).add(line.records)
                if line.basis is ClassificationBasis.VALUE:
                    by_value.add(line.pii_class)
            people.add(store.people)
            own = most_own_people((own, store.own_people))
            duties.add(store.pii)
    return Headline(
        apps_analysed=apps_analysed,
        apps_affected=apps_affected,
        stores_answering=sum(kind.asked for kind in kinds.values()),
        stores_exposed=sum(kind.exposed for kind in kinds.values()),
        stores_ransomed=ransomed,
        records=total((kind.records.figure for kind in kinds.values()), SUM) if kinds else NO_ANSWER,
        bytes=total((kind.bytes.figure for kind in kinds.values()), SUM) if kinds else NO_ANSWER,
        kinds=_sorted(kinds),
        pii=tuple(
            sorted(
                ((pii_class, found.figure) for pii_class, found in classes.items()),
                key=lambda pair: (-pair[1].value, pair[0]),
            )
        ),
        honeypots=honeypots,
        by_value=tuple(sorted(by_value)),
        people=people.range(),
        own_people=own,
        duties=duties.due_notices(),
        campaigns=find_campaigns(marked),
        apps_partly_read=partly_read[0],
        affected_partly_read=partly_read[1],
        apps_damaged=partly_read[2],
        undecided=undecided,
        stores_answering_at_most=most.answering if most.any else None,
        stores_exposed_at_most=most.exposed if most.any else None,
        records_at_most=most.records.figure if most.any else None,
        bytes_at_most=most.bytes.figure if most.any else None,
    )


def without_probes(head: Headline, tables: Iterable[GroupTable] = ()) -> tuple[Headline, tuple[GroupTable, ...]]:
    """The figures of a run that looked for no data store: its records and bytes are unknown, not zero."""
    told = (
        replace(one, groups=tuple(replace(row, records=UNKNOWN, bytes=UNKNOWN) for row in one.groups)) for one in tables
    )
    return replace(head, records=UNKNOWN, bytes=UNKNOWN), tuple(told)


def _sorted(kinds: dict[str, _Kind]) -> tuple[StoreKind, ...]:
    found = (
        StoreKind(product, kind.asked, kind.exposed, kind.records.figure, kind.bytes.figure)
        for product, kind in kinds.items()
    )
    return tuple(sorted(found, key=lambda kind: (-kind.exposed, -kind.records.value, -kind.asked, kind.product)))
