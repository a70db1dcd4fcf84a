"""Stores of a run, the worst first."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from tieback.model.case import CaseState
from tieback.model.errors import UsageError
from tieback.model.exposure import Exposure, PeopleRange, Severity
from tieback.model.figure import Figure
from tieback.model.probe import Ability, Access, Entry, Privileges, RansomVerdict
from tieback.pii.taxonomy import load_taxonomy
from tieback.pipeline.runs import nothing_probed_text
from tieback.pipeline.views.index_figures import RunFigures
from tieback.pipeline.views.listing import DEFAULT_LIMIT, Listing, bounded_limit, cut, decode_cursor
from tieback.pipeline.views.run_index import open_index
from tieback.pipeline.views.run_state import find_run
from tieback.pipeline.views.runs_shown import ShownRun, find_shown_run
from tieback.report.texts.stores import ACCESS_WORDS, most_sensitive
from tieback.report.verdict import access_text
from tieback.storage.ledger.case_order import Whole
from tieback.storage.ledger.pages import (
    CaseHead,
    StoreFilter,
    StoreHead,
    StoreKey,
    cases_of_stores,
    count_stores,
    other_stores_by_access,
    store_page,
    store_products,
)
from tieback.storage.workspace import Workspace

MOST_PLACES = 3
"""Limit on the locations of a store in the list."""
MOST_PRODUCTS = 200


class StoreState(StrEnum):
    """What is known about a store, in one word."""

    OPEN = "open"
    """Records are readable without credentials."""
    REACHABLE = "reachable"
    """Access without credentials works, but shows only names, or nothing but system data."""
    NOT_DECIDED = "not_decided"
    """Neither open nor closed: the answer was unclear, or another way in was not tried."""
    CLOSED = "closed"
    HONEYPOT = "honeypot"
    """It is probably a honeypot, and in no total."""


class CaseLink(msgspec.Struct, frozen=True, kw_only=True):
    """A case of a store."""

    id: str
    vendor: str
    """Name."""
    state: CaseState


class StoreRow(msgspec.Struct, frozen=True, kw_only=True):
    """A store in a list."""

    id: str
    product: str
    version: str
    state: StoreState
    access: Access
    verdict: str
    """The access state in a few words, as in reports."""
    entry: Entry
    privileges: Privileges
    severity: Severity
    score: int
    targets: tuple[str, ...]
    """The first locations that were probed."""
    targets_total: int
    records: Figure | None
    """``None`` if nothing was readable: that is no statement about what the store contains."""
    bytes: Figure | None
    classes: tuple[str, ...]
    """Classes of personal data and credentials, those with most records first."""
    people: PeopleRange | None
    ransom: RansomVerdict
    experimental: bool
    """No recorded conversation with a real server of this product confirms the verdict."""
    provider: str
    country: str
    apps: int
    """Apps that lead to it."""
    containers: int
    cases: tuple[CaseLink, ...]
    abilities: tuple[Ability, ...]
    """What every client that gets in can do there besides reading, by the vendor's documentation; never tried."""


class ClassOption(msgspec.Struct, frozen=True, kw_only=True):
    """A class of personal data that the list can be filtered by."""

    label: str
    title: str


class StoreListing(Listing[StoreRow], frozen=True, kw_only=True):
    """Stores of a run, open ones first, then by severity."""

    shown: ShownRun | None = None
    """``None`` if no run has finished."""
    exposed_total: int = 0
    """Open stores of the whole run, whatever the filters are."""
    stores_total: int = 0
    """All stores of the run that answered."""
    not_probed: str = ""
    """Why the run shows nothing about open stores, as one sentence; empty if it probed."""
    others: tuple[tuple[str, int], ...] = ()
    """The stores that answered and are not open: each access state in words with its number, the most first."""
    products: tuple[str, ...] = ()
    """Products to filter by."""
    class_options: tuple[ClassOption, ...] = ()
    """Classes to filter by."""


