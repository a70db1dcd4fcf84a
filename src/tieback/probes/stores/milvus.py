"""Milvus over its REST API: collections and fields. No vector is read below depth ``sample``.

Sends ``GET /v1/vector/collections`` (identify: it requires authentication, or lists). Then it sends ``POST
/v2/vectordb/collections/list`` with a fixed body as the second proof, and ``POST /v2/vectordb/collections/get_stats``
with the name of a collection for at most 50 (enumerate). ``GET /v1/vector/collections/describe`` follows for each
(describe).

By default Milvus requires no credentials. Its number of rows includes deleted ones until they are compacted: an
estimate. Not yet verified against the real server.
"""

import re
from typing import Any

import msgspec

from tieback.model.figure import estimate
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import SAMPLED_COLUMNS, ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_post
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request, post_request, query_request
from tieback.scope.conversation import Conversation

_LIST = get_request(
    "/v1/vector/collections", "whether authentication is required; names of collections", depth=Depth.IDENTIFY
)
_LIST_2 = post_request("/v2/vectordb/collections/list", b"{}", "the same through the newer API: the second proof")
_NAME = rb"[A-Za-z_][A-Za-z0-9_]{0,254}"
_STATS = query_request(
    "/v2/vectordb/collections/get_stats",
    '{"collectionName":"{collection}"}',
    "number of rows of a collection; statistics only",
    names=_NAME,
    label="POST /v2/vectordb/collections/get_stats",
)
_DESCRIBE = get_request(
    "/v1/vector/collections/describe?collectionName={collection}",
    "names and types of fields; no values",
    depth=Depth.DESCRIBE,
    names=_NAME,
)
_SAMPLE = sample_post(
    "/v2/vectordb/entities/query",
    '{"collectionName":"{collection}","filter":"","limit":#,"outputFields":["{fields}"]}',
    "rows of a collection, only fields that are not vectors; changes nothing",
    names=_NAME + rb'(?:","' + _NAME + rb"){0,39}",
)
_FIELD = re.compile(_NAME.decode())
_UNREAD = ("vector", "none")
_OK = (0, 200)
_CLOSED = (1800, 1801, 80001)


class _Listing(msgspec.Struct):
    code: int
    data: list[str] | None = None
    message: str = ""


class _Field(msgspec.Struct):
    name: str
    type: str = ""


class _Description(msgspec.Struct):
    fields: list[_Field] = []


class _Described(msgspec.Struct):
    code: int
    data: _Description | None = None


class _Rows(msgspec.Struct):
    row_count: Number = msgspec.field(name="rowCount")


class _Counted(msgspec.Struct):
    code: int
    data: _Rows | None = None


class _Entities(msgspec.Struct):
    data: list[dict[str, Any]] | None = None


class MilvusProbe(SampledWebStore):
    """Probe of Milvus: collections, rows, fields."""

    meta = ProbeMeta(
        name="milvus",
        products=("milvus",),
        ports=(19530,),
        services=("milvus",),
        cpe=("cpe:2.3:a:milvus:milvus",),
        cwe="CWE-306",
        sends=(_LIST.send, _LIST_2.send, _STATS.send, _DESCRIBE.send, *(one.send for one in _SAMPLE)),
        references=("https://milvus.io/api-reference/restful/v2.4.x/About.md",),
        web=True,
    )
    ask = _LIST

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the shape of its answer: a code of its own, and names or a message."""
        found = decode_json(answer.body, _Listing) if answer.status in (200, 401) else None
        if found is None:
            return None
        lists = found.code in _OK and found.data is not None
        return Identification("milvus") if lists or (found.code in _CLOSED and found.message) else None

    def is_likely(self, root: Response) -> bool:
        """True if the root is Go's own 404."""
        return root.body.startswith(b"404 page not found")

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """List the collections, and the fields of each."""
        draft = inquiry.draft
        found = decode_json(answer.body, _Listing)
        if found is None or found.code in _CLOSED:
            draft.access = Access.AUTH_REQUIRED
            draft.prove(_LIST.label, f"code {found.code if found is not None else 'none'}", Access.AUTH_REQUIRED)
            return
        draft.prove(_LIST.label, "answers without authentication", Access.OPEN)
        draft.access = Access.PARTIAL
        if not inquiry.enumerates:
            return
        names = found.data or []
        second = yield from inquiry.confirm(_LIST_2, _Listing)
        if second is not None and second.code not in _OK:
            draft.proofs.pop()
        chosen = inquiry.limit(names, "collections")
        held = False
        for name in chosen:
            counted = yield from inquiry.read(_STATS, _Counted, name, cap=16 * 1024)
            rows = counted.data.row_count if counted is not None and counted.data is not None else None
            records = estimate(rows, "get_stats rowCount, deleted rows included") if rows is not None else None
            held = held or bool(rows)
            fields: tuple[Field, ...] = ()
            if inquiry.describes:
                told = yield from inquiry.read(_DESCRIBE, _Described, name, cap=256 * 1024)
                listed = told.data.fields[:MAX_FIELDS] if told is not None and told.data is not None else []
                fields = tuple(Field(one.name[:512], one.type) for one in listed)
            inquiry.add_containers([Container((name,), "collection", records=records, fields=fields)])
        inquiry.add_containers([Container((name,), "collection") for name in names[len(chosen) :]])
        draft.fingerprint(names)
        if names:
            draft.access = Access.OPEN if held and not inquiry.refused else Access.PARTIAL
        else:
            draft.access = Access.OPEN_EMPTY

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first rows of a collection, without vectors."""
        named = [
            field.name
            for field in container.fields
            if _FIELD.fullmatch(field.name) and not any(kind in field.type.lower() for kind in _UNREAD)
        ][:SAMPLED_COLUMNS]
        if named and _FIELD.fullmatch(container.path[0]):
            found = yield from reading.read(_SAMPLE, _Entities, container.path[0], '","'.join(named))
            reading.add(container.path, (found.data or ()) if found is not None else ())
