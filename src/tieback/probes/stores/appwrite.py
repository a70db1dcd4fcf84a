"""Appwrite: number of documents in collections that the app names. Only document ids are requested, and not kept.

Sends, in this order: ``GET /v1/health/version`` (identify; needs no login and proves nothing); ``GET .../documents``
for each collection that the app names, with the project's id, which is public by design (enumerate). The request has a
limit of one document and no field except the id. It is one proof, so the result is at most ``partial``; ``total`` stops
at 5000.

A total of zero means unknown, not empty: document security may hide documents. Not yet verified against the real
server.
"""

from typing import Any

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get
from tieback.probes.web import Identification, Inquiry, other_names
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation, SendCost

_NAME = rb"[A-Za-z0-9][A-Za-z0-9_.-]{0,35}"
_MOST = 5000
"""``APP_LIMIT_COUNT``: the largest ``total`` that the server counts."""
_VERSION = get_request(
    "/v1/health/version", "product and version; needs no login, so not a proof of access", depth=Depth.IDENTIFY
)
_DOCUMENTS = get_request(
    "/v1/databases/{database}/collections/{collection}/documents"
    "?queries%5B0%5D=%7B%22method%22%3A%22limit%22%2C%22values%22%3A%5B1%5D%7D"
    "&queries%5B1%5D=%7B%22method%22%3A%22select%22%2C%22values%22%3A%5B%22%24id%22%5D%7D",
    "number of documents readable without a login; of a document only its id is returned, which is dropped",
    names=_NAME,
    keyed=(("X-Appwrite-Project", rb"[A-Za-z0-9][A-Za-z0-9_.-]{0,35}"),),
).costing(SendCost.BOUNDED)
_SAMPLE = sample_get(
    "/v1/databases/{database}/collections/{collection}/documents"
    "?queries%5B0%5D=%7B%22method%22%3A%22limit%22%2C%22values%22%3A%5B#%5D%7D",
    "documents that the collection shows to an anonymous client; changes nothing",
    names=_NAME,
    keyed=(("X-Appwrite-Project", rb"[A-Za-z0-9][A-Za-z0-9_.-]{0,35}"),),
)


class _Version(msgspec.Struct):
    version: str


class _Documents(msgspec.Struct):
    total: Number


class _Items(msgspec.Struct):
    documents: list[dict[str, Any]]


class AppwriteProbe(SampledWebStore):
    """Probe of Appwrite: which collections are readable without a login."""

    meta = ProbeMeta(
        name="appwrite",
        products=("appwrite",),
        ports=(443,),
        services=("appwrite",),
        cpe=("cpe:2.3:a:appwrite:appwrite",),
        cwe="CWE-862",
        sends=(_VERSION.send, _DOCUMENTS.send, *(one.send for one in _SAMPLE)),
        references=("https://appwrite.io/docs/references/cloud/client-rest/databases",),
        pivot=False,
        web=True,
        hides="documents whose permissions hide them from an anonymous client",
    )
    ask = _VERSION
    keys = ("appwrite-project",)
    closed_when_refused = False

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the name of its server."""
        if answer.headers.get("server", "").lower() != "appwrite":
            return None
        said = decode_json(answer.body, _Version)
        return Identification("appwrite", said.version if said is not None else "")

    def is_likely(self, root: Response) -> bool:
        """True if the server has Appwrite's name."""
        return root.headers.get("server", "").lower() == "appwrite"

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Request each collection that the app names."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        if inquiry.key is None or not inquiry.names:
            draft.problem("collections can be probed only if the project's id and names of collections are known")
            other_names(draft, "collections", ())
            return
        draft.fingerprint((inquiry.key,))
        other_names(draft, "collections", inquiry.names)
        shown = 0
        for name in inquiry.names:
            database, slash, collection = name.partition("/")
            if slash:
                shown += yield from self._collection(inquiry, database, collection)
        if shown:
            draft.access = Access.PARTIAL
        elif inquiry.refused:
            draft.access = Access.AUTH_REQUIRED

    def _collection(self, inquiry: Inquiry, database: str, collection: str) -> Conversation[int]:
        """Number of documents of the collection that are readable without a login."""
        draft = inquiry.draft
        answered = yield from inquiry.ask(_DOCUMENTS, database, collection, cap=16 * 1024)
        if answered is None:
            return 0
        name = f"{database}.{collection}"
        found = decode_json(answered.body, _Documents) if answered.status == 200 else None
        if answered.status in (401, 403):
            inquiry.refused += 1
            draft.prove(_DOCUMENTS.label, f"{name}: status {answered.status}", Access.AUTH_REQUIRED)
        elif found is None:
            draft.problem(f"{_DOCUMENTS.label} ({name[:60]!r}): status {answered.status}, no total")
        elif not found.total:
            draft.problem(
                f"{name[:60]!r}: no document is readable without a login; it is empty, or document security hides them"
            )
        else:
            draft.prove(
                _DOCUMENTS.label,
                f"{count_text(found.total, 'document')} of {name} readable without a login",
                Access.OPEN,
            )
            figure = lower_bound if found.total >= _MOST else exact
            inquiry.add_containers(
                [Container((database, collection), "collection", records=figure(found.total, "total"))]
            )
            return found.total
        return 0

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first documents of a collection."""
        found = yield from reading.read(_SAMPLE, _Items, *container.path)
        documents = found.documents if found is not None else ()
        reading.add(container.path, ({k: v for k, v in one.items() if not k.startswith("$")} for one in documents))
