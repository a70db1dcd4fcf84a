"""Rows of the index of a run, each from one object of its report, lake or evidence graph."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import msgspec

from tieback.backends.confidence import route_confidence, sighting_confidence
from tieback.backends.normalise import OwnerDomains
from tieback.model.declaration import DeclaredItem
from tieback.model.exposure import Exposure, Severity
from tieback.model.report.apps import AppSummary
from tieback.model.report.captures import Recipient
from tieback.pipeline.views.index_figures import UNPLACED
from tieback.pipeline.views.records import (
    MOST_ADDRESSES,
    AppRow,
    AppState,
    BackendRow,
    CapturedRow,
    DeclaredRow,
    FoundStore,
    RecipientRow,
    StoreWay,
    backend_id,
)
from tieback.report.verdict import access_text
from tieback.report.withheld import target_of
from tieback.storage.lake.queries.graph_rows import BackendRow as BackendSummary

_SEVERITIES = tuple(Severity)


class EndpointCount(NamedTuple):
    """The endpoints of an app, in its package and in captures."""

    mapped: int = 0
    """Those with a back end."""
    not_probed: int = 0
    """Those of them of which no host was probed."""
    silent: int = 0
    """Those of them of which a host was probed, and gave no result."""


class StoreCount(NamedTuple):
    """What the counts of apps and back ends need of a store."""

    exposed: bool
    not_decided: bool
    rank: int
    """Rank of its severity."""


class Counts:
    """The stores behind one app or back end, and the worst exposed one."""

    __slots__ = ("exposed", "not_decided", "rank", "stores", "worst")

    def __init__(self) -> None:
        self.stores = self.exposed = self.not_decided = 0
        self.rank = -1
        self.worst = UNPLACED

    def add(self, store: StoreCount, place: int) -> None:
        """Count a store, which has this place in the list of stores."""
        self.stores += 1
        self.not_decided += store.not_decided
        if store.exposed:
            self.exposed += 1
            self.rank = max(self.rank, store.rank)
            self.worst = min(self.worst, place)

    @property
    def severity(self) -> Severity | None:
        """Of the worst exposed store."""
        return None if self.rank < 0 else _SEVERITIES[self.rank]


NO_STORES = Counts()


def recipient_document(one: Recipient, listed: Collection[str]) -> bytes:
    """The row of a recipient as JSON; ``listed`` are the apps with a page."""
    return msgspec.json.encode(RecipientRow(recipient=one, listed=one.app_sha256 in listed, first=one.first_at))


def recipient_words(one: Recipient) -> str:
    """What a search for recipients reads, in lower case."""
    return "\n".join((one.host, one.owner, one.sdk, one.app, one.bundle_id, one.pii_class, one.kind)).casefold()


def declared_document(one: DeclaredItem, listed: Collection[str]) -> bytes:
    """The row of a declaration as JSON; ``listed`` are the apps with a page."""
    return msgspec.json.encode(DeclaredRow(item=one, listed=one.app_sha256 in listed))


def declared_words(one: DeclaredItem) -> str:
    """What a search for declarations reads, in lower case."""
    return "\n".join((one.app, one.bundle_id, one.name, one.title, *one.classes, *one.declared_by)).casefold()


def store_ways(exposure: Exposure, owners: OwnerDomains) -> Iterator[StoreWay]:
    """The first route of each endpoint to a store."""
    seen: set[str] = set()
    for route in exposure.routes:
        if route.endpoint in seen:
            continue
        seen.add(route.endpoint)
        sure, parts = route_confidence(route.candidate, route.endpoint, owners)
        yield StoreWay(
            endpoint=route.endpoint,
            store=exposure.id,
            route=route.candidate.route.value,
            target=target_of(route.candidate),
            reason=route.candidate.reason,
            confidence=sure,
            parts=parts,
        )


def found_store(exposure: Exposure, apps: int) -> FoundStore:
    """The row of a store that so many apps lead to."""
    return FoundStore(
        id=exposure.id,
        product=exposure.product,
        version=exposure.version,
        access=exposure.access.value,
        exposed=exposure.exposed,
        not_decided=exposure.undecided and not exposure.honeypot,
        honeypot=bool(exposure.honeypot),
        severity=exposure.severity,
        records=exposure.records,
        bytes=exposure.bytes,
        targets=exposure.targets[:MOST_ADDRESSES],
        apps=apps,
        verdict=access_text(exposure),
    )


def app_state(counts: Counts, endpoints: EndpointCount, *, named: bool, partly_read: bool) -> AppState:
    """What is known of the stores behind an app together. An empty list of stores has a reason.

    Args:
        counts: its stores.
        endpoints: its endpoints.
        named: true if it has endpoints at all.
        partly_read: true if a part of it was not read.
    """
    if counts.exposed:
        return AppState.EXPOSED
    if counts.not_decided or endpoints.silent:
        return AppState.NOT_DECIDED
    if named and not counts.stores and endpoints.not_probed >= endpoints.mapped:
        return AppState.NOT_PROBED
    if partly_read:
        return AppState.PARTLY_READ
    if counts.stores:
        return AppState.CLOSED
    return AppState.NONE_FOUND if named else AppState.NO_BACK_END


def backend_row(some: BackendSummary, counts: Counts, *, probed: bool, silent: bool) -> BackendRow:
    """The row of a back end with the counts of its stores."""
    return BackendRow(
        id=backend_id(some.host),
        name=some.host,
        endpoints=some.endpoints,
        apps=some.apps,
        addresses=some.addresses[:MOST_ADDRESSES],
        resolved_by=some.resolved_by,
        provider=some.provider,
        region=some.region,
        owner=some.owner,
        party=some.party,
        probed=probed,
        silent=silent,
        stores=counts.stores,
        stores_exposed=counts.exposed,
        stores_not_decided=counts.not_decided,
        severity=counts.severity,
    )


def app_row(summary: AppSummary, counts: Counts, credentials: int, endpoints: EndpointCount, captured: int) -> AppRow:
    """The row of an app with the counts of its stores, and of its endpoints.

    Args:
        summary: the app.
        counts: its stores.
        credentials: number of them in the package.
        endpoints: its endpoints.
        captured: endpoints that only captures show.
    """
    app = summary.app
    named = bool(summary.endpoints or captured)
    return AppRow(
        sha256=app.sha256,
        name=app.name,
        bundle_id=app.bundle_id,
        version=app.version_name,
        platform=app.platform.value,
        vendor=app.vendor,
        state=app_state(counts, endpoints, named=named, partly_read=bool(summary.unread)),
        severity=counts.severity,
        endpoints=summary.endpoints,
        endpoints_captured=0 if summary.captured else captured,
        endpoints_not_probed=endpoints.not_probed,
        endpoints_without_result=endpoints.silent,
        stores=counts.stores,
        stores_exposed=counts.exposed,
        stores_not_decided=counts.not_decided,
        credentials=credentials,
        problems=len(summary.problems),
        partly_read=bool(summary.unread),
        captured=summary.captured,
        file="" if summary.captured else summary.path.rstrip("/").rpartition("/")[2],
    )


def captured_row(row: Mapping[str, str], number: int) -> tuple[str | int | bytes, ...]:
    """An endpoint that a capture shows, as columns of its table; ``number`` orders those of an app."""
    told = CapturedRow(
        value=row["value"],
        file=row["file"],
        how=row["how"],
        party=row["party"],
        confidence=sighting_confidence(row["how"]),
    )
    return row["app"], number, row["value"], msgspec.json.encode(told)