def list_stores(
    workspace: Workspace,
    *,
    exposed: bool | None = None,
    access: Access | None = None,
    product: str = "",
    severity: Severity | None = None,
    pii_class: str = "",
    experimental: bool | None = None,
    run: str = "",
    after: str = "",
    limit: int = DEFAULT_LIMIT,
) -> StoreListing | None:
    """The stores of a run that match all filters; ``None`` if there is no finished run with this ID.

    Raises:
        UsageError: an unknown class, a wrong cursor or limit.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    taxonomy = load_taxonomy()
    if pii_class and pii_class not in taxonomy:
        raise UsageError("unknown class", where="pii_class", advice="Use a label of `class_options`")
    options = tuple(ClassOption(label=label, title=one.title) for label, one in taxonomy.items())
    shown = find_shown_run(workspace, run)
    if shown is None:
        return None if run else StoreListing(items=(), class_options=options)
    which = StoreFilter(
        exposed=exposed,
        access=access,
        product=product,
        severity=severity,
        pii_class=pii_class,
        experimental=experimental,
    )
    database = workspace.ledger.database
    key = decode_cursor(after, tuple[Whole, Whole, Whole, Whole, str]) if after else None
    rows, following = cut(store_page(database, shown.id, which, key, limit + 1), limit, _key)
    cases = case_links(workspace, [store.id for _, store in rows])
    counted = not pii_class and experimental is None
    answered = count_stores(database, shown.id, StoreFilter())
    return StoreListing(
        items=tuple(store_row(store, cases.get(store.id, ())) for _, store in rows),
        next=following,
        total=count_stores(database, shown.id, which) if counted else None,
        run=shown.id,
        shown=shown,
        exposed_total=count_stores(database, shown.id, StoreFilter(exposed=True)),
        stores_total=answered,
        not_probed="" if answered else _not_probed(workspace, shown),
        others=tuple(
            ("probable honeypot" if access.exposed else ACCESS_WORDS[access], count)
            for access, count in other_stores_by_access(database, shown.id).items()
        ),
        products=tuple(store_products(database, shown.id, MOST_PRODUCTS)),
        class_options=options,
    )


def _not_probed(workspace: Workspace, shown: ShownRun) -> str:
    run = find_run(workspace, shown.id)
    if run is None or run.grant_sha256 is None:
        return nothing_probed_text(run)
    scope = open_index(workspace, run).document("figures", RunFigures).scope
    return "" if scope is not None and scope.reached else "This run probed no target, so open stores are unknown."


def _key(row: tuple[StoreKey, StoreHead]) -> StoreKey:
    return row[0]


def case_links(workspace: Workspace, stores: Sequence[str]) -> dict[str, tuple[CaseLink, ...]]:
    """The cases of stores, by ID of the store."""
    heads = cases_of_stores(workspace.ledger.database, set(stores))
    names = {vendor.id: vendor.name for vendor in workspace.ledger.cases.vendors()} if heads else {}
    found: dict[str, list[CaseHead]] = {}
    for head in heads:
        found.setdefault(head.store, []).append(head)
    return {
        store: tuple(CaseLink(id=one.id, vendor=names.get(one.vendor, one.vendor), state=one.state) for one in some)
        for store, some in found.items()
    }


def store_state(store: StoreHead | Exposure) -> StoreState:
    """What is known about a store, in one word."""
    if store.honeypot:
        return StoreState.HONEYPOT
    if store.exposed:
        return StoreState.OPEN
    if store.access in (Access.OPEN_EMPTY, Access.SCHEMA_ONLY):
        return StoreState.REACHABLE
    if store.undecided or not (store.access.refused or store.access is Access.FIREWALLED):
        return StoreState.NOT_DECIDED
    return StoreState.CLOSED


def _was_read(store: StoreHead | Exposure) -> bool:
    """False for a store that gave no access: zero records would be a statement about its content."""
    return bool(store.containers) or store_state(store) in {StoreState.OPEN, StoreState.REACHABLE}


def _shown(store: StoreHead | Exposure, figure: Figure) -> Figure | None:
    """A figure of a store; ``None`` if nothing was counted: a server that offers models or jobs has no zero records."""
    return figure if _was_read(store) and (figure.value or not store.abilities) else None


def store_row(store: StoreHead | Exposure, cases: tuple[CaseLink, ...] = ()) -> StoreRow:
    """A store as a list shows it."""
    return StoreRow(
        id=store.id,
        product=store.product,
        version=store.version,
        state=store_state(store),
        access=store.access,
        verdict=access_text(store),
        entry=store.entry,
        privileges=store.privileges,
        severity=store.severity,
        score=store.score,
        targets=store.targets[:MOST_PLACES],
        targets_total=len(store.targets),
        records=_shown(store, store.records),
        bytes=_shown(store, store.bytes),
        classes=tuple(total.pii_class for total in most_sensitive(store.pii)),
        people=store.people,
        ransom=store.ransom.verdict,
        experimental=store.experimental,
        provider=store.provider,
        country=store.country,
        apps=len({route.app_sha256 for route in store.routes}),
        containers=len(store.containers),
        cases=cases,
        abilities=store.abilities,
    )
