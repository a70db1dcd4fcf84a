"""Parse Server, and Back4App, which builds on it: number of objects in classes that the app names.

Sends, in this order: ``GET /parse/`` (identify: a server refuses requests that name no application, and its header
fields show the product). For each class that the app names: ``GET .../classes/<class>?count=1&limit=0``, and if it
counts anything ``?limit=1&keys=objectId``, whose only identifier is dropped (enumerate). Both send the application id,
which is public by design and is in every copy of the app; never a master key. Servers are mounted at ``/parse`` or at
the root, which are tried in this order.

"Permission denied" is the answer for a class with rules and for a missing class. Verified against Parse Server 9.
"""

from typing import Any

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get
from tieback.probes.web import Identification, Inquiry, other_names, some_names
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation, SendCost

_CLASS = rb"[A-Za-z_][A-Za-z0-9_]{0,100}"
_APPLICATION = (("X-Parse-Application-Id", rb"[A-Za-z0-9_-]{4,64}"),)
_ROOT = get_request("/parse/", "whether this is Parse Server; it refuses anonymous clients here", depth=Depth.IDENTIFY)
_COUNTED = "number of objects that the app's public id may count; returns no object"
_SHOWN = "whether one object is readable: the second proof; returns only its identifier, which is dropped"


def _asked(mount: str) -> tuple[Request, Request]:
    """Requests for the count and the second proof below a mount path."""
    path = f"{mount}/classes/{{class}}"
    count = get_request(
        f"{path}?count=1&limit=0",
        _COUNTED,
        names=_CLASS,
        keyed=_APPLICATION,
        label=f"GET {mount}/classes/<class>?count=1",
    ).costing(SendCost.SCAN)
    one = get_request(
        f"{path}?limit=1&keys=objectId", _SHOWN, names=_CLASS, keyed=_APPLICATION,
        label=f"GET {mount}/classes/<class>?keys=objectId",
    ).costing(SendCost.BOUNDED)  # fmt: skip
    return count, one


_MOUNTS = (_asked("/parse"), _asked(""))
_SAMPLES = tuple(
    sample_get(
        f"{mount}/classes/{{class}}?limit=#&excludeKeys=authData,sessionToken",
        "objects that the app's public id may read; changes nothing",
        names=_CLASS,
        keyed=_APPLICATION,
    )
    for mount in ("/parse", "")
)
_OF_PARSE = frozenset(("ACL", "__type", "className"))
_PERMISSION = (119, 101, 102)
"""OPERATION_FORBIDDEN, and the codes of older servers."""


class _Count(msgspec.Struct):
    count: Number
    results: list[msgspec.Raw] = []


class _Object(msgspec.Struct, rename={"identifier": "objectId"}):
    identifier: str


class _Objects(msgspec.Struct):
    results: list[_Object]


class _Error(msgspec.Struct):
    code: int


class _Rows(msgspec.Struct):
    results: list[dict[str, Any]]


