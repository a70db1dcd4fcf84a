"""Algolia: permissions of the search key in the app, as Algolia itself reports them. No record is searched.

Sends, in this order: ``GET /1/isalive`` (identify; needs no login and proves nothing); ``GET /1/keys/<key>`` for a
search key in the app (enumerate). It requests only the key's own permissions, and only for a key that is public by
design. A key that the app calls an administrator's key is never sent.

A search key may search by design, so the access stays unknown. A key that may also browse gives access to every record.
A key that may write is reported as a separate problem. Not yet verified against the real server.
"""

import re

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Keyed, Response, declared_get
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation

_KEY = rb"[0-9a-f]{32}"
_ALIVE = get_request(
    "/1/isalive", "whether this is Algolia; needs no login, so not a proof of access", depth=Depth.IDENTIFY
)
_OWN: Keyed = (("X-Algolia-API-Key", _KEY),)
_RIGHTS = Request(
    declared_get(
        "GET /1/keys/<the app's search key>",
        # The path contains the key too: a public key of the app, as in the header field.
        rb"/1/keys/(?P<key9>%b)\?x-algolia-application-id=[A-Z0-9]{10}" % _KEY,
        "permissions of the app's search key; returns no record",
        depth=Depth.ENUMERATE,
        keyed=_OWN,
    ),
    "/1/keys/{key}?x-algolia-application-id={app}",
    keyed=_OWN,
)
_WRITING = (
    *("addObject", "deleteObject", "deleteIndex", "editSettings", "writeContents", "inference", "nluWriteAnswers"),
    *("nluWriteProject", "nluWriteEntity"),
)
_READING_ALL = "browse"


class _Alive(msgspec.Struct):
    message: str


class _Rights(msgspec.Struct):
    acl: list[str]
    indexes: list[str] = []


class AlgoliaProbe(WebStoreProbe):
    """Probe of Algolia: permissions of the app's search key."""

    meta = ProbeMeta(
        name="algolia",
        products=("algolia",),
        ports=(443,),
        services=("algolia",),
        cpe=(),
        cwe="CWE-862",
        sends=(_ALIVE.send, _RIGHTS.send),
        references=("https://www.algolia.com/doc/rest-api/search/get-api-key",),
        pivot=False,
        web=True,
    )
    ask = _ALIVE
    keys = ("algolia_search_key",)

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the text of its liveness answer."""
        alive = decode_json(answer.body, _Alive) if answer.status == 200 else None
        return Identification("algolia") if alive is not None and alive.message == "server is alive" else None

    def is_likely(self, root: Response) -> bool:  # noqa: ARG002 - shared host
        """Always false: it is probed only if a host or the app names it."""
        return False

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Request the permissions of the app's key."""
        draft = inquiry.draft
        app = re.match(r"([a-z0-9]{10})(?:-|\.)", draft.target.host)
        if app:
            draft.vendor_id("application", app[1])
        if not inquiry.enumerates:
            return
        if app is None or inquiry.key is None:
            draft.problem("permissions need a search key of the app and a host that names the application")
            return
        rights = yield from inquiry.read(_RIGHTS, _Rights, inquiry.key, app[1].upper(), cap=64 * 1024)
        if rights is None:
            return
        granted = sorted({one for one in rights.acl if re.fullmatch(r"[A-Za-z]{1,40}", one)})
        draft.problem(f"permissions of the app's key: {', '.join(granted)[:200]}")
        inquiry.add_containers([Container((name[:200],), "index") for name in rights.indexes])
        if _READING_ALL in granted:
            draft.access = Access.PARTIAL
            draft.prove(_RIGHTS.label, "the app's key allows browsing every record", Access.OPEN)
        writing = [one for one in granted if one in _WRITING]
        if writing:
            draft.problem(f"the app's key also allows changing data: {', '.join(writing)[:200]}")
