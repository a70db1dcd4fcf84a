"""Explains a figure of a report: its query, the share of each store, and the proofs.

A figure is named ``NAME`` or ``NAME:KEY=VALUE,…``, such as ``records``, ``records:kind=mongodb`` or
``stores-exposed:class=email,severity=critical``. Every headline figure and every cell of its tables has such a name.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from itertools import chain

import msgspec

from tieback.assess.ransom import RANSOMED
from tieback.cases.register import vendor_keys
from tieback.model.app import Platform
from tieback.model.count_text import count_text
from tieback.model.errors import UsageError
from tieback.model.exposure import Exposure, Severity
from tieback.model.figure import Figure, exact, lower_bound, total
from tieback.model.report.document import Report
from tieback.model.vendor import vendor_label
from tieback.pii.taxonomy import load_taxonomy
from tieback.pii.values.kinds import COUNTRIES
from tieback.report.texts.clean import clean

type Test = Callable[[Exposure], bool]


class StoreShare(msgspec.Struct, frozen=True):
    """The share of one store in a figure."""

    store: Exposure
    """The store."""
    figure: Figure
    """Its share."""
    parts: tuple[tuple[str, Figure], ...]
    """Containers with their share, if the figure sums store contents; system data is left out."""


class FigureExplanation(msgspec.Struct, frozen=True):
    """A figure with its query, shares and quality."""

    name: str
    """Name of the figure."""
    means: str
    """What it counts, as a sentence."""
    query: str
    """SQL over the exposures table of the JSON report."""
    figure: Figure | None
    """The figure with its quality and method; null if no back end was contacted: then it is unknown, not zero."""
    stores: int
    """Number of stores with a share."""
    shares: Callable[[], Iterator[StoreShare]]
    """Returns a new iterator over the shares, in report order."""
    weakest: tuple[str, ...]
    """Stores that make the figure inexact, at most five."""


class _Kind(msgspec.Struct, frozen=True):
    """Definition of a figure name."""

    means: str
    select: str
    where: str
    holds: Test
    of: str = ""
    """``records`` or ``bytes`` for a sum over store contents, ``apps`` for a count of apps."""


def _exposed(store: Exposure) -> bool:
    return store.exposed


def _real(store: Exposure) -> bool:
    return not store.honeypot


FIGURES: dict[str, _Kind] = {
    "apps-affected": _Kind("apps that lead to a store accessible without authentication",
                           "count(DISTINCT routes.app_sha256)", "exposed", _exposed, "apps"),
    "apps-using": _Kind("apps that lead to a store that answered", "count(DISTINCT routes.app_sha256)",
                        "NOT honeypot", _real, "apps"),
    "stores-answering": _Kind("distinct stores that answered", "count(*)", "NOT honeypot", _real),
    "stores-exposed": _Kind("distinct stores accessible without authentication", "count(*)", "exposed", _exposed),
    "stores-ransomed": _Kind("stores with signs of ransom or wiping", "count(*)",
                             "NOT honeypot AND ransom.verdict IN ('likely', 'confirmed', 'wiped')",
                             lambda store: _real(store) and store.ransom.verdict in RANSOMED),
    "honeypots": _Kind("probable honeypots", "count(*)", "honeypot",
                       lambda store: bool(store.honeypot)),
    "records": _Kind("records accessible without authentication", "sum(records)", "exposed", _exposed, "records"),
    "bytes": _Kind("bytes accessible without authentication", "sum(bytes)", "exposed", _exposed, "bytes"),
}  # fmt: skip
"""Figures by name; ``apps-analysed`` counts inputs, not stores."""

KEYS = ("kind", "class", "severity", "platform", "vendor", "provider", "country", "store", "app")
"""Keys that can filter a figure."""
_LABEL = re.compile(r"(?P<name>.*) \((?:key (?P<key>[0-9a-f]{8})|team (?P<team>[A-Z0-9]{10}))\)")
"""Name of a vendor in a table, if another one has the same name: ``vendor_label``."""
_OF_APPS = frozenset({"platform", "vendor", "app"})
"""Keys that select apps and the stores that these lead to."""
_CLOSED_KEYS = frozenset({"kind", "class", "severity", "platform", "country"})
"""Keys whose values are known in advance; the other values are those in the report."""
_UNKNOWN = "unknown"
"""Value of ``vendor``, ``provider`` and ``country`` for all that have none."""
MOST_NAMED = 5
_MOST_COMPARED = 10_000
"""Number of names that a typing error is compared with."""
_MOST_LISTED = 12
_HASH = re.compile(r"[0-9a-f]{64}")


def explain_figure(report: Report, name: str) -> FigureExplanation:
    """Recompute a figure from the stores of a report, in one pass.

    Raises:
        UsageError: unknown figure or key; the advice lists the valid ones.
    """
    word, _, narrowed = name.partition(":")
    if word == "apps-analysed" and not narrowed:
        return _analysed(report)
    kind = FIGURES.get(word)
    if kind is None:
        raise UsageError(
            "unknown figure", where=name[:100], advice=f"Choose one of apps-analysed, {', '.join(FIGURES)}"
        )
    filters = _filters(name, narrowed)
    _check_values(report, name, filters)
    chosen = [_apps(report, key, value.casefold()) for key, value in filters if key in _OF_APPS]
    apps = frozenset.intersection(*chosen) if chosen else None
    tests = [kind.holds, *(_test(key, value) for key, value in filters if key not in _OF_APPS)]
    if apps is not None:
        tests.append(lambda store: any(route.app_sha256 in apps for route in store.routes))
    where = " AND ".join((kind.where, *(_clause(key, value) for key, value in filters)))
    pii_class = next((value for key, value in filters if key == "class"), "")

    def shares() -> Iterator[StoreShare]:
        for store in report.exposures():
            if all(test(store) for test in tests):
                yield _share(store, kind.of, pii_class)

    figure, stores, weakest = _made(shares(), kind.of, apps)
    select = kind.select if not pii_class or kind.of != "records" else "sum(pii.records)"
    query = f"SELECT {select} FROM exposures WHERE {where}"  # noqa: S608 - to be read by people
    means = kind.means + "".join(f", {key} {value}" for key, value in filters)
    if kind.of in ("records", "bytes") and not report.headline.stores_answering:
        figure = report.headline.records  # unknown, not zero
    return FigureExplanation(name, means, query, figure if report.probed else None, stores, shares, weakest)


def _analysed(report: Report) -> FigureExplanation:
    count = exact(report.headline.apps_analysed, "count of inputs")
    query = "SELECT count(*) FROM inputs WHERE problem = ''"
    means = "analysed apps; identical files count once"
    return FigureExplanation("apps-analysed", means, query, count, 0, lambda: iter(()), ())


def _filters(name: str, narrowed: str) -> list[tuple[str, str]]:
    found = []
    for part in filter(None, narrowed.split(",")):
        key, sign, value = part.partition("=")
        if key not in KEYS or not sign or not value:
            raise UsageError(
                f"invalid filter {part[:60]!r}", where=name[:100], advice=f"Use KEY=VALUE; keys: {', '.join(KEYS)}"
            )
        found.append((key, value))
    return found


def _check_values(report: Report, name: str, filters: Iterable[tuple[str, str]]) -> None:
    """Reject a value that nothing can have: a typing error must not read as zero.

    Raises:
        UsageError: with the closest names as advice.
    """
    for key, value in filters:
        advice = _advice(report, key, value.casefold())
        if advice:
            raise UsageError(f"unknown {key} {clean(value, 60)!r}", where=clean(name, 100), advice=advice)


def _advice(report: Report, key: str, wanted: str) -> str:
    """The names that are closest to a value that does not exist; empty if it exists."""
    if key not in _OF_APPS and any(True for store in report.exposures() if _test(key, wanted)(store)):
        return ""
    known: dict[str, str] = {}
    parts: dict[str, None] = {}
    for name in _known_names(report, key):
        folded = name.casefold()
        if folded == wanted:
            return ""
        if wanted in folded and len(parts) < 3:
            parts[clean(name, 80)] = None
        if len(known) < _MOST_COMPARED:
            known[folded] = clean(name, 80)
    close = list(parts) or [known[near] for near in get_close_matches(wanted, known, n=3)]
    if close:
        return f"Did you mean {' or '.join(close)}?"
    if key == "country":
        return "Use a code of ISO 3166-1, such as DE, or unknown"
    names = sorted((text for text in known.values() if not _HASH.fullmatch(text)), key=str.casefold)
    if not names:
        return "The report has no store" if key not in _OF_APPS else "The report has no app"
    if key not in _CLOSED_KEYS and len(names) > _MOST_LISTED:
        return f"The report has {count_text(len(names), 'name')}, such as {', '.join(names[:MOST_NAMED])}"
    return f"Choose one of {', '.join(names)}"


def _known_names(report: Report, key: str) -> Iterator[str]:
    """Every value of a key: those that tieback can report, or else those in the report."""
    match key:
        case "severity":
            yield from (severity.value for severity in Severity)
        case "platform":
            yield from (platform.value for platform in Platform)
        case "class":
            yield from load_taxonomy()
        case "country":
            yield from (_UNKNOWN, *sorted(COUNTRIES))
        case "kind":
            from tieback.probes import PROBES

            yield from (product for probe in PROBES for product in probe.meta.products)
        case "provider":
            yield from dict.fromkeys((_UNKNOWN, *(store.provider for store in report.exposures() if store.provider)))
        case "store":
            # A host and port is the form that people know.
            yield from (text for one in report.exposures() for text in (*one.targets, *one.addresses, one.id))
        case "vendor":
            yield _UNKNOWN
            yield from (one.app.vendor for one in report.apps.rows() if one.app.vendor)
        case "app":
            yield from (
                text for one in report.apps.rows() for text in (one.app.bundle_id, one.app.name, one.app.sha256) if text
            )


def _test(key: str, value: str) -> Test:
    wanted = value.casefold()
    if key == "store":
        return lambda store: (
            wanted in {store.id.casefold(), *(t.casefold() for t in (*store.targets, *store.addresses))}
        )
    if key == "class":
        return lambda store: any(line.pii_class.casefold() == wanted for line in store.pii)
    values: dict[str, Callable[[Exposure], str]] = {
        "kind": lambda store: store.product,
        "severity": lambda store: store.severity.value,
        "provider": lambda store: store.provider or _UNKNOWN,
        "country": lambda store: store.country or _UNKNOWN,
    }
    read = values[key]
    return lambda store: read(store).casefold() == wanted


def _apps(report: Report, key: str, wanted: str) -> frozenset[str]:
    """Matching apps that lead to a store."""
    found = set()
    for summary in report.apps.rows():
        if not summary.exposures:
            # Apps that lead to no store come last.
            break
        app = summary.app
        values = {
            "platform": (app.platform.value,),
            "vendor": (app.vendor or _UNKNOWN, *(vendor_label(app.vendor, one) for one in vendor_keys(app))),
            "app": (app.bundle_id, app.sha256, app.name),
        }[key]
        if wanted in {text.casefold() for text in values}:
            found.add(app.sha256)
    return frozenset(found)


def _clause(key: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return {
        "kind": f"product = '{quoted}'",
        "class": f"pii.pii_class = '{quoted}'",
        "severity": f"severity = '{quoted}'",
        "platform": f"routes.app.platform = '{quoted}'",
        "vendor": _vendor_clause(quoted),
        "provider": f"provider = '{quoted}'",
        "country": f"country = '{quoted}'",
        "store": f"'{quoted}' IN (id, targets, addresses)",
        "app": f"routes.app = '{quoted}'",
    }[key]


def _vendor_clause(quoted: str) -> str:
    found = _LABEL.fullmatch(quoted)
    if found is None:
        return f"routes.app.vendor = '{quoted}'"
    key = f"team = '{found['team']}'" if found["team"] else f"signer.sha256 LIKE '{found['key']}%'"
    return f"routes.app.vendor = '{found['name']}' AND routes.app.{key}"


def _share(store: Exposure, of: str, pii_class: str) -> StoreShare:
    if of == "records":
        if pii_class:
            lines = [line for line in store.pii if line.pii_class.casefold() == pii_class.casefold()]
            return StoreShare(store, total(line.records for line in lines), _parts(store, of, pii_class))
        return StoreShare(store, store.records, _parts(store, of))
    if of == "bytes":
        return StoreShare(store, store.bytes, _parts(store, of))
    return StoreShare(store, _one(store), ())


def _one(store: Exposure) -> Figure:
    if store.at_most == 1:
        return exact(1, "counted once by its identity")
    return lower_bound(1, f"1 to {count_text(store.at_most, 'store')}: no identifier shows that its addresses are one")


def _parts(store: Exposure, of: str, pii_class: str = "") -> tuple[tuple[str, Figure], ...]:
    holding = {field.container for field in store.fields if field.pii_class.casefold() == pii_class.casefold()}
    found = []
    for container in store.containers:
        figure = container.records if of == "records" else container.bytes
        if of == "records" and not container.counts_records:
            continue
        if not container.system and figure is not None and (not pii_class or container.name in holding):
            found.append((container.name, figure))
    return tuple(sorted(found, key=lambda part: (-part[1].value, part[0])))


def _made(shares: Iterable[StoreShare], of: str, only: frozenset[str] | None) -> tuple[Figure, int, tuple[str, ...]]:
    figure, stores, weakest = total((), "sum over stores"), 0, list[str]()
    apps: set[str] = set()
    for share in shares:
        stores += 1
        figure = total((figure, share.figure), "sum over stores")
        if of == "apps":
            leading = {route.app_sha256 for route in share.store.routes}
            apps.update(leading if only is None else leading & only)
        if share.figure.quality.value != "exact" and len(weakest) < MOST_NAMED:
            weakest.append(share.store.id)
    if of == "apps":
        return exact(len(apps), "distinct content hashes"), stores, ()
    if not of:
        return Figure(stores, figure.quality, "distinct identities"), stores, tuple(weakest)
    return figure, stores, tuple(weakest)


def figure_names(report: Report) -> Iterator[str]:
    """Yield the names of all figures in the report's tables, most general first."""
    head = report.headline
    yield from ("apps-analysed", *FIGURES)
    yield from chain(
        (f"records:kind={clean(kind.product)}" for kind in head.kinds if kind.exposed),
        (f"records:class={clean(pii_class)}" for pii_class, _ in head.pii),
    )