class ParseProbe(SampledWebStore):
    """Probe of Parse Server: classes that are readable without a login."""

    meta = ProbeMeta(
        name="parse",
        products=("parse-server",),
        ports=(1337,),
        services=("parse",),
        cpe=("cpe:2.3:a:parseplatform:parse-server",),
        cwe="CWE-862",
        sends=(
            _ROOT.send,
            *(request.send for mount in _MOUNTS for request in mount),
            *(request.send for mount in _SAMPLES for request in mount),
        ),
        references=(
            "https://docs.parseplatform.org/rest/guide/#queries",
            "https://docs.parseplatform.org/parse-server/guide/#class-level-permissions",
        ),
        web=True,
        hides="objects whose access list hides them from an anonymous client",
    )
    ask = _ROOT
    keys = ("parse",)
    closed_when_refused = False

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the header fields that it allows browsers to send."""
        allowed = answer.headers.get("access-control-allow-headers", "").lower()
        return Identification("parse-server") if "x-parse-application-id" in allowed else None

    def is_likely(self, root: Response) -> bool:
        """True for Express, the server that Parse runs in; its root has any page, or Parse itself."""
        return root.headers.get("x-powered-by") == "Express"

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Request each class that the app names, and ``_User``, which every application has."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        if inquiry.key is None:
            draft.access = Access.AUTH_REQUIRED
            draft.prove(_ROOT.label, "refuses requests that name no application", Access.AUTH_REQUIRED)
            draft.problem("classes need the application id, and none is known")
            other_names(draft, "classes", ())
            return
        draft.fingerprint((inquiry.key,))
        mount = _MOUNTS[0]
        shown = 0
        names = tuple(dict.fromkeys((*inquiry.names, "_User")))
        other_names(draft, "classes", names)
        for name in names:
            # Without the grant's `scans` nothing is counted, and one readable object is the only proof.
            place = 0 if draft.target.scans else 1
            given = yield from inquiry.ask(mount[place], name, cap=16 * 1024)
            if given is not None and given.status == 404 and mount is _MOUNTS[0] and not shown:
                mount = _MOUNTS[1]
                given = yield from inquiry.ask(mount[place], name, cap=16 * 1024)
            if given is not None and draft.target.scans:
                shown += yield from self._class(inquiry, mount, name, given)
            elif given is not None:
                shown += self._one(inquiry, mount[1], name, given)
        if shown:
            draft.access = Access.PARTIAL if inquiry.refused else Access.OPEN
        elif inquiry.refused:
            draft.access = Access.AUTH_REQUIRED
        else:
            draft.problem(
                f"no object of the classes whose names are known ({some_names(names)}) is readable without a login; "
                "other classes are not listed"
            )

    def _class(
        self, inquiry: Inquiry, mount: tuple[Request, Request], name: str, answer: Response
    ) -> Conversation[int]:
        """Number of objects of the class that are readable without a login."""
        draft = inquiry.draft
        found = decode_json(answer.body, _Count) if answer.status == 200 else None
        if found is None:
            self._refused(inquiry, mount[0], name, answer)
            return 0
        if not found.count:
            inquiry.add_containers([Container((name,), "class")])
            return 0
        draft.prove(
            mount[0].label, f"{count_text(found.count, 'object')} of {name} counted without a login", Access.OPEN
        )
        given = yield from inquiry.ask(mount[1], name, cap=16 * 1024)
        objects = decode_json(given.body, _Objects) if given is not None and given.status == 200 else None
        if objects is not None and objects.results:
            draft.prove(mount[1].label, f"an object of {name} is readable without a login", Access.OPEN)
        inquiry.add_containers([Container((name,), "class", records=exact(found.count, "count=1"))])
        return found.count

    def _one(self, inquiry: Inquiry, request: Request, name: str, answer: Response) -> int:
        """1 if one object of the class is readable without a login; the others are not counted."""
        found = decode_json(answer.body, _Objects) if answer.status == 200 else None
        if found is None:
            self._refused(inquiry, request, name, answer)
            return 0
        records = lower_bound(1, "one object is readable") if found.results else None
        if records is not None:
            inquiry.draft.prove(request.label, f"an object of {name} is readable without a login", Access.OPEN)
            inquiry.draft.problem(f"{name[:60]}: objects are not counted, because the grant does not allow scans")
        inquiry.add_containers([Container((name,), "class", records=records)])
        return int(records is not None)

    def _refused(self, inquiry: Inquiry, request: Request, name: str, answer: Response) -> None:
        error = decode_json(answer.body, _Error)
        if answer.status in (401, 403) or (error is not None and error.code in _PERMISSION):
            inquiry.refused += 1
            said = f"{name}: status {answer.status}, refused or missing"
            inquiry.draft.prove(request.label, said, Access.AUTH_REQUIRED)
        else:
            inquiry.draft.problem(f"{request.label} ({name[:60]!r}): status {answer.status}, no answer about objects")

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first objects of a class."""
        found = None
        for requests in _SAMPLES:
            found = found or (yield from reading.read(requests, _Rows, *container.path))
        rows = found.results if found is not None else ()
        reading.add(container.path, ({k: v for k, v in row.items() if k not in _OF_PARSE} for row in rows))
