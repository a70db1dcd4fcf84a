"""Couchbase Sync Gateway, and Capella App Services, which run it: databases whose documents anybody can synchronise.

Sends, in this order: ``GET /`` (identify: name and version). At the public port (4984), for at most 50 databases that
the app names: ``GET /<db>/``, which is answered only if the user GUEST is on, and ``GET /<db>/_changes?limit=2``, whose
entries show that GUEST may read documents (enumerate: the second proof). No document is read. Of at most two entries
the identifier is seen, and no transcript keeps it.

The admin API (4985) says so at its root. It lists its databases with ``GET /_all_dbs``; whoever can read that list may
change everything. Since version 3 it demands a login by default.

The public port lists no databases, so that others than those of the app stay untested. A database without visible
documents may be empty, or its channels hide them. Written from the source of Sync Gateway (``rest/api.go``,
``rest/routing.go``, ``rest/bulk_api.go``); not yet verified against the real server.
"""

import re

import msgspec

from tieback.model.figure import lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Privileges
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation, SendCost

NAME = "Couchbase Sync Gateway"
# A database, and a scope and collection in it: https://docs.couchbase.com/sync-gateway/current/scopes-and-collections-config.html
_DATABASE = rb"[a-z](?:[a-z0-9_-]|%(?:24|28|29|2B)){0,240}"
_KEYSPACE = _DATABASE + rb"(?:\.[A-Za-z0-9_-]{1,60}){0,2}"
_ID = re.compile(rb'"id":"(?!_)((?:[^"\\]|\\.)*)"')
_CAP = 16 * 1024


def _without_ids(answer: bytes) -> bytes:
    """An answer with the same length, in which the identifiers of documents are x."""
    return _ID.sub(lambda found: b'"id":"' + b"x" * len(found[1]) + b'"', answer)


_ROOT = get_request("/", "product and version, and whether it is the admin API; changes nothing", depth=Depth.IDENTIFY)
_ALL = get_request("/_all_dbs", "names of databases, which only the admin API lists")
_DB = get_request(
    "/{db}/", "whether the user GUEST is on in a database; returns no document", names=_DATABASE, label="GET /<db>/"
)
_LISTED = get_request(
    "/{keyspace}/_changes?limit=2",
    "whether at least one document may be read: the second proof; returns two identifiers, which are only counted",
    names=_KEYSPACE,
    label="GET /<db>/_changes?limit=2",
).costing(SendCost.BOUNDED)
_CHANGES = msgspec.structs.replace(_LISTED, send=msgspec.structs.replace(_LISTED.send, redact=_without_ids))


class _Vendor(msgspec.Struct):
    name: str = ""
    version: str = ""


class _Root(msgspec.Struct, rename={"admin": "ADMIN"}):
    couchdb: str
    vendor: _Vendor
    version: str = ""
    admin: bool = False


class _Database(msgspec.Struct, rename={"name": "db_name", "server": "server_uuid"}):
    name: str
    state: str = ""
    server: str = ""


class _Entry(msgspec.Struct):
    id: str


class _Changes(msgspec.Struct):
    results: list[_Entry]


class SyncGatewayProbe(WebStoreProbe):
    """Probe of Sync Gateway: databases that GUEST may read, and an open admin API."""

    meta = ProbeMeta(
        name="sync_gateway",
        products=("sync-gateway",),
        ports=(4984, 4985),
        services=("sync-gateway",),
        cpe=("cpe:2.3:a:couchbase:sync_gateway",),
        cwe="CWE-306",
        sends=(_ROOT.send, _ALL.send, _DB.send, _CHANGES.send),
        references=(
            "https://docs.couchbase.com/sync-gateway/current/rest-api.html",
            "https://docs.couchbase.com/sync-gateway/current/authentication-users.html",
        ),
        web=True,
    )
    ask = _ROOT
    closed_when_refused = False

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its welcome document, or by the server's name."""
        root = decode_json(answer.body, _Root) if answer.status == 200 else None
        if root is not None and root.vendor.name == NAME:
            found = re.search(r"/([0-9][0-9.]{0,20})", root.version)
            return Identification("sync-gateway", found[1] if found is not None else root.vendor.version)
        name, _, version = answer.headers.get("server", "").partition("/")
        return Identification("sync-gateway", re.split(r"[( ]", version)[0]) if name == NAME else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Request the databases of the admin API, or those that the app names."""
        root = decode_json(answer.body, _Root)
        if not inquiry.enumerates:
            return
        if root is not None and root.admin:
            yield from self._admin(inquiry)
            return
        names = [name for name in inquiry.names if _CHANGES.fill(name)]
        for name in inquiry.limit(names, "databases"):
            yield from _database(inquiry, name)
        inquiry.judge_names("databases", names, list_refused=False)
        _hidden(inquiry)

    def _admin(self, inquiry: Inquiry) -> Conversation[None]:
        draft = inquiry.draft
        listed = yield from inquiry.catalogue(_ALL, list[str])
        if listed is None:
            return
        draft.privileges = Privileges.ADMIN
        draft.fingerprint(listed)
        for name in inquiry.limit([name for name in listed if _CHANGES.fill(name)], "databases"):
            yield from _database(inquiry, name)
        inquiry.judge()
        if draft.access is Access.SCHEMA_ONLY and not inquiry.refused:
            # Its documents are unclear, but the admin API itself is open: it lists, and it describes a database.
            draft.access = Access.OPEN


def _database(inquiry: Inquiry, name: str) -> Conversation[None]:
    """Add a database or a collection in it, if GUEST is on."""
    draft, database = inquiry.draft, name.partition(".")[0]
    answer = yield from inquiry.ask(_DB, database, cap=_CAP)
    if answer is None or answer.status == 404:
        return
    said = inquiry.take(_DB, _Database, answer, database)
    if said is None:
        if answer.status in (401, 403):
            draft.prove(_DB.label, f"{database}: status {answer.status}", Access.AUTH_REQUIRED)
        return
    draft.prove(_DB.label, f"{database} is {said.state.lower()[:20] or 'described'} without a login", Access.OPEN)
    if re.fullmatch(r"[0-9a-f-]{32,36}", said.server):
        draft.vendor_id("server_uuid", said.server)
    changes = yield from inquiry.read(_CHANGES, _Changes, name, cap=_CAP)
    entries = [entry for entry in changes.results if not entry.id.startswith("_")] if changes is not None else []
    if entries:
        draft.prove(_CHANGES.label, f"lists documents of {name} without a login", Access.OPEN)
    records = lower_bound(len(entries), "entries of one page") if entries else None
    inquiry.add_containers([Container((name,), "database", records=records)])


def _hidden(inquiry: Inquiry) -> None:
    """Record databases in which GUEST is on and sees no document."""
    draft = inquiry.draft
    hidden = [container.name for container in draft.containers if container.records is None]
    if not hidden:
        return
    draft.problem(f"GUEST is on in {', '.join(hidden[:5])}, and sees no document: none exists, or channels hide them")
    if not draft.access.exposed:
        draft.access = Access.UNKNOWN
