"""Stores of a run: the list, the worst first, and everything about one store."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice

import msgspec

from tieback.assess.conditions import load_conditions
from tieback.assess.findings import finding_id
from tieback.model.backend import Backend, Route
from tieback.model.case import CaseState
from tieback.model.errors import UsageError
from tieback.model.exposure import (
    AppRoute,
    ClassifiedField,
    Exposure,
    ExposureWindow,
    PeopleRange,
    PiiClassTotal,
    Severity,
    SeverityFactor,
)
from tieback.model.figure import Figure
from tieback.model.probe import (
    Ability,
    Access,
    Entry,
    Identity,
    Privileges,
    Ransom,
    RansomVerdict,
    TlsInfo,
)
from tieback.pii.taxonomy import load_taxonomy
from tieback.pipeline.fleet.analysed_apps import analysed_apps
from tieback.pipeline.views.listing import DEFAULT_LIMIT, Listing, bounded_limit, cut, decode_cursor
from tieback.pipeline.views.records import backend_id
from tieback.pipeline.views.runs_shown import ShownRun, find_shown_run
from tieback.report.document import containers_of, most_records, way_words
from tieback.report.figures import counted_noun
from tieback.report.recorded import recorded_text
from tieback.report.verdict import (
    NOTICES,
    abilities_text,
    access_text,
    entry_text,
    how_many_text,
    intrusion_text,
    no_personal_data,
)
from tieback.storage.lake.tables.probes import read_backends
from tieback.storage.ledger.pages import (
    CaseHead,
    StoreFilter,
    StoreHead,
    StoreKey,
    Whole,
    cases_of_stores,
    count_stores,
    find_store,
    log_page,
    pick_findings,
    store_in_runs,
    store_page,
    store_products,
)
from tieback.storage.workspace import Workspace

MOST_PLACES = 3
"""Limit on the locations of a store in the list."""
MOST_CONTAINERS = 200
MOST_FIELDS = 500
MOST_APPS = 100
MOST_WAYS = 10
MOST_BACKENDS = 100
MOST_RUNS = 50
MOST_PRODUCTS = 200
_MOST_LOG_LINES = 500


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
    cases = _case_links(workspace, [store.id for _, store in rows])
    counted = not pii_class and experimental is None
    return StoreListing(
        items=tuple(store_row(store, cases.get(store.id, ())) for _, store in rows),
        next=following,
        total=count_stores(database, shown.id, which) if counted else None,
        run=shown.id,
        shown=shown,
        exposed_total=count_stores(database, shown.id, StoreFilter(exposed=True)),
        stores_total=count_stores(database, shown.id, StoreFilter()),
        products=tuple(store_products(database, shown.id, MOST_PRODUCTS)),
        class_options=options,
    )


def _key(row: tuple[StoreKey, StoreHead]) -> StoreKey:
    return row[0]


def _case_links(workspace: Workspace, stores: Sequence[str]) -> dict[str, tuple[CaseLink, ...]]:
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
        classes=tuple(total.pii_class for total in most_records(store.pii)),
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


class ContainerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A container of a store."""

    name: str
    kind: str
    records: Figure | None
    bytes: Figure | None
    fields: int
    classes: tuple[str, ...]
    no_classes: str
    """If there are no classes: whether nothing was found, or nothing was looked at."""
    created: str
    noun: str
    """What ``records`` counts, such as ``models``; empty for records."""


class ClassRow(msgspec.Struct, frozen=True, kw_only=True):
    """A class of personal data in a store."""

    label: str
    title: str
    records: Figure
    fields: int
    basis: str
    """``name`` if only names of fields suggest it, ``value`` if values support it."""
    details: tuple[str, ...]


class WayRow(msgspec.Struct, frozen=True, kw_only=True):
    """One route from an app to a store."""

    place: str
    """``host:port``."""
    named: bool
    """True if the app names this place; false if it was found behind a host that the app names."""
    endpoint: str
    """What the app names."""
    file: str
    offset: int | None
    how: str
    """The extractor and rule."""
    reason: str


class StoreApp(msgspec.Struct, frozen=True, kw_only=True):
    """An app that leads to a store."""

    sha256: str
    bundle_id: str
    name: str
    version: str
    platform: str
    vendor: str
    how: str
    """How it leads there, in a few words."""
    ways: tuple[WayRow, ...]
    ways_total: int


