"""CouchDB, and PouchDB Server with the same API: databases, documents, bytes, fields of Mango indexes.

Sends, in this order: ``GET /`` (identify); ``GET /_all_dbs``, ``GET /<db>`` for at most 50 databases, ``GET
/_membership`` (enumerate); ``GET /<db>/_index`` (describe). None returns a document.
At depth ``sample``: ``GET /<db>/_all_docs`` with at most 50 documents.

``_all_dbs`` may be public while every database requires authentication: that is ``schema_only``. ``GET /<db>`` is
answered only if the client may read the database, so it is the second proof. Since version 3, only administrators may
list the databases, so that the names in the app's own URLs are requested too. Verified against PouchDB Server 4.2.0, an
emulation; CouchDB itself is not yet verified against the real server.
"""

from typing import Any

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import MAX_NOTE, ProbeMeta, run_note
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get
from tieback.probes.web import MAX_FIELDS, ROOT_CAP, Identification, Inquiry, NamedContainers
from tieback.probes.wire.http import MAX_BODY, HttpSession, Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation, SendCost, Target

# "Creating a database": a letter, then letters, digits and _$()+-/, here percent-encoded.
# A slash is part of a name, but never before an underscore: a proxy that decodes it would find an endpoint.
_NAME = rb"[a-z](?:[a-z0-9_-]|%(?:24|28|29|2B|2F(?!_))){0,600}"

_ROOT = get_request("/", "product, version and UUID of the server; changes nothing", depth=Depth.IDENTIFY)
_ALL = get_request("/_all_dbs", "names of databases")
_DB = get_request(
    "/{db}", "number of documents and bytes of one database, if we may read it; returns no document", names=_NAME
)
_MEMBERS = get_request("/_membership", "whether an anonymous client may use an administrator's request")
_INDEX = get_request("/{db}/_index", "fields of Mango indexes; returns no values", names=_NAME, depth=Depth.DESCRIBE)
_NOTE = get_request(
    "/{db}/_all_docs?include_docs=true&limit=1",
    "the first 4 KiB of one document of a database that looks like a ransom note; the text is not kept",
    names=_NAME,
    depth=Depth.DESCRIBE,
)
_OF_COUCHDB = frozenset(("_rev", "_attachments"))
_SAMPLE = sample_get(
    "/{db}/_all_docs?include_docs=true&limit=#", "documents of a database, by name; runs no view", names=_NAME
)


class _Sizes(msgspec.Struct):
    active: Number | None = None
    file: Number | None = None


class _Database(msgspec.Struct):
    doc_count: Number
    sizes: _Sizes | None = None
    disk_size: Number | None = None
    """Size of the file before version 2.0."""


class _Definition(msgspec.Struct):
    fields: list[dict[str, str] | str] = []


class _OneIndex(msgspec.Struct):
    definition: _Definition = msgspec.field(name="def", default_factory=_Definition)


class _Indexes(msgspec.Struct):
    indexes: list[_OneIndex]


class _Vendor(msgspec.Struct):
    name: str = ""


class _Root(msgspec.Struct, rename={"pouchdb": "express-pouchdb"}):
    couchdb: str = ""
    pouchdb: str = ""
    version: str = ""
    uuid: str = ""
    vendor: _Vendor = msgspec.field(default_factory=_Vendor)


class _DocumentRow(msgspec.Struct):
    doc: dict[str, Any] | None = None


class _Documents(msgspec.Struct):
    rows: list[_DocumentRow]


