"""Algolia: what the search key that the app carries may do, as the service itself says. No record is searched.

Sends, in this order: ``GET /1/isalive`` (identify; answers anyone and proves nothing); ``GET /1/keys/<key>`` for a
search key that the app carries (enumerate): only the key's own rights are asked, and only of a key that is public by
design. A key that an app calls its administrator's is never sent.

A search key searches: that is what it is for, and the access stays unknown. One that may also browse gives every
record, one that may write is a problem of its own. Not yet verified against the real server.
"""

import re

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Inquiry, Known, WebStore
from tieback.probes.wire.http import Keyed, Response, declared_get
from tieback.probes.wire.jsontext import decoded
from tieback.probes.wire.requests import Request, reading
from tieback.scope.conversation import Conversation

_KEY = rb"[0-9a-f]{32}"
_ALIVE = reading(
    "/1/isalive", "whether this is Algolia; needs no login, so not a proof of access", depth=Depth.IDENTIFY
)
_OWN: Keyed = (("X-Algolia-API-Key", _KEY),)
_RIGHTS = Request(
    declared_get(
        "GET /1/keys/<the app's search key>",
        # The key stands in the path too: a public one of the app's there as in the header field.
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


class AlgoliaProbe(WebStore):
    """Asks Algolia what the app's search key may do."""

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

    def known(self, answer: Response) -> Known | None:
        """By its own words."""
        alive = decoded(answer.body, _Alive) if answer.status == 200 else None
        return Known("algolia") if alive is not None and alive.message == "server is alive" else None

    def likely(self, root: Response) -> bool:  # noqa: ARG002 - nobody has one of his own
        """Never: it is asked where a host or the app names it."""
        return False

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """The rights of the app's key."""
        draft = inquiry.draft
        app = re.match(r"([a-z0-9]{10})(?:-|\.)", draft.target.host)
        if app:
            draft.vendor_id("application", app[1])
        if not inquiry.enumerates:
            return
        if app is None or inquiry.key is None:
            draft.problem("rights are asked of a search key that the app carries, for the application of the host")
            return
        rights = yield from inquiry.read(_RIGHTS, _Rights, inquiry.key, app[1].upper(), cap=64 * 1024)
        if rights is None:
            return
        granted = sorted({one for one in rights.acl if re.fullmatch(r"[A-Za-z]{1,40}", one)})
        draft.problem(f"the key that the app carries may: {', '.join(granted)[:200]}")
        inquiry.hold([Container((name[:200],), "index") for name in rights.indexes])
        if _READING_ALL in granted:
            draft.access = Access.PARTIAL
            draft.prove(_RIGHTS.label, "whoever has the app's key may browse every record", Access.OPEN)
        writing = [one for one in granted if one in _WRITING]
        if writing:
            draft.problem(f"the key that the app carries may also change data: {', '.join(writing)[:200]}")
