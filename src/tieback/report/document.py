"""The report arranged for reading: rows, order and words that every renderer for people shares."""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

import msgspec

from tieback.model.app import Platform
from tieback.model.backend import Route
from tieback.model.endpoint import Party
from tieback.model.exposure import AppRoute, Exposure, PiiClassTotal
from tieback.model.figure import Figure
from tieback.model.probe import Access, RansomVerdict
from tieback.model.report import AppSummary, DataUsed, Report, Scope
from tieback.report.figures import NOT_MEASURED, bytes_text, figure_text, size_text
from tieback.report.personal import personal_lines

ACCESS_WORDS = {
    Access.OPEN: "open",
    Access.OPEN_EMPTY: "open, empty",
    Access.SCHEMA_ONLY: "names only",
    Access.PARTIAL: "partly open",
    Access.ANY_USER: "any user name",
    Access.AUTH_REQUIRED: "asks for a password",
    Access.LOCKED: "refuses everyone",
    Access.FIREWALLED: "turns us away",
    Access.NOT_FOUND: "not found",
    Access.UNKNOWN: "unknown",
}
"""What a stranger gets, in a few words."""

RANSOM_WORDS = {
    RansomVerdict.NONE: "",
    RansomVerdict.UNLIKELY: "ransom unlikely",
    RansomVerdict.SUSPECT: "ransom suspected",
    RansomVerdict.LIKELY: "ransom likely",
    RansomVerdict.CONFIRMED: "ransomed",
    RansomVerdict.WIPED: "wiped",
}

PLATFORM_WORDS = {Platform.ANDROID: "Android", Platform.IOS: "iOS", Platform.UNKNOWN: "unknown"}

TRAFFIC = "traffic/"
"""What ``how`` of a route begins with where a capture showed it."""

_CITED = ("tieback", "asn", "city", "country")
"""What names of data begin with that nobody chose."""
_UNSAFE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
"""Format characters that Persian, Indic scripts and emoji need; they change no direction."""

_MOST_HOSTS = 64
"""Distinct hosts remembered an app, of which a few are shown."""


class Row(msgspec.Struct, frozen=True):
    """An app and one store that it leads to."""

    summary: AppSummary
    exposure: Exposure
    routes: tuple[AppRoute, ...]
    """The app's own ways to the store, the named ones first."""


def clean(text: str, limit: int = 200) -> str:
    """Text of others, safe to show on one line: no control, direction or line characters, at most ``limit`` long.

    Such characters become U+FFFD, so that an app's name cannot move a cursor or turn the reading direction.
    """
    if len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "\ufffd" if unicodedata.category(sign) in _UNSAFE and sign not in _JOINERS else sign for sign in text
    )


def count_text(number: int, one: str, many: str | None = None) -> str:
    """``1 app``, ``2,000 apps``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def records_text(figure: Figure) -> str:
    """``1 record``, ``≥2,900 records``, or that they were not measured."""
    text = figure_text(figure)
    return f"records {text}" if text == NOT_MEASURED else f"{text} record{'' if figure.value == 1 else 's'}"


def store_text(exposure: Exposure) -> str:
    """Product and version."""
    return clean(f"{exposure.product} {exposure.version}".strip(), 60) or "unknown"


def way_text(route: AppRoute) -> str:
    """``host:port`` as asked, and behind which host of the app it was found where the app does not name it."""
    candidate = route.candidate
    host = f"[{candidate.host}]" if ":" in candidate.host else candidate.host
    label = clean(f"{host}:{candidate.port}", 80)
    return label if candidate.route is Route.NAMED else f"{label} behind {clean(endpoint_host(route.endpoint), 80)}"


def way_words(routes: Iterable[AppRoute]) -> str:
    """How one way was seen: ``named in the app and seen in traffic, 221 B sent, 15 kB received``."""
    found = list(routes)
    captured = [route for route in found if route.how.startswith(TRAFFIC)]
    words = ["named in the app"] if len(captured) < len(found) else []
    if captured:
        # One endpoint of a capture may lead to several targets; a capture counts once.
        volumes = {(route.file, route.endpoint): (route.bytes_out, route.bytes_in) for route in captured}
        sent, received = (sum(volume[side] for volume in volumes.values()) for side in (0, 1))
        words.append(f"seen in traffic, {size_text(sent)} sent, {size_text(received)} received")
    text = " and ".join(words)
    if any(route.candidate.route is Route.NAMED for route in found):
        return text
    return f"found behind its API, which is {text}" if captured else "found behind its API"


def ways_of(routes: Iterable[AppRoute]) -> dict[str, str]:
    """The distinct places of some routes, ``host:port``, each with ``way_words``, in the order of the routes."""
    places: dict[str, list[AppRoute]] = {}
    for route in routes:
        host = f"[{route.candidate.host}]" if ":" in route.candidate.host else route.candidate.host
        places.setdefault(clean(f"{host}:{route.candidate.port}", 80), []).append(route)
    return {place: way_words(found) for place, found in places.items()}


def endpoint_host(value: str) -> str:
    """The host that an endpoint's canonical text names; the whole text where it names none, as cloud resources do."""
    try:
        return urlsplit(value).hostname or value
    except ValueError:
        return value


