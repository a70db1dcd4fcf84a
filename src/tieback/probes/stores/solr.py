"""Solr: cores, documents, bytes, fields. No document is read below depth ``sample``.

Sends, in this order: ``GET /solr/admin/info/system`` (identify); ``GET /solr/admin/cores?action=STATUS``,
``GET /solr/<core>/admin/luke?numTerms=0&show=index`` for at most 50 as the second proof (enumerate); ``GET
/solr/<core>/schema/fields`` (describe); ``GET /solr/<core>/admin/luke?docId=<number>`` (sample). It never uses a search
handler, because an administrator can configure one to contact other servers. Replicas of one shard are counted once.
Verified against recorded answers of Solr 8.11.4 and 9.10.1.
"""

from typing import Any

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sampling_request
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry, NamedContainers
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_DOCUMENT_CAP = 64 * 1024
_DOCUMENTS = 20
"""Maximum number of documents that are read from one core; each takes one request."""
_CORE = rb"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}"

_INFO = get_request("/solr/admin/info/system?wt=json", "product and version; changes nothing", depth=Depth.IDENTIFY)
_STATUS = get_request(
    "/solr/admin/cores?action=STATUS&indexInfo=true&wt=json", "names, documents and bytes of cores; statistics only"
)
_LUKE = get_request(
    "/solr/{core}/admin/luke?numTerms=0&show=index&wt=json",
    "number of documents as the core reports it: the second proof; no terms, no document",
    names=_CORE,
)
_FIELDS = get_request(
    "/solr/{core}/schema/fields?wt=json", "names and types of fields; no values", depth=Depth.DESCRIBE, names=_CORE
)
_DOCUMENT = sampling_request(
    get_request(
        "/solr/{core}/admin/luke?docId={number}&numTerms=0&wt=json",
        f"one of the first {_DOCUMENTS} documents of a core by its place in the index; no search handler takes part: "
        "classified for personal data in memory, nothing is kept",
        names=_CORE,
        label="GET /solr/<core>/admin/luke?docId=<number>",
    )
)


class _Lucene(msgspec.Struct, rename={"version": "solr-spec-version"}):
    version: str


class _Info(msgspec.Struct):
    lucene: _Lucene


class _Index(msgspec.Struct, rename={"documents": "numDocs", "size": "sizeInBytes"}):
    documents: Number | None = None
    size: Number | None = None


class _Cloud(msgspec.Struct):
    collection: str = ""
    shard: str = ""


class _Core(msgspec.Struct):
    name: str = ""
    index: _Index | None = None
    cloud: _Cloud | None = None


class _Status(msgspec.Struct):
    status: dict[str, _Core]


class _Luke(msgspec.Struct):
    index: _Index


class _Field(msgspec.Struct):
    name: str
    type: str = ""


class _Fields(msgspec.Struct):
    fields: list[_Field]


class _Shown(msgspec.Struct):
    solr: dict[str, Any] = {}


class _Luked(msgspec.Struct):
    doc: _Shown | None = None


