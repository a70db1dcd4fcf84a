"""One app of a run: what it reaches and why, its credentials, leaks, stores, installs, and the cases of its vendor."""

from collections.abc import Sequence
from datetime import date

import msgspec

from tieback.backends.confidence import sighting_confidence
from tieback.cases.register import VendorRegister
from tieback.model.app import App
from tieback.model.declaration import DeclaredItem, PrivacyDeclaration
from tieback.model.device import AppStoreSummary, MatchStrength, Ownership
from tieback.model.method_names import completing_method
from tieback.model.report.captures import ContactedServer, Recipient
from tieback.model.sighting import CredentialGrade, NotBackend, Problem, UnreadCode
from tieback.pipeline.fleet.coverage import DeviceCounts, FleetView
from tieback.pipeline.runs import finished_run
from tieback.pipeline.views.declared import declared_of_app
from tieback.pipeline.views.index_figures import PartlyReadCapture, RecipientFigures
from tieback.pipeline.views.listing import bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.prepared_fleet import prepared_fleet
from tieback.pipeline.views.recipients import named_captures, recipients_of_app
from tieback.pipeline.views.records import AppRecord, AppRow, BackendRow, CapturedRow, FoundStore, StoreWay
from tieback.pipeline.views.run_index import open_index
from tieback.pipeline.views.run_state import RunState, find_run, show_run
from tieback.storage.lake.queries.app_pages import app_credentials_found, app_dropped_names, app_sightings
from tieback.storage.lake.queries.declarations import manifests_of
from tieback.storage.lake.queries.run_apps import runs_with_app
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.ledger.pages import case_page
from tieback.storage.page_index import Condition, PageIndex, Row
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace

MOST_CREDENTIALS = 200
MOST_CAPTURED = 200
MOST_SERVERS = 200
MOST_RECIPIENTS = 100
MOST_STORES = 100
MOST_CASES = 50
MOST_INSTALLS = 20
MOST_DROPPED = 100


class AppEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint that an app names, with its place in the package."""

    value: str
    service: str
    """Cloud service or product; empty if unknown."""
    party: str
    owner: str
    party_reason: str
    file: str
    offset: int | None
    how: str
    method: str
    """Method in which code completes it, in short; empty if none does."""
    confidence: float
    """Confidence that the app talks to it, 0 to 1."""
    count: int
    """Number of places in the package."""
    chain: tuple[str, ...]
    """Methods and fields through which code assembles it."""
    addresses: tuple[str, ...]
    """Whole addresses of a cloud resource that the app names, if they have a path."""
    backend: str
    """ID of its back end; empty if the run did not map it."""
    host: str
    """Name of the back end."""
    provider: str
    probed: bool
    ways: tuple[StoreWay, ...]
    """The stores that it leads to, each with the reason."""


class AppEndpoints(msgspec.Struct, frozen=True, kw_only=True):
    """Some endpoints of an app: the maker's own first, then those of unknown owners."""

    items: tuple[AppEndpoint, ...]
    next: str | None
    """Cursor of the next ones, for ``after``."""
    total: int


class AppCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A credential in an app. The value is stored nowhere."""

    kind: str
    masked: str
    """First and last characters and the length."""
    grade: CredentialGrade
    endpoint: str
    file: str
    offset: int | None
    how: str
    method: str
    """Method in which code uses it, or the field that has it, in short; empty if none does."""
    claims: dict[str, str]


class AppInstalls(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the inventory that matches an app."""

    id: int
    name: str
    platform: str
    devices: int
    personal: int
    match: MatchStrength
    weak: bool
    """True if only the name matches, or the identifier of a template: a person must compare them."""
    removed: date | None
    last_seen: date


class VendorCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case of the vendor of an app."""

    id: str
    state: str
    due: date | None
    store: str
    product: str
    leads: bool
    """True if this app leads to the store of the case."""


class AppVendor(msgspec.Struct, frozen=True, kw_only=True):
    """The vendor in the register that answers for an app, with its cases."""

    id: str
    name: str
    cases: tuple[VendorCase, ...]
    """By due date; at most 50."""
    more: bool
    """True if there are more."""


class AppPage(msgspec.Struct, frozen=True, kw_only=True):
    """One app of a run."""

    run: RunState
    app: App
    path: str
    summary: AppRow
    has_api: bool
    store: AppStoreSummary | None
    """What app stores state about it; ``None`` if nothing is known."""
    endpoints: AppEndpoints
    captured: tuple[CapturedRow, ...]
    """Endpoints that it contacted in captures; at most 200."""
    captured_total: int
    servers: tuple[ContactedServer, ...]
    """Servers in captures, with classes of personal data in cleartext; at most 200."""
    captures_partly_read: tuple[PartlyReadCapture, ...]
    """Those of these captures that have parts that were not read: the app may have sent more there."""
    recipients: tuple[Recipient, ...]
    """Parties that received personal data or credentials from it in captures; at most 100."""
    recipients_total: int
    declarations: tuple[PrivacyDeclaration, ...]
    """Privacy manifests in its package; empty if there are none, which is not the same as nothing collected."""
    declared: tuple[DeclaredItem, ...]
    """What it declares, beside its traffic: only for apps in captures; at most 100."""
    declared_total: int
    credentials: tuple[AppCredential, ...]
    """At most 200."""
    stores: tuple[FoundStore, ...]
    """Worst first; at most 100."""
    problems: tuple[Problem, ...]
    unread: tuple[UnreadCode, ...]
    dropped: tuple[NotBackend, ...]
    """Names and addresses that are not back ends; at most 100."""
    dropped_total: int
    installs: tuple[AppInstalls, ...] | None
    """Entries of the inventory, at most 20; ``None`` without an inventory."""
    devices: DeviceCounts | None
    """Devices that have it now, over all entries; ``None`` without an inventory."""
    vendor: AppVendor | None
    """``None`` if the register has no vendor for it."""


def show_app(workspace: Workspace, sha256: str, after: str = "", limit: int = 100, run: str = "") -> AppPage | None:
    """One app of a run; ``None`` if the run does not have it.

    Args:
        workspace: an open workspace.
        sha256: content hash of its package, or the key of an app of a capture.
        after: cursor of its endpoints.
        limit: maximum number of endpoints.
        run: ID of the run; default: the last finished one, or the last one that read the app.

    Raises:
        UsageError: the limit, the cursor or the run is invalid.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    number = decode_cursor(after, tuple[int])[0] if after else -1
    shown = find_run(workspace, run)
    if shown is None:
        return None
    index = open_index(workspace, shown)
    rows = _record_of(index, sha256)
    if not rows and not run and (past := _last_run_with(workspace, sha256)) is not None:
        shown, index = past, open_index(workspace, past)
        rows = _record_of(index, sha256)
    if not rows:
        return None
    record = rows[0].document
    stores = _stores_of(index, sha256)
    uploads = UploadFolder(workspace.directory)
    installs, devices = _installs(workspace, sha256)
    declared, declared_total = declared_of_app(index, sha256, MOST_RECIPIENTS)
    received, received_total = recipients_of_app(index, sha256, MOST_RECIPIENTS)
    servers = _of_app(index, "servers", ContactedServer, sha256, MOST_SERVERS)
    captures = {one.capture for one in servers}
    partly = index.document("recipients", RecipientFigures).partly_read
    return AppPage(
        run=show_run(workspace, shown),
        app=record.app,
        path=uploads.name_of(record.path),
        summary=record.row,
        has_api=record.has_api,
        store=record.store,
        endpoints=_endpoints(workspace, index, record, number, limit),
        captured=tuple(
            msgspec.structs.replace(one, file=uploads.name_of(one.file))
            for one in _of_app(index, "captured", CapturedRow, sha256, MOST_CAPTURED)
        ),
        captured_total=index.count("captured", (Condition("app = ?", (sha256,)),)),
        servers=tuple(msgspec.structs.replace(one, capture=uploads.name_of(one.capture)) for one in servers),
        captures_partly_read=named_captures((one for one in partly if one.path in captures), uploads),
        recipients=tuple(msgspec.structs.replace(one, capture=uploads.name_of(one.capture)) for one in received),
        recipients_total=received_total,
        declarations=manifests_of(workspace.lake, sha256, record.version) if record.version else (),
        declared=declared,
        declared_total=declared_total,
        credentials=_credentials(workspace, record),
        stores=stores,
        problems=record.problems,
        unread=record.unread,
        dropped=_dropped(workspace, record),
        dropped_total=record.dropped,
        installs=installs,
        devices=devices,
        vendor=_vendor(workspace, record.app, {store.id for store in stores}),
    )


def _record_of(index: PageIndex, sha256: str) -> list[Row[AppRecord]]:
    return index.page("apps", AppRecord, "place", (Condition("sha256 = ?", (sha256,)),), "place", 1)


def _last_run_with(workspace: Workspace, sha256: str) -> RunRow | None:
    """The last finished run that read an app; ``None`` if there is none."""
    known = runs_with_app(workspace.lake, sha256)
    return next((run for run in workspace.ledger.list_runs() if run.ended is not None and run.id in known), None)


def _endpoints(workspace: Workspace, index: PageIndex, record: AppRecord, after: int, limit: int) -> AppEndpoints:
    if not record.version:
        return AppEndpoints(items=(), next=None, total=0)
    found = list(app_sightings(workspace.lake, record.app.sha256, record.version, after, limit + 1))
    some = [sighting for _, sighting in found[:limit]]
    values = [sighting.endpoint.value for sighting in some]
    backends, ways = _backends_of(index, values), _ways_of(index, record.app.sha256, values)
    items = []
    for one in some:
        backend = backends.get(one.endpoint.value)
        items.append(
            AppEndpoint(
                value=one.endpoint.value,
                service=one.endpoint.service or "",
                party=one.party.value,
                owner=one.owner or (backend.owner if backend else ""),
                party_reason=one.party_reason,
                file=one.evidence.file,
                offset=one.evidence.offset,
                how=one.evidence.how,
                method=completing_method(one.evidence.context),
                confidence=sighting_confidence(one.evidence.how),
                count=one.count,
                chain=one.evidence.chain,
                addresses=one.addresses,
                backend=backend.id if backend else "",
                host=backend.name if backend else "",
                provider=backend.provider if backend else "",
                probed=backend.probed if backend else False,
                ways=tuple(ways.get(one.endpoint.value, ())),
            )
        )
    more = encode_cursor((found[limit - 1][0],)) if len(found) > limit else None
    return AppEndpoints(items=tuple(items), next=more, total=record.row.endpoints)


