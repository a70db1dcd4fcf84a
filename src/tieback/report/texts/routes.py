"""The ways from apps to stores: rows, their order, the hosts that apps name, and the names that are no back ends."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

import msgspec

from tieback.model.backend import Candidate, Route
from tieback.model.count_text import count_text
from tieback.model.endpoint import STREAMS, Endpoint, EndpointKind, Party
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.flow import NOT_KNOWN, add_stated
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.model.sighting import Sighting
from tieback.report.figures import size_text
from tieback.report.shortened import more_text
from tieback.report.texts.clean import clean

TRAFFIC = "traffic/"
"""Prefix of ``how`` for routes found in a capture."""

_CLAUSE = re.compile(r"[:;,]\s")

MOST_REASONS = 8
"""Number of reasons that one line shows."""

MOST_SEARCHED = 5_000
"""Number of stores searched for stores without an app."""

_MOST_HOSTS = 64
"""Limit on the distinct hosts kept per app, if the report has many apps; only a few are shown."""
_MOST_HOSTS_OF_ALL = 2_000
"""Limit on the distinct hosts kept of all apps; with few apps, each has more than ``_MOST_HOSTS``."""
_PARTIES = (Party.FIRST, Party.UNKNOWN, Party.THIRD, Party.PLATFORM)
"""In the order of display."""


class AppStoreRow(msgspec.Struct, frozen=True):
    """An app and one store that it leads to."""

    summary: AppSummary
    exposure: Exposure
    routes: tuple[AppRoute, ...]
    """The app's own routes to the store, as ``own_routes``."""


def way_text(route: AppRoute) -> str:
    """Return ``host:port`` and, if the app does not name it, the host behind which it was found."""
    candidate = route.candidate
    host = f"[{candidate.host}]" if ":" in candidate.host else candidate.host
    label = clean(f"{host}:{candidate.port}", 80)
    return label if candidate.route is Route.NAMED else f"{label} behind {clean(endpoint_host(route.endpoint), 80)}"


def way_words(routes: Iterable[AppRoute]) -> str:
    """Describe how a route was found: ``named in the app and seen in traffic, 221 B sent, 15 kB received``.

    If a route is named, routes behind an API do not count: traffic with the API is not traffic with the store.
    """
    every = list(routes)
    named = [route for route in every if route.candidate.route is Route.NAMED]
    found = named or every
    captured = [route for route in found if route.how.startswith(TRAFFIC)]
    words = ["named in the app"] if len(captured) < len(found) else []
    if captured:
        # One endpoint of a capture may lead to several targets; a capture counts once.
        volumes = {(route.file, route.endpoint): (route.bytes_out, route.bytes_in) for route in captured}
        words.append(f"seen in traffic{_volumes(volumes.values())}")
    text = " and ".join(words)
    if named:
        return text
    return f"found behind its API, which is {text}" if captured else "found behind its API"


def _volumes(volumes: Iterable[tuple[int | None, int | None]]) -> str:
    """``, 221 B sent, 15 kB received``: the bytes of those captures and logs that state them."""
    sent: int | None = None
    received: int | None = None
    for out, back in volumes:
        sent, received = add_stated(sent, out), add_stated(received, back)
    if sent is None and received is None:
        return f", bytes {NOT_KNOWN}"
    sides = ((sent, "sent"), (received, "received"))
    return "".join(
        f", bytes {way} {NOT_KNOWN}" if size is None else f", {size_text(size)} {way}" for size, way in sides
    )


def ways_of(routes: Iterable[AppRoute]) -> dict[str, str]:
    """Return the distinct targets of routes (``host:port``) with their ``way_words``, in route order."""
    places: dict[str, list[AppRoute]] = {}
    for route in routes:
        host = f"[{route.candidate.host}]" if ":" in route.candidate.host else route.candidate.host
        places.setdefault(clean(f"{host}:{route.candidate.port}", 80), []).append(route)
    return {place: way_words(found) for place, found in places.items()}


def endpoint_host(value: str) -> str:
    """Return the host of an endpoint; the whole text if it has none, as for cloud resources."""
    try:
        return urlsplit(value).hostname or value
    except ValueError:
        return value


def rows(report: Report, *, exposed: bool, most: int) -> list[AppStoreRow]:
    """Return apps with their stores, worst store first, then by app name; ``ways`` has the total count.

    Args:
        report: the report.
        exposed: True for exposed stores, False for stores that answered but were not open.
        most: maximum number of rows.
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


def row_of(summary: AppSummary, exposure: Exposure) -> AppStoreRow:
    """Return an app and a store with the app's own routes."""
    return AppStoreRow(summary, exposure, own_routes(exposure, summary.app.sha256))


def own_routes(exposure: Exposure, app: str) -> tuple[AppRoute, ...]:
    """Return the routes of one app to a store, named routes first.

    Routes behind an API are left out if the app names the same target itself.
    """
    own = [route for route in exposure.routes if route.app_sha256 == app]
    named = {_place(route.candidate) for route in own if route.candidate.route is Route.NAMED}
    return tuple(
        sorted(
            (one for one in own if one.candidate.route is Route.NAMED or _place(one.candidate) not in named),
            key=lambda route: (
                route.candidate.route is not Route.NAMED,
                way_text(route),
                route.how.startswith(TRAFFIC),
            ),
        )
    )


def _place(candidate: Candidate) -> tuple[str, int, str, str]:
    return candidate.host, candidate.port, candidate.resource, candidate.path


