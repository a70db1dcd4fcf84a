"""S3 and compatible stores (MinIO, SeaweedFS, Ceph): buckets, objects, bytes. No object is read below depth ``sample``.

Sends ``GET /`` (identify): on a bucket's own host it lists that bucket, elsewhere the buckets. For each bucket that was
listed or that the app names it sends ``GET /<bucket>?list-type=2&max-keys=1000`` and ``HEAD /<bucket>`` (enumerate).
Extensions of names come with the listing (describe). At depth ``sample``: the first 64 KiB of at most four CSV and JSON
objects of a bucket. A listing is one page; if there are more, the figures are a lower bound.

A refused list of buckets says nothing about a bucket: MinIO refuses the list and serves a public bucket to anyone who
knows its name. Without a name the access is therefore unknown. A host of one bucket is that bucket: there a refusal of
the root is the answer.

An empty list of buckets proves nothing: SeaweedFS returns one to anonymous clients and still lists each bucket by its
name. Verified against SeaweedFS 4.48, and recorded answers of MinIO and
`rclone serve s3` 1.75.2; Amazon S3 is not yet verified.
"""

import re

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta, ReportDraft
from tieback.probes.sampling import ListedObject, SampledWebStore, SampleReading, object_get, read_objects
from tieback.probes.web import Identification, Inquiry
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import parse_count
from tieback.probes.wire.requests import OBJECT, get_request, head_request
from tieback.probes.wire.xmltext import extension_patterns, object_page, root, value, values
from tieback.scope.conversation import Conversation, SendCost

# Amazon S3 User Guide, bucket naming rules; older buckets have underscores and capital letters too.
_BUCKET = rb"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]"

_ROOT = get_request(
    "/", "product, and what may be listed without a login; returns names and sizes only", depth=Depth.IDENTIFY
)
_LIST = get_request(
    "/{bucket}?list-type=2&max-keys=1000",
    "names and sizes of at most 1000 objects, which are only counted; no object is read",
    names=_BUCKET,
).costing(SendCost.BOUNDED)
_HEAD = head_request("/{bucket}", "whether an anonymous client may list the bucket; header fields only")
_OWN = get_request(
    "/?list-type=2&max-keys=1000",
    "the same for a bucket that has its own host name",
    label="GET /?list-type=2 (a bucket's host)",
).costing(SendCost.BOUNDED)

_OBJECT = object_get("/{bucket}/{object}", names=OBJECT)
_OWN_OBJECT = object_get("/{object}", names=OBJECT)

_SERVERS = {"minio": "minio", "seaweedfs": "seaweedfs", "amazons3": "s3", "ceph": "ceph-rgw"}
_IMITATION = b"<DisplayName>GoFakeS3</DisplayName>"
"""Owner of the buckets of `rclone serve s3`, which names itself AmazonS3."""
_UNSIGNED = "UnsupportedAlgorithm"
"""Error of `rclone serve s3` for every request without a signature, if it has keys."""
_ROOTS = ("ListAllMyBucketsResult", "ListBucketResult")