def rows(report: Report, *, exposed: bool, most: int) -> list[Row]:
    """Apps with the stores that they lead to, worst store first, by name within; how many there are says ``ways``.

    Args:
        report: the report.
        exposed: whether the store's records answer a stranger; the other stores answered and were not open.
        most: rows at most.
    """
    stores: list[tuple[Exposure, tuple[str, ...]]] = []
    left = most
    for exposure in (report.exposed if exposed else report.answered).rows():
        leading = tuple(islice(dict.fromkeys(route.app_sha256 for route in exposure.routes), left))
        if leading:
            stores.append((exposure, leading))
            left -= len(leading)
        if left <= 0:
            break
    known = {summary.app.sha256: summary for summary in report.apps.pick({key for _, keys in stores for key in keys})}
    return [
        row_of(summary, exposure)
        for exposure, keys in stores
        for summary in sorted(
            (known[key] for key in keys if key in known), key=lambda summary: summary.app.label.casefold()
        )
    ]


def row_of(summary: AppSummary, exposure: Exposure) -> Row:
    """An app and a store, with the app's own ways."""
    return Row(summary, exposure, _routes_of(summary, exposure))


def _routes_of(summary: AppSummary, exposure: Exposure) -> tuple[AppRoute, ...]:
    own = [route for route in exposure.routes if route.app_sha256 == summary.app.sha256]
    return tuple(
        sorted(
            own,
            key=lambda route: (
                route.candidate.route is not Route.NAMED,
                way_text(route),
                route.how.startswith(TRAFFIC),
            ),
        )
    )


def most_records(totals: Iterable[PiiClassTotal]) -> list[PiiClassTotal]:
    """Classes of personal data, those of most records first."""
    return sorted(totals, key=lambda total: (-total.records.value, total.pii_class))


def hosts_of(report: Report, apps: Iterable[AppSummary]) -> dict[str, list[str]]:
    """Hosts that each app names, its maker's own first, by the app's SHA-256."""
    order = (Party.FIRST, Party.UNKNOWN, Party.THIRD, Party.PLATFORM)
    seen: dict[str, dict[str, int]] = {summary.app.sha256: {} for summary in apps}
    if not seen:
        return {}
    for row in report.sightings.pick(seen):
        hosts = seen.get(row.app_sha256)
        name = row.sighting.endpoint.host or row.sighting.endpoint.value
        if hosts is not None and (name in hosts or len(hosts) < _MOST_HOSTS):
            rank = order.index(row.sighting.party)
            hosts[name] = min(hosts.get(name, rank), rank)
    return {key: sorted(hosts, key=lambda host: (hosts[host], host)) for key, hosts in seen.items()}


def headline_text(report: Report) -> str:
    """The conclusion in one or two sentences, which claim no more than was asked."""
    head = report.headline
    apps = count_text(head.apps_analysed, "app")
    if report.scope is None:
        return (
            f"{apps} analysed. There was no grant, so no back end was contacted, and nothing is said of the data "
            "stores behind them."
        )
    if not head.stores_exposed:
        answered = count_text(head.stores_answering, "data store")
        return f"{apps} analysed. {answered} answered, and none let a stranger read records."
    return (
        f"{head.apps_affected:,} of {apps} {'leads' if head.apps_affected == 1 else 'lead'} to "
        f"{count_text(head.stores_exposed, 'data store')} that {_let(head.stores_exposed)} a stranger in: "
        f"{records_text(head.records)}, {_size(head.bytes)}."
    )


def _size(figure: Figure) -> str:
    text = bytes_text(figure)
    return f"size {text}" if text == NOT_MEASURED else text


def _let(stores: int) -> str:
    return "lets" if stores == 1 else "let"


def about_lines(report: Report) -> Iterator[tuple[str, str]]:
    """For whom the report was cut, where it was; how it stands to an earlier one; and the lines of its scope."""
    if report.audience:
        yield ("Audience", report.audience)
    yield ("Sharing", f"TLP:{report.tlp}")
    if report.suppressed.count:
        yield ("Suppressed", f"{count_text(report.suppressed.count, 'finding')}, counted apart")
    if (known := report.baseline) is not None:
        told = f"{count_text(known.new, 'new finding')}, {known.fixed:,} fixed, {len(known.updated):,} otherwise"
        if known.unconfirmed:
            told += f", {known.unconfirmed:,} gone without proof"
        yield (f"Since {clean(known.name, 60)} of {known.created:%Y-%m-%d}", told)
    yield from personal_lines(report.headline)
    yield from scope_lines(report.scope)
    if report.data:
        yield ("Data about addresses", clean("; ".join(one.cited for one in report.data), 500))


def data_for_others(data: Iterable[DataUsed]) -> tuple[DataUsed, ...]:
    """Data about addresses as other audiences may know it: a list may bear a name that the operator gave it."""
    return tuple(one if one.name.startswith(_CITED) else msgspec.structs.replace(one, name="a list") for one in data)


def scope_lines(scope: Scope | None) -> Iterator[tuple[str, str]]:
    """What the run was allowed to do and did, as label and text."""
    if scope is None:
        yield ("Authorised by", "nobody: there was no grant, and no back end was contacted")
        return
    yield ("Authorised by", f"{clean(scope.authorised_by)}, until {clean(scope.not_after, 20)}")
    yield ("Contact", clean(scope.contact))
    outside = scope.targets_out_of_scope
    yield (
        "Asked",
        count_text(scope.targets_asked, "target")
        + ("" if outside is None else f"; {outside:,} outside the grant, not contacted"),
    )
    yield ("Traffic", f"{scope.bytes_sent:,} B sent, {scope.bytes_read:,} B read")
    if scope.note:
        yield ("Note", clean(scope.note, 500))
    if scope.audit_log:
        yield ("Audit log", clean(scope.audit_log, 300))