class SolrProbe(SampledWebStore):
    """Probe of Solr: cores, documents, bytes, fields."""

    meta = ProbeMeta(
        name="solr",
        products=("solr",),
        ports=(8983,),
        services=("solr",),
        cpe=("cpe:2.3:a:apache:solr",),
        cwe="CWE-306",
        sends=(_INFO.send, _STATUS.send, _LUKE.send, _FIELDS.send, _DOCUMENT.send),
        references=("https://solr.apache.org/guide/solr/latest/configuration-guide/coreadmin-api.html",),
        web=True,
    )
    ask = _INFO

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its version key, or the realm of its refusal."""
        info = decode_json(answer.body, _Info) if answer.status == 200 else None
        if info is not None:
            return Identification("solr", info.lucene.version)
        return Identification("solr") if 'realm="solr"' in answer.headers.get("www-authenticate", "").lower() else None

    def is_likely(self, root: Response) -> bool:
        """True if the root leads to ``/solr``, or if it is the 404 of Jetty, the server that Solr runs in."""
        leads = "/solr" in root.headers.get("location", "") or b"/solr/" in root.body
        jetty = "jetty" in root.headers.get("server", "").lower() or b"Jetty" in root.body
        return leads or (root.status == 404 and (jetty or b'"url":"/"' in root.body))

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Request the cores one by one."""
        inquiry.draft.prove(_INFO.label, "system information is readable without authentication", Access.OPEN)
        inquiry.draft.access = Access.OPEN
        if not inquiry.enumerates:
            return
        status = yield from inquiry.catalogue(_STATUS, _Status)
        if status is None:
            return
        cores: dict[tuple[str, ...], tuple[str, _Core]] = {}
        for name, core in status.status.items():
            cores.setdefault(_path(name, core), (name, core))
        chosen = inquiry.limit(list(cores.items()), "cores")
        for path, (name, core) in chosen:
            yield from self._core(inquiry, path, name, core)
        inquiry.draft.fingerprint(".".join(path) for path in cores)
        inquiry.judge()

    def by_name(self, inquiry: Inquiry) -> NamedContainers:
        """Cores that the app names: access rules and proxies often close only the administration."""
        return (
            "cores",
            [name for name in inquiry.names if _LUKE.fill(name)],
            lambda name: self._named_core(inquiry, name),
        )

    def _named_core(self, inquiry: Inquiry, name: str) -> Conversation[None]:
        answer = yield from inquiry.ask(_LUKE, name, cap=256 * 1024)
        luke = inquiry.take(_LUKE, _Luke, answer, name) if answer is not None and answer.status != 404 else None
        if luke is not None and luke.index.documents is not None:
            draft = inquiry.draft
            draft.product = draft.product or "solr"
            draft.prove(_LUKE.label, f"number of documents of {name}", Access.OPEN)
            records = exact(luke.index.documents, "luke numDocs")
            inquiry.add_containers([Container((name,), "core", records=records)])

    def _core(self, inquiry: Inquiry, path: tuple[str, ...], name: str, core: _Core) -> Conversation[None]:
        luke = yield from inquiry.read(_LUKE, _Luke, name, cap=256 * 1024)
        size = core.index.size if core.index is not None else None
        count = luke.index.documents if luke is not None else None
        if count is not None:
            inquiry.draft.prove(_LUKE.label, f"number of documents of {name}", Access.OPEN)
        fields: tuple[Field, ...] = ()
        if inquiry.describes and luke is not None:
            told = yield from inquiry.read(_FIELDS, _Fields, name)
            fields = tuple(Field(one.name[:512], one.type) for one in told.fields[:MAX_FIELDS]) if told else ()
        records = exact(count, "luke numDocs") if count is not None else None
        held = exact(size, "STATUS sizeInBytes") if size is not None else None
        inquiry.add_containers([Container(path, "core", False, records, held, fields)])

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first documents of a core by their places in the index."""
        core = container.path[0]
        if len(container.path) == 2:
            answer = yield from reading.ask(_STATUS)
            status = decode_json(answer.body, _Status) if answer is not None else None
            replicas = status.status.items() if status is not None else ()
            core = next((name for name, one in replicas if _path(name, one) == container.path), "")
        documents: list[dict[str, Any]] = []
        for number in range(_DOCUMENTS if core else 0):
            answer = yield from reading.ask(_DOCUMENT, core, str(number), cap=_DOCUMENT_CAP)
            if answer is None or answer.status != 200:
                break
            held = None if answer.truncated else decode_json(answer.body, _Luked)
            if held is not None and held.doc is not None:
                documents.append({k: v for k, v in held.doc.solr.items() if k != "_version_"})
        reading.add(container.path, documents)


def _path(name: str, core: _Core) -> tuple[str, ...]:
    """Path of a core; replicas of one shard have the same."""
    shard = core.cloud
    return (shard.collection, shard.shard) if shard is not None and shard.collection else (name,)