class S3Probe(SampledWebStore):
    """Probe of an object store: buckets that are listed without authentication."""

    meta = ProbeMeta(
        name="s3",
        products=("s3", "minio", "seaweedfs", "ceph-rgw", "s3-compatible"),
        ports=(9000, 8333),
        services=("s3", "minio", "spaces", "r2", "wasabi"),
        cpe=("cpe:2.3:a:minio:minio",),
        cwe="CWE-732",
        sends=(_ROOT.send, _LIST.send, _HEAD.send, _OWN.send, _OBJECT.send, _OWN_OBJECT.send),
        references=("https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html",),
        web=True,
    )
    ask = _ROOT
    closed_when_refused = False

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the XML documents of its API."""
        element = root(answer.body)
        server = answer.headers.get("server", "").lower()
        product = next((name for mark, name in _SERVERS.items() if server.startswith(mark)), "s3-compatible")
        if _IMITATION in answer.body:
            product = "s3-compatible"
        version = server.rpartition(" ")[2] if product == "seaweedfs" else ""
        listing = answer.status == 200 and element in _ROOTS
        code = value(answer.body, "Code") if element == "Error" else ""
        error = code == _UNSIGNED or (bool(code) and "x-amz-request-id" in answer.headers)
        return Identification(product, version) if listing or error else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Request each bucket that was listed or named."""
        draft = inquiry.draft
        own = root(answer.body) == "ListBucketResult"
        one_bucket = draft.product == "s3" or bool(value(answer.body, "BucketName"))
        refused = inquiry.is_refused(_ROOT, answer)
        if (refused and one_bucket) or _requires_signature(draft, answer):
            return
        if answer.status == 404:
            draft.access = Access.NOT_FOUND
            draft.prove(_ROOT.label, value(answer.body, "Code")[:60] or "status 404", Access.NOT_FOUND)
            return
        if answer.status in (301, 307):
            # "Request redirection": a bucket is listed in its own region, and no redirect is followed.
            region = re.sub(r"[^a-z0-9-]", "", answer.headers.get("x-amz-bucket-region", ""))[:40]
            draft.problem(f"the bucket is in another region{f': {region}' if region else ''}, which was not probed")
            return
        if own:
            draft.access = Access.OPEN
            draft.prove(_ROOT.label, "lists the bucket without authentication", Access.OPEN)
        if not inquiry.enumerates:
            draft.access = draft.access if own else Access.UNKNOWN
            return
        if own:
            yield from self._own(inquiry, value(answer.body, "Name"))
            return
        listed = _listed(draft, answer)
        names = inquiry.limit(list(dict.fromkeys((*listed, *inquiry.names))), "buckets")
        # The first label of the host is a bucket only if the server has virtual hosts: it comes last.
        label = draft.target.host.partition(".")[0]
        tested: list[str] = []
        try:
            for name in sorted(names, key=lambda name: name == label and name not in listed):
                if _LIST.fill(name) is None or (name == label and draft.containers):
                    continue
                yield from self._bucket(inquiry, name)
                tested.append(name)
        finally:
            draft.fingerprint(container.name for container in draft.containers)
            if listed:
                inquiry.judge()
            else:
                inquiry.judge_names("buckets", tested, list_refused=refused)

    def _own(self, inquiry: Inquiry, name: str) -> Conversation[None]:
        answer = yield from inquiry.ask(_OWN, cap=MAX_BODY)
        if answer is None or answer.status != 200:
            return
        inquiry.draft.prove(_OWN.label, f"lists objects of {name}", Access.OPEN)
        inquiry.add_containers([_container(name, answer, inquiry)])
        inquiry.draft.vendor_id("bucket", name[:255])
        inquiry.judge()

    def _bucket(self, inquiry: Inquiry, name: str) -> Conversation[None]:
        answer = yield from inquiry.ask(_LIST, name, cap=MAX_BODY)
        if answer is None or answer.status == 404:
            return
        if answer.status in (401, 403):
            inquiry.refused += 1
            inquiry.draft.prove(_LIST.label, f"{name}: status {answer.status}", Access.AUTH_REQUIRED)
            return
        if answer.status != 200 or root(answer.body) != "ListBucketResult":
            inquiry.draft.problem(f"{_LIST.label} ({name[:60]!r}): status {answer.status}, no listing")
            return
        inquiry.draft.prove(_LIST.label, f"lists objects of {name}", Access.OPEN)
        head = yield from inquiry.ask(_HEAD, name)
        if head is not None and head.status == 200:
            inquiry.draft.prove(_HEAD.label, f"HEAD of {name} succeeds without authentication", Access.OPEN)
        inquiry.add_containers([_container(name, answer, inquiry)])

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first records of a few CSV and JSON objects."""
        own = root(reading.first.body) == "ListBucketResult"
        listing = yield from (
            reading.ask(_OWN, cap=MAX_BODY) if own else reading.ask(_LIST, *container.path, cap=MAX_BODY)
        )
        if listing is None or listing.status != 200:
            return
        keys, sizes = values(listing.body, "Key"), values(listing.body, "Size")
        listed = [ListedObject(key, parse_count(size) or 0) for key, size in zip(keys, sizes, strict=False)]
        if own:
            yield from read_objects(reading, container.path, _OWN_OBJECT, (), listed)
        else:
            yield from read_objects(reading, container.path, _OBJECT, container.path, listed)


def _listed(draft: ReportDraft, answer: Response) -> list[str]:
    """The buckets that the root lists; the draft gets the proof, and what is not probed of them."""
    listed = [name for name in values(answer.body, "Name") if name]
    if listed:
        draft.prove(_ROOT.label, f"lists {count_text(len(listed), 'bucket')} without authentication", Access.OPEN)
    if answer.truncated:
        draft.leave_out("further buckets: the list is longer than the limit")
    for name in listed:
        if _LIST.fill(name) is None:
            draft.leave_out(f"the bucket {name[:60]!r}: its name is not safe to send")
    return listed


def _requires_signature(draft: ReportDraft, answer: Response) -> bool:
    """True if the server refuses every request without a signature, other than by the status; the draft is updated."""
    if value(answer.body, "Code") != _UNSIGNED:
        return False
    draft.access = Access.AUTH_REQUIRED
    draft.prove(_ROOT.label, f"status {answer.status}, requires a signature", Access.AUTH_REQUIRED)
    return True


def _container(name: str, answer: Response, inquiry: Inquiry) -> Container:
    more = answer.truncated or value(answer.body, "IsTruncated") == "true"
    page = object_page(answer.body, "Key", "Size", more=more)
    if page.unread:
        inquiry.draft.leave_out(
            f"{name[:60]}: {count_text(page.unread, 'further object')}, with a name that is not read"
        )
    patterns = extension_patterns(page.names)[:200] if inquiry.describes else ()
    fields = tuple(Field(ending, "extension") for ending in patterns)
    return Container((name,), "bucket", False, page.records, page.bytes, fields)