class StoreBackend(msgspec.Struct, frozen=True, kw_only=True):
    """A back end that leads to a store."""

    id: str
    """As in ``GET /backends/{id}``; empty for a cloud resource without a host."""
    endpoint: str
    addresses: tuple[str, ...]
    owner: str
    owner_domain: str
    provider: str
    region: str
    party: str


class StoreSighting(msgspec.Struct, frozen=True, kw_only=True):
    """What one run or one re-check said about a store."""

    time: datetime
    run: str
    """ID of the run; empty for a re-check."""
    case: str
    """ID of the case whose re-check it was; empty for a run."""
    verdict: str
    """In a few words. ``not found`` means that the run did not find this store: it was not probed, did not answer, or
    showed another identity."""
    state: StoreState | None
    """``None`` for a re-check, and if the run did not find it."""
    records: Figure | None
    by: str


class StoreFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding about a store, with the advice how to close it."""

    id: str
    rule: str
    title: str
    severity: Severity
    advice: str
    source: str


class StoreDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one store."""

    store: StoreRow
    shown: ShownRun
    identity: Identity
    addresses: tuple[str, ...]
    targets: tuple[str, ...]
    account: str
    entry_text: str
    """How a client without credentials gets in and what it may do; empty if no probe shows it."""
    abilities_text: str
    """What every client that gets in can do there besides reading, and that it was not tried; empty if nothing."""
    untested: tuple[str, ...]
    """What a client without credentials could still try. If not empty, the store is not known to be closed."""
    default_credentials: str
    notices: tuple[tuple[str, str], ...]
    """Statements of the server that are findings of their own, as label and text."""
    intrusion: str
    how_many: str
    """Empty if it is certainly one store."""
    proofs: tuple[str, ...]
    ransom: Ransom
    honeypot: tuple[str, ...]
    factors: tuple[SeverityFactor, ...]
    window: ExposureWindow | None
    cleartext: bool
    tls: tuple[tuple[str, TlsInfo], ...]
    region: str
    bytes_sent: int
    bytes_read: int
    recorded: str
    """How far the verdicts of all probes were held against real servers."""
    classes: tuple[ClassRow, ...]
    containers: tuple[ContainerRow, ...]
    containers_total: int
    system_containers: int
    """Containers of the product itself; they are in no total and not listed."""
    fields: tuple[ClassifiedField, ...]
    """Fields that look like personal data or credentials."""
    fields_total: int
    apps: tuple[StoreApp, ...]
    apps_total: int
    backends: tuple[StoreBackend, ...]
    history: tuple[StoreSighting, ...]
    findings: tuple[StoreFinding, ...]


