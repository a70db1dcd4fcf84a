"""Google Cloud Storage: objects and bytes of buckets that the app names. No object is read below depth ``sample``.

Sends, in this order, for each bucket that the app names: ``GET .../iam/testPermissions`` (identify: it only tests
permissions), ``GET .../o`` with names and sizes only (enumerate). Extensions of names come with the listing (describe).

A bucket has two access paths: this probe tests the permissions of IAM, ``firebase_storage`` tests Firebase's storage
rules. Not yet verified against the real server.
"""

import msgspec

from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import ListedObject, SampledWebStore, SampleReading, object_get, read_objects
from tieback.probes.web import Identification, Inquiry
from tieback.probes.wire.http import MAX_BODY, Response, segment
from tieback.probes.wire.jsontext import decode_json, parse_count
from tieback.probes.wire.requests import OBJECT_SEGMENT, get_request
from tieback.probes.wire.xmltext import extension_patterns
from tieback.scope.conversation import Conversation, SendCost

# "About Cloud Storage buckets", naming requirements.
_BUCKET = rb"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"

_ROOT = get_request("/", "whether this is Cloud Storage; changes nothing", depth=Depth.IDENTIFY)
_TEST = get_request(
    "/storage/v1/b/{bucket}/iam/testPermissions?permissions=storage.objects.list&permissions=storage.objects.get",
    "tests two permissions of an anonymous client; returns no data",
    names=_BUCKET,
)
_LIST = get_request(
    "/storage/v1/b/{bucket}/o?maxResults=1000&fields=items(name,size),nextPageToken",
    "names and sizes of at most 1000 objects, which are only counted; no object is read",
    names=_BUCKET,
).costing(SendCost.BOUNDED)
_OBJECT = object_get("/storage/v1/b/{bucket}/o/{object}?alt=media", names=OBJECT_SEGMENT)


class _Permissions(msgspec.Struct):
    permissions: list[str] = []


class _Item(msgspec.Struct):
    name: str
    size: str | int | None = None


class _Listing(msgspec.Struct, rename={"more": "nextPageToken"}):
    items: list[_Item] = []
    more: str = ""


class GcsProbe(SampledWebStore):
    """Probe of Cloud Storage: which buckets are listed without authentication."""

    meta = ProbeMeta(
        name="gcs",
        products=("gcs",),
        ports=(443,),
        services=("gcs", "google-storage"),
        cpe=(),
        cwe="CWE-732",
        sends=(_ROOT.send, _TEST.send, _LIST.send, _OBJECT.send),
        references=("https://cloud.google.com/storage/docs/json_api/v1",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the header fields of the upload server."""
        return Identification("gcs") if "x-guploader-uploadid" in answer.headers else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Request each bucket that the app names."""
        yield from inquiry.each_named("buckets", self._bucket)

    def _bucket(self, inquiry: Inquiry, name: str) -> Conversation[None]:
        tested = yield from inquiry.ask(_TEST, name, cap=16 * 1024)
        if tested is None or tested.status == 404:
            return
        may = decode_json(tested.body, _Permissions) if tested.status == 200 else None
        if may is not None and "storage.objects.list" in may.permissions:
            inquiry.draft.prove(_TEST.label, f"anonymous clients may list {name}", Access.OPEN)
        answer = yield from inquiry.ask(_LIST, name, cap=MAX_BODY)
        if answer is None or answer.status in (401, 403):
            inquiry.refused += 1
            status = answer.status if answer is not None else "none"
            inquiry.draft.prove(_LIST.label, f"{name}: status {status}", Access.AUTH_REQUIRED)
            return
        listing = decode_json(answer.body, _Listing) if answer.status == 200 and not answer.truncated else None
        if listing is None:
            inquiry.draft.leave_out(f"{_LIST.label} ({name[:60]!r}): status {answer.status}, no readable listing")
            return
        inquiry.draft.prove(_LIST.label, f"lists objects of {name}", Access.OPEN)
        figure, method = (lower_bound, "one page of the listing") if listing.more else (exact, "the listing")
        sizes = [parse_count(item.size) for item in listing.items]
        sized = lower_bound if None in sizes else figure
        names = extension_patterns([item.name for item in listing.items])
        fields = tuple(Field(ending, "extension") for ending in names[:200]) if inquiry.describes else ()
        count = figure(len(listing.items), method)
        inquiry.add_containers(
            [Container((name,), "bucket", False, count, sized(sum(one or 0 for one in sizes), method), fields)]
        )

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first records of a few CSV and JSON objects."""
        answer = yield from reading.ask(_LIST, *container.path)
        listing = decode_json(answer.body, _Listing) if answer is not None and answer.status == 200 else None
        listed = [ListedObject(item.name, parse_count(item.size) or 0) for item in listing.items] if listing else []
        yield from read_objects(reading, container.path, _OBJECT, container.path, listed, segment)
