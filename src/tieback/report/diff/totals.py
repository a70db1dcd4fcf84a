"""Figures of both reports, for the top of a comparison."""

from collections.abc import Iterator

from tieback.assess.ransom import RANSOMED
from tieback.model.figure import total
from tieback.report.diff.change import Total
from tieback.report.diff.past import PastReport, PastStore
from tieback.report.figures import NOT_MEASURED, bytes_text, figure_text
from tieback.report.tables import NOT_PROBED


def totals(old: PastReport, new: PastReport) -> Iterator[Total]:
    """Yield the figures of both reports."""
    for name, one, other in zip(_NAMES, _figures(old), _figures(new), strict=True):
        yield Total(name, one, other)


_NAMES = (
    "apps analysed",
    "stores that answered",
    "stores accessible without authentication",
    "records exposed",
    "bytes exposed",
    "ransomed or wiped",
    "findings",
    "findings suppressed",
)


def _figures(past: PastReport) -> tuple[str, ...]:
    return (
        f"{len(past.apps):,}",
        *(_of_stores(past) if past.probed else [NOT_PROBED] * 5),
        f"{len(past.findings):,}",
        f"{past.suppressed:,}",
    )


def _of_stores(past: PastReport) -> tuple[str, ...]:
    exposed = list(_exposed(past))
    return (
        f"{sum(not store.honeypot for store in past.stores.values()):,}",
        f"{len(exposed):,}",
        figure_text(total((store.records for store in exposed), "sum")) if past.stores else NOT_MEASURED,
        bytes_text(total((store.bytes for store in exposed), "sum")) if past.stores else NOT_MEASURED,
        f"{sum(_ransomed(store) for store in past.stores.values()):,}",
    )


def _exposed(past: PastReport) -> Iterator[PastStore]:
    return (store for store in past.stores.values() if store.access.exposed and not store.honeypot)


def _ransomed(store: PastStore) -> bool:
    return store.ransom.verdict in RANSOMED and not store.honeypot