def _backends_of(index: PageIndex, values: Sequence[str]) -> dict[str, BackendRow]:
    """The back end of each of these endpoints."""
    sql = f"""SELECT value, document FROM endpoints JOIN backends ON place = backend
        WHERE value IN ({", ".join("?" * len(values))})"""  # noqa: S608 - only placeholders
    return {value: index.decode(document, BackendRow) for value, document in index.rows(sql, values)}


def _ways_of(index: PageIndex, sha256: str, values: Sequence[str]) -> dict[str, list[StoreWay]]:
    """How each of these endpoints leads to stores of the app."""
    sql = f"""SELECT document FROM ways WHERE endpoint IN ({", ".join("?" * len(values))}) AND store IN (
        SELECT id FROM stores JOIN app_stores USING (place) WHERE app = ?) LIMIT 1000"""  # noqa: S608 - placeholders
    found: dict[str, list[StoreWay]] = {}
    for (document,) in index.rows(sql, (*values, sha256)):
        way = index.decode(document, StoreWay)
        found.setdefault(way.endpoint, []).append(way)
    return found


def _stores_of(index: PageIndex, sha256: str) -> tuple[FoundStore, ...]:
    which = Condition("place IN (SELECT place FROM app_stores WHERE app = ?)", (sha256,))
    return tuple(one.document for one in index.page("stores", FoundStore, "place", (which,), "place", MOST_STORES))


def _of_app[T](index: PageIndex, table: str, kind: type[T], sha256: str, limit: int) -> tuple[T, ...]:
    rows = index.page(table, kind, "number", (Condition("app = ?", (sha256,)),), "number", limit)
    return tuple(row.document for row in rows)


def _credentials(workspace: Workspace, record: AppRecord) -> tuple[AppCredential, ...]:
    if not record.row.credentials:
        return ()
    return tuple(
        AppCredential(
            kind=one.kind,
            masked=one.masked,
            grade=one.grade,
            endpoint=one.endpoint,
            file=one.evidence.file,
            offset=one.evidence.offset,
            how=one.evidence.how,
            method=completing_method(one.evidence.context),
            claims=one.claims,
        )
        for one in app_credentials_found(workspace.lake, record.app.sha256, record.version, MOST_CREDENTIALS)
    )


def _dropped(workspace: Workspace, record: AppRecord) -> tuple[NotBackend, ...]:
    if not record.dropped:
        return ()
    return tuple(app_dropped_names(workspace.lake, record.app.sha256, record.version, MOST_DROPPED))


def _installs(workspace: Workspace, sha256: str) -> tuple[tuple[AppInstalls, ...], DeviceCounts] | tuple[None, None]:
    """The matching entries of the inventory, in the order of the review, and the devices of all of them."""
    if not workspace.ledger.inventory.known():
        return None, None
    fleet = prepared_fleet(workspace)
    found = [
        (line, line.match)
        for line in fleet.lines
        if line.match is not None and any(one.sha256 == sha256 for one in line.match.apps)
    ]
    view = FleetView(workspace, finished_run(workspace, fleet.run or ""))
    rows = tuple(
        AppInstalls(
            id=line.app.id,
            name=line.app.name or line.app.bundle_id,
            platform=line.app.platform.value,
            devices=line.app.devices,
            personal=line.app.ownership.get(Ownership.PERSONAL, 0),
            match=match.strength,
            weak=match.strength.weak,
            removed=line.app.removed,
            last_seen=line.app.last_seen,
        )
        for line, match in found[:MOST_INSTALLS]
    )
    return rows, view.devices_of(line for line, _ in found)


def _vendor(workspace: Workspace, app: App, stores: set[str]) -> AppVendor | None:
    vendors = workspace.ledger.cases.vendors_naming(
        [app.bundle_id, app.sha256, app.signer.sha256 if app.signer else ""]
    )
    key = VendorRegister(vendors).find_vendor(app)
    vendor = next((one for one in vendors if one.id == key), None)
    if vendor is None:
        return None
    rows = [case for _, case in case_page(workspace.ledger.database, None, MOST_CASES + 1, vendor=vendor.id)]
    return AppVendor(
        id=vendor.id,
        name=vendor.name,
        cases=tuple(
            VendorCase(
                id=case.id,
                state=case.state.value,
                due=case.due,
                store=case.store.id,
                product=case.store.product,
                leads=case.store.id in stores,
            )
            for case in rows[:MOST_CASES]
        ),
        more=len(rows) > MOST_CASES,
    )
