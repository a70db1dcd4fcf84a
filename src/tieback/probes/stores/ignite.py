"""Apache Ignite through its REST API: caches and their numbers of entries. No entry is read.

Sends, in this order: ``GET /ignite?cmd=version`` (identify); ``cmd=top``, the nodes with the names of their caches, and
for at most 50 caches ``cmd=size`` (enumerate: the second proof). With authentication, commands are answered with status
200 and an error. Verified against the answers of Ignite 2.16.0.
"""

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation

_VERSION = get_request("/ignite?cmd=version", "product and version; changes nothing", depth=Depth.IDENTIFY)
_TOP = get_request("/ignite?cmd=top", "names of caches", label="GET /ignite?cmd=top")
_SIZE = get_request(
    "/ignite?cmd=size&cacheName={cache}",
    "number of entries of a cache, which its nodes keep: the second proof; no entry",
    names=rb"[A-Za-z0-9_.-]{1,200}",
    label="GET /ignite?cmd=size",
)
_DENIED = (2, 3)
"""Values of ``successStatus``: authentication failed, security check failed (``GridRestResponse``)."""
_SYSTEM = ("ignite-sys-cache", "ignite-atomics-sys-cache")


class _Answer(msgspec.Struct, rename={"status": "successStatus", "token": "sessionToken"}):
    status: int
    token: str | None
    """Every answer has it."""


class _Version(msgspec.Struct, rename={"status": "successStatus", "token": "sessionToken"}):
    status: int
    token: str | None
    response: str | None = None


class _Cache(msgspec.Struct):
    name: str


class _Node(msgspec.Struct):
    caches: list[_Cache] | None = None


class _Top(msgspec.Struct):
    response: list[_Node]


class _Size(msgspec.Struct):
    response: Number


class IgniteProbe(WebStoreProbe):
    """Probe of Apache Ignite: caches, entries."""

    meta = ProbeMeta(
        name="ignite",
        products=("ignite",),
        ports=(8080,),
        services=("ignite",),
        cpe=("cpe:2.3:a:apache:ignite",),
        cwe="CWE-306",
        sends=(_VERSION.send, _TOP.send, _SIZE.send),
        references=("https://ignite.apache.org/docs/latest/restapi",),
        pivot=False,
        web=True,
    )
    ask = _VERSION

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the keys of its answer."""
        said = decode_json(answer.body, _Version) if answer.status == 200 else None
        return Identification("ignite", said.response or "") if said is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the root is Jetty's 404 without a page, which the REST API has at every other path."""
        return root.status == 404 and not root.body and root.headers.get("server", "").startswith("Jetty(")

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List the caches, and request their sizes."""
        if not inquiry.enumerates:
            return
        draft = inquiry.draft
        listed = yield from inquiry.ask(_TOP)
        if listed is None or inquiry.is_refused(_TOP, listed) or _denies(inquiry, _TOP, listed):
            return
        top = inquiry.take(_TOP, _Top, listed)
        if top is None:
            return
        draft.prove(_TOP.label, "lists nodes and caches without authentication", Access.OPEN)
        names = list(dict.fromkeys(cache.name for node in top.response for cache in node.caches or ()))
        draft.fingerprint(names)
        chosen = inquiry.limit(names, "caches")
        for name in chosen:
            yield from _cache(inquiry, name)
        inquiry.add_containers([Container((name,), "cache", name in _SYSTEM) for name in names[len(chosen) :]])
        inquiry.judge()


def _cache(inquiry: Inquiry, name: str) -> Conversation[None]:
    answer = yield from inquiry.ask(_SIZE, name, cap=4096)
    size = None
    if answer is not None and not _denies(inquiry, _SIZE, answer):
        found = inquiry.take(_SIZE, _Size, answer, name)
        size = exact(found.response, "cmd=size") if found is not None else None
    if size is not None:
        inquiry.draft.prove(_SIZE.label, "number of entries of a cache", Access.OPEN)
    inquiry.add_containers([Container((name,), "cache", name in _SYSTEM, size)])


def _denies(inquiry: Inquiry, request: Request, answer: Response) -> bool:
    """True if the answer is a refusal in a document of status 200; the draft is updated then."""
    said = decode_json(answer.body, _Answer) if answer.status == 200 else None
    if said is None or said.status not in _DENIED:
        return False
    inquiry.refused += 1
    if request is _TOP:
        inquiry.draft.access = Access.AUTH_REQUIRED
        inquiry.draft.prove(request.label, f"successStatus {said.status}", Access.AUTH_REQUIRED)
    return True
