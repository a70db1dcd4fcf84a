"""PocketBase: number of records in collections that the app names. Of a record only the id is requested, and not kept.

Sends ``GET /api/health`` (identify; proves nothing), then ``GET /api/collections``, which lists only to superusers. For
each collection that the app names, and for ``users``, which every installation has, it sends ``GET
/api/collections/<name>/records`` with ``perPage=1&fields=id`` (enumerate). Without the grant's ``scans``,
``skipTotal=1`` omits the number. There is nothing more to describe. At depth ``sample``: the same with 50 records and
all fields that the rule shows.

A rule may allow an anonymous request and still hide every record from it: ``totalItems: 0`` means unknown, not empty.
Verified against 0.40.6.
"""

from typing import Any

import msgspec

from tieback.model.figure import Figure, exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get
from tieback.probes.web import Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation, SendCost

_HEALTH = get_request("/api/health", "product; needs no login, so not a proof of access", depth=Depth.IDENTIFY)
_COLLECTIONS = get_request(
    "/api/collections", "names of collections, which only superusers should see: checks that this is so"
)
_RECORDS = get_request(
    "/api/collections/{collection}/records?perPage=1&fields=id",
    "number of records that the collection's rule shows to an anonymous client; returns one id, which is dropped",
).costing(SendCost.SCAN)
_ONE = get_request(
    "/api/collections/{collection}/records?perPage=1&fields=id&skipTotal=1",
    "whether the collection's rule shows a record to an anonymous client; returns one id, which is dropped",
    label="GET /api/collections/<collection>/records?skipTotal=1",
).costing(SendCost.BOUNDED)
_SAMPLE = sample_get(
    "/api/collections/{collection}/records?perPage=#&skipTotal=1",
    "records that the collection's rule shows to an anonymous client; related records are not requested",
    names=rb"[A-Za-z_][A-Za-z0-9_]{0,254}",
)
_OF_POCKETBASE = frozenset(("collectionId", "collectionName"))


_REFUSED = (400, 401, 403)
"""A rule for superusers only is refused with 403, a rule that names the client with 400 in older versions."""


class _Health(msgspec.Struct):
    message: str
    code: int
    data: dict[str, msgspec.Raw]


class _Records(msgspec.Struct):
    totalItems: int  # noqa: N815 - the API's name
    """-1 if it was not requested."""
    items: list[msgspec.Raw] = []


def _figure(answer: _Records) -> Figure | None:
    """Number of records that the rule shows; ``None`` if it shows none."""
    if answer.totalItems >= 0:
        return exact(answer.totalItems, "totalItems") if answer.totalItems else None
    return lower_bound(len(answer.items), "one record is readable") if answer.items else None


class _Collection(msgspec.Struct):
    name: str
    system: bool = False


class _Collections(msgspec.Struct):
    items: list[_Collection]


class _Items(msgspec.Struct):
    items: list[dict[str, Any]]


class PocketbaseProbe(SampledWebStore):
    """Probe of PocketBase: which records the rules show to anonymous clients."""

    meta = ProbeMeta(
        name="pocketbase",
        products=("pocketbase",),
        ports=(8090,),
        services=("pocketbase",),
        cpe=("cpe:2.3:a:pocketbase:pocketbase",),
        cwe="CWE-862",
        sends=(_HEALTH.send, _COLLECTIONS.send, _RECORDS.send, _ONE.send, *(one.send for one in _SAMPLE)),
        references=("https://pocketbase.io/docs/api-records/",),
        web=True,
        hides="records that the rules of a collection hide from an anonymous client",
    )
    ask = _HEALTH

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the text of its health answer."""
        health = decode_json(answer.body, _Health) if answer.status == 200 else None
        known = health is not None and health.code == 200 and health.message.startswith("API is healthy")
        return Identification("pocketbase") if known else None

    def is_likely(self, root: Response) -> bool:
        """True for its JSON 404, or for the app's own front end with the header fields that PocketBase sets."""
        return b'"data":{}' in root.body[:200] or root.headers.get("x-xss-protection") == "1; mode=block"

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Request the collections one by one."""
        if not inquiry.enumerates:
            return
        draft = inquiry.draft
        listed = yield from inquiry.ask(_COLLECTIONS)
        found = decode_json(listed.body, _Collections) if listed is not None and listed.status == 200 else None
        if found is not None:
            draft.prove(_COLLECTIONS.label, "lists collections without a login", Access.OPEN)
        elif listed is not None:
            draft.prove(_COLLECTIONS.label, f"status {listed.status}", Access.AUTH_REQUIRED)
        told = [one.name for one in found.items if not one.system] if found is not None else []
        names = inquiry.limit(list(dict.fromkeys((*told, *inquiry.names, "users"))), "collections")
        hidden = []
        for name in names:
            if (yield from self._collection(inquiry, name)):
                hidden.append(name)  # noqa: PERF401 - a comprehension cannot contain yield
        shown = any(container.records for container in draft.containers)
        if shown:
            draft.fingerprint(container.name for container in draft.containers)
        if found is None:
            # Every installation has users, whatever the app names.
            known = names if inquiry.names or shown else ()
            inquiry.judge_names("collections", [name for name in known if _RECORDS.fill(name)], list_refused=True)
        else:
            inquiry.judge()
        if hidden and not shown:
            # A rule that hides every record answers like an empty collection.
            draft.access = Access.UNKNOWN
            draft.problem(f"no record is shown without a login: {', '.join(hidden[:5])}; empty, or hidden by a rule")
        elif hidden and draft.access is Access.OPEN:
            draft.access = Access.PARTIAL

    def _collection(self, inquiry: Inquiry, name: str) -> Conversation[bool]:
        """Count the records of a collection; true if the rule hides them, or if there are none."""
        request = _RECORDS if inquiry.draft.target.scans else _ONE
        answered = yield from inquiry.ask(request, name, cap=16 * 1024)
        if answered is None or answered.status == 404:
            return False
        count = decode_json(answered.body, _Records) if answered.status == 200 else None
        records = _figure(count) if count is not None else None
        inquiry.add_containers([Container((name,), "collection", records=records)])
        if records is not None:
            said = f"records of {name} are readable without a login: {records.value}"
            inquiry.draft.prove(request.label, said, Access.OPEN)
        elif answered.status in _REFUSED:
            inquiry.refused += 1
            inquiry.draft.prove(request.label, f"{name}: status {answered.status}", Access.AUTH_REQUIRED)
        return records is None and answered.status not in _REFUSED

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first records of a collection."""
        found = yield from reading.read(_SAMPLE, _Items, *container.path)
        records = found.items if found is not None else ()
        reading.add(container.path, ({k: v for k, v in one.items() if k not in _OF_POCKETBASE} for one in records))
