"""Milvus over its REST API: collections and fields. No vector is read below depth ``sample``.

Sends ``GET /v1/vector/collections`` (identify: it requires authentication, or lists). Then it sends ``POST
/v2/vectordb/collections/list`` with a fixed body as the second proof, and ``POST /v2/vectordb/collections/get_stats``
with the name of a collection for at most 50 (enumerate). ``GET /v1/vector/collections/describe`` follows for each
(describe): it is the second proof before 2.4, which has no version 2 of the API and no request for the number of rows.

By default Milvus requires no credentials. Its number of rows includes deleted ones until they are compacted: an
estimate. The API does not show its own version. Fields that only some rows have (``$meta``) have no names in a
description. Verified against 2.3.5; version 2 of the API from documentation.
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
_SAMPLE_1 = sample_post(
    "/v1/vector/query",
    '{"collectionName":"{collection}","filter":"{key} not in []","limit":#,"outputFields":["{fields}"]}',
    "rows of a collection before 2.4, only fields that are not vectors; changes nothing",
    names=rb"(?:" + _NAME + rb"|\$meta)" + rb'(?:","(?:' + _NAME + rb"|\$meta)){0,39}",
)
"""Version 1 requires a filter: this one is true for every row."""
_FIELD = re.compile(_NAME.decode())
_DYNAMIC = "$meta"
"""Field with the names and values that the description of a collection does not have."""
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


class _Description(msgspec.Struct, rename={"dynamic": "enableDynamicField"}):
    fields: list[_Field] = []
    dynamic: bool = False


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
        sends=(_LIST.send, _LIST_2.send, _STATS.send, _DESCRIBE.send, *(one.send for one in (*_SAMPLE, *_SAMPLE_1))),
        references=("https://milvus.io/api-reference/restful/v2.4.x/About.md",),
        web=True,
        hides="collections of other databases than the default one",
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
        second = yield from inquiry.ask(_LIST_2)
        old = second is not None and second.status == 404
        if old:
            draft.problem("rows are not counted: this version has no request for their number")
        elif second is not None:
            listed = inquiry.take(_LIST_2, _Listing, second)
            if listed is not None and listed.code in _OK:
                draft.prove(_LIST_2.label, "answers without authentication", Access.OPEN)
        chosen = inquiry.limit(names, "collections")
        held = False
        for name in chosen:
            counted = (yield from inquiry.read(_STATS, _Counted, name, cap=16 * 1024)) if not old else None
            rows = counted.data.row_count if counted is not None and counted.data is not None else None
            records = estimate(rows, "get_stats rowCount, deleted rows included") if rows is not None else None
            held = held or bool(rows)
            fields = (yield from self._describe(inquiry, name)) if inquiry.describes else ()
            inquiry.add_containers([Container((name,), "collection", records=records, fields=fields)])
        inquiry.add_containers([Container((name,), "collection") for name in names[len(chosen) :]])
        draft.fingerprint(names)
        if names:
            draft.access = Access.OPEN if held and not inquiry.refused else Access.PARTIAL
        else:
            draft.access = Access.OPEN_EMPTY

    def _describe(self, inquiry: Inquiry, name: str) -> Conversation[tuple[Field, ...]]:
        told = yield from inquiry.read(_DESCRIBE, _Described, name, cap=256 * 1024)
        if told is None or told.data is None or told.code not in _OK:
            return ()
        if all(proof.asked != _DESCRIBE.label for proof in inquiry.draft.proofs):
            inquiry.draft.prove(_DESCRIBE.label, "answers without authentication", Access.OPEN)
        fields = tuple(Field(one.name[:512], one.type) for one in told.data.fields[:MAX_FIELDS])
        return (*fields, Field(_DYNAMIC, "dynamic")) if told.data.dynamic else fields

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first rows of a collection, without vectors."""
        name = container.path[0]
        fields = {one.name: one.type.lower() for one in container.fields if _FIELD.fullmatch(one.name)}
        named = [one for one, kind in fields.items() if not any(vector in kind for vector in _UNREAD)]
        if not named or not _FIELD.fullmatch(name):
            return
        found = yield from reading.read(_SAMPLE, _Entities, name, '","'.join(named[:SAMPLED_COLUMNS]))
        # The primary key is of one of these types.
        keys = [one for one in named if fields[one] in ("int64", "varchar")]
        if found is None and keys:
            dynamic = [_DYNAMIC] if any(one.name == _DYNAMIC for one in container.fields) else []
            shown = '","'.join([*dynamic, *named][:SAMPLED_COLUMNS])
            found = yield from reading.read(_SAMPLE_1, _Entities, name, keys[0], shown)
        reading.add(container.path, (found.data or ()) if found is not None else ())