class StoresWithoutApp(msgspec.Struct, frozen=True):
    """Stores that no app leads to."""

    stores: tuple[Exposure, ...]
    more: int
    """Number of others that were found."""
    not_searched: int
    """Number of stores of which it is not known."""

    @property
    def rest(self) -> str:
        """What the list does not contain; empty if it is complete."""
        searched = "not searched for stores without an app" if self.not_searched else ""
        unknown = f"{count_text(self.not_searched, 'store was', 'stores were')} {searched}" if searched else ""
        return "; ".join(filter(None, (more_text(self.more, "store"), unknown)))


def stores_without_app(report: Report, *, exposed: bool, most: int) -> StoresWithoutApp:
    """Return stores that no app leads to, worst first, such as those that the user named.

    Args:
        report: the report.
        exposed: True for exposed stores, False for stores that answered but were not open.
        most: maximum number of stores; ``MOST_SEARCHED`` stores are searched.
    """
    table = report.exposed if exposed else report.answered
    found = (store for store in islice(table.rows(), MOST_SEARCHED) if not store.routes)
    shown = tuple(islice(found, most))
    return StoresWithoutApp(shown, sum(1 for _ in found), max(table.count - MOST_SEARCHED, 0))


class NamedHosts(msgspec.Struct, frozen=True):
    """The hosts that an app names in its package; of an app that was not scanned, those that it contacted."""

    names: tuple[str, ...]
    """Not more than are kept: data stores with their service, then hosts of the app's vendor, then the others."""
    count: int
    """Number of all of them."""
    captured: int = 0
    """Number of further hosts, which only captures show."""

    @property
    def words(self) -> str:
        """The number of hosts that only captures show; empty if there are none."""
        return f"{self.captured:,} more only in captures" if self.captured else ""


def hosts_of(report: Report, apps: Iterable[AppSummary]) -> dict[str, NamedHosts]:
    """Return the hosts that each app or its traffic names, by the app's SHA-256."""
    listed = list(apps)
    scanned = {summary.app.sha256 for summary in listed if not summary.captured}
    most = most_hosts(_MOST_HOSTS, _MOST_HOSTS_OF_ALL, len(listed))
    seen = {summary.app.sha256: _HostsOfApp(most) for summary in listed}
    captured: dict[str, set[int]] = {key: set() for key in seen}
    if not seen:
        return {}
    for row in report.sightings.pick(seen):
        hosts = seen.get(row.app_sha256)
        if hosts is None:
            continue
        if row.app_sha256 in scanned and row.sighting.evidence.how.startswith(TRAFFIC):
            captured[row.app_sha256].add(hash(host_or_resource(row.sighting.endpoint)))
        else:
            hosts.add(row.sighting)
    return {
        key: NamedHosts(tuple(hosts.names()), hosts.count, len(captured[key] - hosts.hashes()))
        for key, hosts in seen.items()
    }


def most_hosts(least: int, of_all: int, apps: int) -> int:
    """How many hosts to list per app: more if a report has few apps, so that a report on one app lists all of them."""
    return max(least, of_all // max(apps, 1))


class _HostsOfApp:
    """The distinct hosts of one app. If there are too many, the data stores and the vendor's hosts are kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._ranks: dict[str, int] = {}
        self._services: dict[str, set[str]] = {}
        self._others: set[int] = set()
        """Only counted: a hash per name bounds the memory."""

    def add(self, one: Sighting) -> None:
        name, service = host_or_resource(one.endpoint), _store_service(one)
        rank = _PARTIES.index(one.party) - (len(_PARTIES) if service else 0)
        if name not in self._ranks and len(self._ranks) >= self._most:
            worst = max(self._ranks, key=lambda kept: self._ranks[kept])
            if self._ranks[worst] <= rank:
                self._others.add(hash(name))
                return
            self._others.add(hash(worst))
            self._services.pop(worst, None)
            del self._ranks[worst]
            self._others.discard(hash(name))
        self._ranks[name] = min(self._ranks.get(name, rank), rank)
        if service:
            self._services.setdefault(name, set()).add(service)

    @property
    def count(self) -> int:
        return len(self._ranks) + len(self._others)

    def hashes(self) -> set[int]:
        return self._others | set(map(hash, self._ranks))

    def names(self) -> Iterator[str]:
        """Data stores first, with their service, such as ``db.shop.test (mysql)``."""
        for name in sorted(self._ranks, key=lambda name: (self._ranks[name], name)):
            known = self._services.get(name)
            yield f"{name} ({', '.join(sorted(known))})" if known else name


def host_or_resource(endpoint: Endpoint) -> str:
    """The host, or the cloud resource where many resources share one host, such as the buckets of Firebase."""
    if endpoint.kind is EndpointKind.CLOUD:
        resource = endpoint.value.partition(":")[2].partition("/")[0]
        if resource not in endpoint.host:
            return endpoint.value
    return endpoint.host or endpoint.value


def _store_service(one: Sighting) -> str:
    """The service of a data store that is no host of an SDK or platform; empty for other endpoints.

    The name of a cloud resource shows its service.
    """
    if one.endpoint.kind is EndpointKind.CLOUD or one.party in {Party.THIRD, Party.PLATFORM}:
        return ""
    service = one.endpoint.service or ""
    return "" if service in STREAMS else service


def dropped_text(report: Report) -> str:
    """How many names in the apps are not back ends, by reason; empty if there are none."""
    if not report.dropped:
        return ""
    total = report.not_backends.count
    count = count_text(total, "name in the apps is not a back end", "names in the apps are not back ends")
    shown = report.dropped[:MOST_REASONS]
    # The explanation behind the first clause of a reason is in the JSON report.
    reasons = [f"{clean(_CLAUSE.split(reason)[0], 80)} ({number:,})" for reason, number in shown]
    left = total - sum(number for _, number in shown)
    return f"{count}: {'; '.join([*reasons, f'other reasons ({left:,})'] if left else reasons)}"