class CouchdbProbe(SampledWebStore):
    """Probe of CouchDB: databases, documents, bytes, fields of Mango indexes."""

    meta = ProbeMeta(
        name="couchdb",
        products=("couchdb", "pouchdb"),
        ports=(5984, 6984),
        services=("couchdb", "pouchdb", "cloudant"),
        cpe=("cpe:2.3:a:apache:couchdb",),
        cwe="CWE-306",
        sends=(
            _ROOT.send,
            _ALL.send,
            _DB.send,
            _MEMBERS.send,
            _INDEX.send,
            msgspec.structs.replace(_NOTE.send, values=True, cost=SendCost.BOUNDED),
            *(request.send for request in _SAMPLE),
        ),
        references=("https://docs.couchdb.org/en/stable/api/index.html",),
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its welcome document; with ``require_valid_user`` by the server's name."""
        root = decode_json(answer.body, _Root) if answer.status == 200 else None
        if root is not None and "Sync Gateway" in root.vendor.name:
            return None
        if root is not None and (root.couchdb or root.pouchdb):
            return Identification("couchdb" if root.couchdb else "pouchdb", root.version)
        server, _, rest = answer.headers.get("server", "").partition("/")
        return Identification("couchdb", rest.split(" ")[0]) if server == "CouchDB" else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Request the databases one by one."""
        root = decode_json(answer.body, _Root)
        if root is not None and 0 < len(root.uuid) <= 64:
            inquiry.draft.vendor_id("uuid", root.uuid)
        if not inquiry.enumerates:
            return
        names = yield from inquiry.catalogue(_ALL, list[str], cap=MAX_BODY)
        if names is None:
            return
        asked = inquiry.limit([name for name in names if not name.startswith("_")], "databases")
        inquiry.add_containers([Container((name,), "database", system=True) for name in names if name.startswith("_")])
        for name in asked:
            yield from self._database(inquiry, name)
        inquiry.add_containers(
            [Container((n,), "database") for n in names if not n.startswith("_") and n not in set(asked)]
        )
        members = yield from inquiry.ask(_MEMBERS, cap=16 * 1024)
        if members is not None and members.status == 200:
            inquiry.draft.prove(_MEMBERS.label, "the administrator's view answers without authentication", Access.OPEN)
        elif members is not None:
            inquiry.draft.problem(f"{_MEMBERS.label}: status {members.status}; access is judged only by the databases")
        if inquiry.draft.identity is None or inquiry.draft.identity.kind != "vendor_id":
            inquiry.draft.fingerprint(names)
        inquiry.judge()

    def by_name(self, inquiry: Inquiry) -> NamedContainers:
        """Databases that the app names: their members may differ."""
        names = [name for name in inquiry.names if not name.startswith("_") and _DB.fill(name)]
        return "databases", names, lambda name: self._database(inquiry, name, named=True)

    def note(self, target: Target, container: Container, account: str) -> Conversation[bytes]:  # noqa: ARG002 - none
        """Read the first document of a database, as JSON."""
        return run_note(_note(target, container.path[0]))

    def _database(self, inquiry: Inquiry, name: str, *, named: bool = False) -> Conversation[None]:
        answer = yield from inquiry.ask(_DB, name, cap=64 * 1024)
        if answer is None or (named and answer.status == 404):
            return
        found = inquiry.take(_DB, _Database, answer, name)
        if named and found is None:
            inquiry.draft.prove(_DB.label, f"{name}: status {answer.status}", Access.AUTH_REQUIRED)
            return
        container = Container((name,), "database")
        if found is not None:
            inquiry.draft.prove(_DB.label, f"number of documents of {name}", Access.OPEN)
            held = found.sizes.active or found.sizes.file if found.sizes is not None else found.disk_size
            method = "sizes.active" if found.sizes is not None and found.sizes.active else "file size"
            size = exact(held, f"GET /<db> {method}") if held is not None else None
            container = Container(
                (name,), "database", False, exact(found.doc_count, "doc_count, design documents included"), size
            )
            if inquiry.describes:
                indexes = yield from inquiry.read(_INDEX, _Indexes, name, cap=256 * 1024)
                container = msgspec.structs.replace(container, fields=_fields(indexes))
        inquiry.add_containers([container])

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first documents of a database; design documents and revisions are left out."""
        found = yield from reading.read(_SAMPLE, _Documents, *container.path)
        documents = [row.doc for row in found.rows if row.doc is not None] if found is not None else []
        own = [one for one in documents if not str(one.get("_id", "")).startswith("_design/")]
        reading.add(container.path, ({k: v for k, v in one.items() if k not in _OF_COUCHDB} for one in own))


def _note(target: Target, name: str) -> Conversation[bytes]:
    path = _NOTE.fill(name)
    if path is None:
        return b""
    http = HttpSession(target)
    yield from http.first("/", seconds=None, cap=ROOT_CAP)
    answer = yield from http.get(path, cap=MAX_NOTE)
    return answer.body if answer.status == 200 else b""


def _fields(indexes: _Indexes | None) -> tuple[Field, ...]:
    """Fields that Mango indexes name; documents are not read."""
    names: dict[str, None] = {}
    for index in indexes.indexes if indexes is not None else ():
        for entry in index.definition.fields:
            names.update(dict.fromkeys([entry] if isinstance(entry, str) else entry))
    return tuple(Field(name[:512], "indexed") for name in list(names)[:MAX_FIELDS] if name != "_id")
