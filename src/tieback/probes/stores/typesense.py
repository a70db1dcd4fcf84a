"""Typesense: always requires a key; lists collections and documents if a server answers without one.

Sends ``GET /collections`` (identify). The refusal names the product. If no key is required, the same answer lists
names, counts and fields. Not yet verified against the real server.
"""

from typing import Any

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_COLLECTIONS = get_request(
    "/collections",
    "whether a key is required; names of collections, number of documents, names of fields",
    depth=Depth.IDENTIFY,
)
_STATS = get_request("/stats.json", "whether an anonymous client may read the server's statistics: the second proof")
_SAMPLE = sample_get(
    "/collections/{collection}/documents/search"
    "?q=*&per_page=#&highlight_fields=none&enable_overrides=false&enable_analytics=false",
    "documents of a collection; the query matches all, and is not added to analytics",
    names=rb"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}",
)


class _Field(msgspec.Struct):
    name: str
    type: str = ""


class _Collection(msgspec.Struct):
    name: str
    num_documents: Number
    fields: list[_Field] = []


class _Hit(msgspec.Struct):
    document: dict[str, Any]


class _Hits(msgspec.Struct):
    hits: list[_Hit]


class TypesenseProbe(SampledWebStore):
    """Probe of Typesense: whether it requires a key."""

    meta = ProbeMeta(
        name="typesense",
        products=("typesense",),
        ports=(8108,),
        services=("typesense",),
        cpe=("cpe:2.3:a:typesense:typesense",),
        cwe="CWE-306",
        sends=(_COLLECTIONS.send, _STATS.send, *(one.send for one in _SAMPLE)),
        references=("https://typesense.org/docs/api/",),
        web=True,
    )
    ask = _COLLECTIONS

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the text of its refusal, or by the shape of its list."""
        refuses = answer.status == 401 and b"x-typesense-api-key" in answer.body.lower()
        listed = decode_json(answer.body, list[_Collection]) if answer.status == 200 else None
        return Identification("typesense") if refuses or listed else None

    def is_likely(self, root: Response) -> bool:
        """True for its JSON 404, or a refusal that names Typesense."""
        return root.body == b'{"message": "Not Found"}' or b"typesense" in root.body.lower()

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Read the list of collections."""
        inquiry.draft.prove(_COLLECTIONS.label, "answers without authentication", Access.OPEN)
        inquiry.draft.access = Access.OPEN
        if not inquiry.enumerates:
            return
        yield from inquiry.confirm(_STATS, dict[str, msgspec.Raw])
        inquiry.refused = 0
        for one in decode_json(answer.body, list[_Collection]) or ():
            named = one.fields[:MAX_FIELDS] if inquiry.describes else []
            fields = tuple(Field(field.name[:512], field.type) for field in named)
            inquiry.add_containers(
                [Container((one.name,), "collection", False, exact(one.num_documents, "num_documents"), None, fields)]
            )
        inquiry.draft.fingerprint(container.name for container in inquiry.draft.containers)
        inquiry.judge()

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first documents of a collection."""
        found = yield from reading.read(_SAMPLE, _Hits, *container.path)
        reading.add(container.path, (one.document for one in found.hits) if found is not None else ())
