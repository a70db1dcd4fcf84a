"""Everything about one store of a run."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

import msgspec

from tieback.assess.conditions import load_conditions
from tieback.assess.findings import finding_id
from tieback.cases.states import logged_records
from tieback.model.backend import Backend, Route
from tieback.model.exposure import (
    AppRoute,
    ClassifiedField,
    Exposure,
    ExposureWindow,
    PiiClassTotal,
    Severity,
    SeverityFactor,
)
from tieback.model.figure import Figure
from tieback.model.probe import Identity, Ransom, TlsInfo
from tieback.pii.taxonomy import load_taxonomy
from tieback.pipeline.fleet.analysed_apps import analysed_apps
from tieback.pipeline.views.records import backend_id
from tieback.pipeline.views.runs_shown import ShownRun, find_shown_run
from tieback.pipeline.views.stores import CaseLink, StoreRow, StoreState, case_links, store_row, store_state
from tieback.report.figures import counted_noun
from tieback.report.recorded import recorded_text
from tieback.report.texts.routes import way_words
from tieback.report.texts.stores import containers_of, most_sensitive
from tieback.report.verdict import (
    NOTICES,
    abilities_text,
    access_text,
    entry_text,
    how_many_text,
    intrusion_text,
    no_personal_data,
    unlisted_text,
)
from tieback.storage.lake.tables.probes import read_backends
from tieback.storage.ledger.pages import find_store, latest_run_of_store, log_page, pick_findings, store_in_runs
from tieback.storage.workspace import Workspace

MOST_CONTAINERS = 200
MOST_FIELDS = 500
MOST_APPS = 100
MOST_WAYS = 10
MOST_BACKENDS = 100
MOST_RUNS = 50
_MOST_LOG_LINES = 500


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
    """True if the app or its traffic names this place; false if it was found behind a host that they name."""
    endpoint: str
    """What the app or its traffic names."""
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
    """The last finished run; or if that did not find the store, the latest one that did."""
    not_found_by: str
    """ID of the last finished run, if it did not find the store and no run was chosen; else empty. This does not mean
    closed."""
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
    unlisted: str
    """What of the content the figures may lack; empty if nothing."""
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
    """One store; ``None`` if the run has none with this ID.

    Args:
        workspace: an open workspace.
        key: ID of the store.
        run: ID of a finished run. Default: the last one, or if that did not find the store, the latest one that did.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    database, missing = workspace.ledger.database, ""
    shown = find_shown_run(workspace, run)
    store = find_store(database, shown.id, key) if shown is not None else None
    if shown is not None and store is None and not run and (earlier := latest_run_of_store(database, key)):
        missing, shown = shown.id, find_shown_run(workspace, earlier)
        store = find_store(database, earlier, key)
    if shown is None or store is None:
        return None
    cases = case_links(workspace, [store.id]).get(store.id, ())
    own = containers_of(store)
    apps = list(dict.fromkeys(route.app_sha256 for route in store.routes))
    return StoreDetail(
        store=store_row(store, cases),
        shown=shown,
        not_found_by=missing,
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
        unlisted=unlisted_text(store),
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
        classes=tuple(map(_class_row, most_sensitive(store.pii))),
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
                    time=line.time,
                    run="",
                    case=case.id,
                    verdict=verdict,
                    state=None,
                    records=logged_records(line.fields.get("records", "")),
                    by=line.by,
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
