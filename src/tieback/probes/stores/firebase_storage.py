"""Cloud Storage for Firebase: objects of a bucket whose security rules allow public listing.

Sends, in this order: ``GET /v0/b`` (identify); for each bucket that the app names ``GET /v0/b/<bucket>/o`` with one
page of names, and again with one name (enumerate: the second proof). Extensions of names come with the listing
(describe). A listing is one page and contains no sizes.

A bucket has two access paths: this probe tests the rules of Firebase, ``gcs`` tests the permissions of Cloud Storage.
Not yet verified against the real server.
"""

import msgspec

from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import ListedObject, SampledWebStore, SampleReading, object_get, read_objects
from tieback.probes.web import Identification, Inquiry
from tieback.probes.wire.http import MAX_BODY, Response, segment
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import OBJECT_SEGMENT, get_request
from tieback.probes.wire.xmltext import extension_patterns
from tieback.scope.conversation import Conversation, SendCost

# "About Cloud Storage buckets", naming requirements.
_BUCKET = rb"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"

_ROOT = get_request("/v0/b", "whether a Google server answers; names no bucket, changes nothing", depth=Depth.IDENTIFY)
_LIST = get_request(
    "/v0/b/{bucket}/o?maxResults=1000",
    "names of at most 1000 objects, which are only counted; no object is read",
    names=_BUCKET,
).costing(SendCost.BOUNDED)
_ONE = get_request(
    "/v0/b/{bucket}/o?maxResults=1",
    "whether the listing is answered a second time: the second proof",
    names=_BUCKET,
    label="GET /v0/b/<bucket>/o?maxResults=1",
).costing(SendCost.BOUNDED)


_OBJECT = object_get("/v0/b/{bucket}/o/{object}?alt=media", names=OBJECT_SEGMENT)
_SERVERS = ("ESF", "UploadServer")
"""Server names of Google's front ends."""


class _Item(msgspec.Struct):
    name: str


class _Listing(msgspec.Struct, rename={"more": "nextPageToken"}):
    items: list[_Item]
    prefixes: list[str] = []
    more: str = ""


class FirebaseStorageProbe(SampledWebStore):
    """Probe of Firebase buckets that an app names: which are listed without authentication."""

    meta = ProbeMeta(
        name="firebase_storage",
        products=("firebase-storage",),
        ports=(443,),
        services=("firebase-storage",),
        cpe=(),
        cwe="CWE-862",
        sends=(_ROOT.send, _LIST.send, _ONE.send, _OBJECT.send),
        references=(
            "https://firebase.google.com/docs/storage/security",
            "https://firebase.google.com/docs/storage/web/list-files",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the servers of Google: only Firebase's host is probed, and only if the app names a bucket."""
        google = answer.headers.get("server", "") in _SERVERS or "x-guploader-uploadid" in answer.headers
        return Identification("firebase-storage") if google else None

    def is_likely(self, root: Response) -> bool:  # noqa: ARG002 - shared host
        """Always false: many services have the same answer to ``GET /``."""
        return False

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Request each bucket that the app names."""
        yield from inquiry.each_named("buckets", self._bucket)

    def _bucket(self, inquiry: Inquiry, name: str) -> Conversation[None]:
        answer = yield from inquiry.ask(_LIST, name, cap=MAX_BODY)
        if answer is None or answer.status == 404:
            return
        if answer.status in (400, 401, 402, 403, 412):
            inquiry.refused += 1
            inquiry.draft.prove(_LIST.label, f"{name}: status {answer.status}", Access.AUTH_REQUIRED)
            return
        listing = decode_json(answer.body, _Listing) if answer.status == 200 and not answer.truncated else None
        if listing is None:
            inquiry.draft.leave_out(f"{_LIST.label} ({name[:60]!r}): status {answer.status}, no readable listing")
            return
        inquiry.draft.prove(_LIST.label, f"lists objects of {name}", Access.OPEN)
        again = yield from inquiry.ask(_ONE, name, cap=16 * 1024)
        if again is not None and again.status == 200 and decode_json(again.body, _Listing) is not None:
            inquiry.draft.prove(_ONE.label, f"lists objects of {name}", Access.OPEN)
        figure, method = (lower_bound, "one page of the listing") if listing.more else (exact, "the listing")
        shown = extension_patterns([item.name for item in listing.items])[:200] if inquiry.describes else ()
        fields = tuple(Field(ending, "extension") for ending in shown)
        inquiry.add_containers([Container((name,), "bucket", False, figure(len(listing.items), method), None, fields)])

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first records of a few CSV and JSON objects."""
        answer = yield from reading.ask(_LIST, *container.path, cap=MAX_BODY)
        listing = decode_json(answer.body, _Listing) if answer is not None and answer.status == 200 else None
        listed = [ListedObject(item.name) for item in listing.items] if listing is not None else []
        yield from read_objects(reading, container.path, _OBJECT, container.path, listed, segment)