def show_store(workspace: Workspace, key: str, run: str = "") -> StoreDetail | None:
    """One store of a run; ``None`` if the run has none with this ID.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    shown = find_shown_run(workspace, run)
    store = find_store(workspace.ledger.database, shown.id, key) if shown is not None else None
    if shown is None or store is None:
        return None
    cases = _case_links(workspace, [store.id]).get(store.id, ())
    own = containers_of(store)
    apps = list(dict.fromkeys(route.app_sha256 for route in store.routes))
    return StoreDetail(
        store=store_row(store, cases),
        shown=shown,
        identity=store.identity,
        addresses=store.addresses,
        targets=store.targets,
        account=store.account,
        entry_text=entry_text(store),
        abilities_text=abilities_text(store),
        untested=() if store.access.exposed else store.untested,
        default_credentials=store.default_credentials,
        notices=tuple((NOTICES[which], text) for which, text in store.notices),
        intrusion=intrusion_text(store) if store.intrusion else "",
        how_many=how_many_text(store) if store.at_most > 1 else "",
        proofs=store.proofs,
        ransom=store.ransom,
        honeypot=store.honeypot,
        factors=store.factors,
        window=store.window,
        cleartext=store.cleartext,
        tls=store.tls,
        region=store.region,
        bytes_sent=store.bytes_sent,
        bytes_read=store.bytes_read,
        recorded=recorded_text(),
        classes=tuple(map(_class_row, most_records(store.pii))),
        containers=tuple(
            ContainerRow(
                name=container.name,
                kind=container.kind,
                records=container.records,
                bytes=container.bytes,
                fields=len(container.fields),
                classes=classes,
                no_classes="" if classes else no_personal_data(container),
                created=container.created,
                noun=counted_noun(container),
            )
            for container, classes in own[:MOST_CONTAINERS]
        ),
        containers_total=len(own),
        system_containers=len(store.containers) - len(own),
        fields=store.fields[:MOST_FIELDS],
        fields_total=len(store.fields),
        apps=tuple(_apps(workspace, store, apps[:MOST_APPS])),
        apps_total=len(apps),
        backends=tuple(_backends(workspace, shown.id, store)),
        history=tuple(_history(workspace, store.id, cases)),
        findings=tuple(_findings(workspace, shown.id, store.id)),
    )


def _class_row(total: PiiClassTotal) -> ClassRow:
    taxonomy = load_taxonomy()
    known = taxonomy.get(total.pii_class)
    return ClassRow(
        label=total.pii_class,
        title=known.title if known is not None else total.pii_class,
        records=total.records,
        fields=total.fields,
        basis=total.basis.value,
        details=total.details,
    )


def _apps(workspace: Workspace, store: Exposure, keys: Sequence[str]) -> Iterator[StoreApp]:
    known = {app.sha256: app for app in analysed_apps(workspace.lake, keys)} if keys else {}
    routes: dict[str, list[AppRoute]] = {}
    for route in store.routes:
        routes.setdefault(route.app_sha256, []).append(route)
    for key in keys:
        app, ways = known.get(key), routes[key]
        yield StoreApp(
            sha256=key,
            bundle_id=app.bundle_id if app is not None else "",
            name=app.name if app is not None else "",
            version=app.version_name if app is not None else "",
            platform=app.platform.value if app is not None else "",
            vendor=app.vendor if app is not None else "",
            how=way_words(ways),
            ways=tuple(_way(route) for route in ways[:MOST_WAYS]),
            ways_total=len(ways),
        )


def _way(route: AppRoute) -> WayRow:
    candidate = route.candidate
    host = f"[{candidate.host}]" if ":" in candidate.host else candidate.host
    return WayRow(
        place=f"{host}:{candidate.port}",
        named=candidate.route is Route.NAMED,
        endpoint=route.endpoint,
        file=route.file,
        offset=route.offset,
        how=route.how,
        reason=candidate.reason,
    )


def _backends(workspace: Workspace, run: str, store: Exposure) -> Iterator[StoreBackend]:
    values = {route.endpoint for route in store.routes}
    found: Iterable[Backend] = read_backends(workspace.lake, run, values=values) if values else ()
    for one in islice(found, MOST_BACKENDS):
        yield StoreBackend(
            id=backend_id(one.endpoint.host) if one.endpoint.host else "",
            endpoint=one.endpoint.value,
            addresses=one.addresses,
            owner=one.owner,
            owner_domain=one.owner_domain,
            provider=one.provider,
            region=one.region,
            party=one.party.value,
        )


def _history(workspace: Workspace, key: str, cases: Sequence[CaseLink]) -> list[StoreSighting]:
    """Runs and re-checks, the latest first."""
    database = workspace.ledger.database
    found = []
    for one in store_in_runs(database, key, MOST_RUNS):
        store = one.store
        state = store_state(store) if store is not None else None
        silent = state in {StoreState.CLOSED, StoreState.NOT_DECIDED} or bool(store is not None and store.abilities)
        shown = store is not None and (store.records.value or not silent)
        found.append(
            StoreSighting(
                time=one.ended or one.started,
                run=one.run,
                case="",
                verdict=access_text(store) if store is not None else "not found",
                state=state,
                records=store.records if store is not None and shown else None,
                by="scan",
            )
        )
    for case in cases:
        checks = [line for line in log_page(database, None, _MOST_LOG_LINES, case.id) if line.event == "check"]
        for line in checks[:MOST_RUNS]:
            verdict = line.fields.get("verdict", "").replace("_", " ")
            found.append(
                StoreSighting(
                    time=line.time, run="", case=case.id, verdict=verdict, state=None, records=None, by=line.by
                )
            )
    return sorted(found, key=lambda one: one.time, reverse=True)


def _findings(workspace: Workspace, run: str, key: str) -> Iterator[StoreFinding]:
    """The ID of a finding about a store follows from its rule."""
    ids = [finding_id(rule, key) for rule in load_conditions()]
    for one in pick_findings(workspace.ledger.database, run, ids):
        yield StoreFinding(
            id=one.id, rule=one.rule, title=one.title, severity=one.severity, advice=one.advice, source=one.source
        )
