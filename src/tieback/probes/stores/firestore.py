"""Cloud Firestore: number of documents in collections that the app names. No document is read below depth ``sample``.

Sends ``GET .../databases/(default)`` of the project that the app names (identify): anonymous clients are refused, and
the refusal shows that this is Firestore. Then it sends two requests for each collection that the app names (enumerate):

- a count aggregation, which the server answers from its indexes and stops at 1,000. It is billed to the owner as one
  read of a document. If the grant allows scans, it stops at 100,000, billed as at most 100 reads.
- ``GET .../documents/<collection>`` with ``pageSize=1`` and no field except the name, which is dropped.

Security rules decide for each collection. A count of zero means unknown, not empty: a missing collection also has a
count of zero. No key is sent, because rules do not require one. At depth ``sample``, and only if ``scans`` of the grant
allows it: at most 50 documents of a collection. Not yet verified against the real server.
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
from tieback.probes.wire.jsontext import decode_json, parse_count
from tieback.probes.wire.requests import Request, get_request, query_request
from tieback.scope.conversation import Conversation, SendCost, Target

_NAME = rb"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}"
_DATABASE = "/v1/projects/{resource}/databases/(default)"

_PROJECT = get_request(
    _DATABASE, "whether this is Firestore; it refuses anonymous clients here", depth=Depth.IDENTIFY, names=_NAME,
    label="GET .../databases/(default)",
)  # fmt: skip


def _count_request(most: int, cost: SendCost) -> Request:
    return query_request(
        f"{_DATABASE}/documents:runAggregationQuery",
        f'{{"structuredAggregationQuery":{{"aggregations":[{{"alias":"n","count":{{"upTo":"{most}"}}}}],'
        '"structuredQuery":{"from":[{"collectionId":"{collection}"}]}}}',
        f"number of documents, at most {most:,}, that the rules show to an anonymous client; returns no document",
        names=_NAME,
        label=f"POST ...:runAggregationQuery count up to {most:,}",
    ).costing(cost)


_COUNTS = {
    False: (1000, _count_request(1000, SendCost.BOUNDED)),
    True: (100_000, _count_request(100_000, SendCost.BILLED)),
}
"""By the grant's ``scans``: the largest count, and the request."""
_READABLE = get_request(
    f"{_DATABASE}/documents/{{collection}}?pageSize=1&mask.fieldPaths=__name__",
    "whether one document is readable: the second proof; returns only its name, which is dropped",
    names=_NAME,
    label="GET .../documents/<collection> (names only)",
).costing(SendCost.BOUNDED)
_SAMPLE = sample_get(
    f"{_DATABASE}/documents/{{collection}}?pageSize=#",
    "documents of a collection that the rules show to everyone; billed to the owner as that many reads",
    names=_NAME,
    cost=SendCost.BILLED,
)
_STATUSES = ("UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "FAILED_PRECONDITION")


class _Error(msgspec.Struct):
    code: int
    status: str
    message: str = ""


class _Refusal(msgspec.Struct):
    error: _Error


class _Database(msgspec.Struct):
    name: str
    type: str


class _Value(msgspec.Struct, rename={"integer": "integerValue"}):
    integer: str | int


class _Fields(msgspec.Struct):
    n: _Value


class _Result(msgspec.Struct, rename={"fields": "aggregateFields"}):
    fields: _Fields


class _Counted(msgspec.Struct):
    result: _Result


class _Document(msgspec.Struct):
    name: str


class _Listing(msgspec.Struct):
    documents: list[_Document] = []


class _Typed(msgspec.Struct):
    fields: dict[str, Any] = {}


class _Page(msgspec.Struct):
    documents: list[_Typed] = []


class FirestoreProbe(SampledWebStore):
    """Probe of Firestore: which collections the rules open to anonymous clients."""

    meta = ProbeMeta(
        name="firestore",
        products=("firestore",),
        ports=(443,),
        services=("firestore",),
        cpe=(),
        cwe="CWE-862",
        sends=(
            _PROJECT.send,
            *(one.send for _, one in _COUNTS.values()),
            _READABLE.send,
            *(one.send for one in _SAMPLE),
        ),
        references=("https://firebase.google.com/docs/firestore/reference/rest",),
        pivot=False,
        web=True,
    )
    ask = _PROJECT
    closed_when_refused = False

    def about(self, target: Target) -> tuple[str, ...] | None:
        """Name of the project."""
        return (target.resource,) if target.resource else None

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the status of its errors, or the description of a database."""
        refused = decode_json(answer.body, _Refusal)
        if refused is not None and refused.error.status in _STATUSES and answer.status == refused.error.code:
            return Identification("firestore")
        database = decode_json(answer.body, _Database) if answer.status == 200 else None
        return Identification("firestore") if database is not None and database.type.startswith("FIRESTORE") else None

    def is_likely(self, root: Response) -> bool:  # noqa: ARG002 - shared host
        """Always false: it is probed only if the app names a project."""
        return False

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Request each collection that the app names."""
        draft = inquiry.draft
        project = draft.target.resource
        draft.vendor_id("project", project)
        if answer.status == 404:
            draft.access = Access.NOT_FOUND
            draft.prove(_PROJECT.label, "status 404", Access.NOT_FOUND)
            return
        if not inquiry.enumerates:
            return
        if not inquiry.names:
            draft.problem("collections can only be probed by name, and no name of one is known")
        other_names(draft, "collections", inquiry.names)
        shown = 0
        for name in inquiry.names:
            shown += yield from self._collection(inquiry, project, name)
        if shown:
            draft.access = Access.PARTIAL if inquiry.refused else Access.OPEN
        elif inquiry.refused:
            draft.access = Access.AUTH_REQUIRED

    def _collection(self, inquiry: Inquiry, project: str, name: str) -> Conversation[int]:
        """Number of documents of the collection that are readable without a login."""
        draft = inquiry.draft
        most, counting = _COUNTS[draft.target.scans]
        answered = yield from inquiry.ask(counting, project, name, cap=16 * 1024)
        if answered is None:
            return 0
        if answered.status in (401, 403):
            inquiry.refused += 1
            draft.prove(counting.label, f"{name}: status {answered.status}", Access.AUTH_REQUIRED)
            return 0
        counted = decode_json(answered.body, list[_Counted]) if answered.status == 200 else None
        count = parse_count(counted[0].result.fields.n.integer) if counted else None
        if count is None:
            draft.problem(f"{counting.label} ({name[:60]!r}): status {answered.status}, no count")
            return 0
        if not count:
            draft.problem(f"{name[:60]!r}: the rules allow anonymous counting; it is empty or does not exist")
            return 0
        draft.prove(counting.label, f"{count_text(count, 'document')} of {name} counted without a login", Access.OPEN)
        listed = yield from inquiry.ask(_READABLE, project, name, cap=16 * 1024)
        listing = decode_json(listed.body, _Listing) if listed is not None and listed.status == 200 else None
        if listing is not None and listing.documents:
            draft.prove(_READABLE.label, f"a document of {name} is readable without a login", Access.OPEN)
        figure = lower_bound if count >= most else exact
        inquiry.add_containers([Container((name,), "collection", records=figure(count, "count aggregation"))])
        return count

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first documents of a collection, if the grant allows what the provider bills to the owner."""
        if not reading.target.scans:
            return
        found = yield from reading.read(_SAMPLE, _Page, reading.target.resource, *container.path)
        reading.add(
            container.path,
            (_plain({"mapValue": {"fields": one.fields}}, 8) for one in found.documents) if found else (),
        )


def _plain(value: object, levels: int) -> object:
    """A value of the REST API without its type (reference of ``Value``); binary data and references are left out."""
    if not isinstance(value, dict) or len(value) != 1 or not levels:
        return None
    ((kind, inner),) = value.items()
    match kind, inner:
        case "mapValue", {"fields": dict() as fields}:
            return {name: _plain(one, levels - 1) for name, one in fields.items()}
        case "arrayValue", {"values": list() as items}:
            return [_plain(one, levels - 1) for one in items]
        case (("stringValue" | "integerValue" | "doubleValue" | "booleanValue" | "timestampValue"), _):
            return inner
        case _:
            return None
