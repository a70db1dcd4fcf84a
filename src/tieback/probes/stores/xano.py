"""Xano: endpoints of the API groups that the app names, and which demand a login by the group's description.

Sends ``GET /apispec:<group>?type=json`` for at most 50 groups that the app names (identify for the first one, else
enumerate). It returns the group's OpenAPI description, if its owner publishes it.

An endpoint runs functions that its owner wrote, also for a GET: it may write, send mail or cost money. So none is
called, and the verdict is never ``open``. If the description names endpoints, the verdict is ``schema_only``, and the
endpoints are untested. A group with a private description stays ``unknown``. Written from public descriptions and the
documentation; not yet verified against the real server.
"""

from collections.abc import Iterator

import msgspec

from tieback.model.count_text import count_text, form_for, its_or_their
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import MAX_LISTED, Identification, Inquiry, NamedContainers, WebStoreProbe, some_names
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation, Target

_GROUP = rb"[A-Za-z0-9_-]{1,60}(?::[A-Za-z0-9_-]{1,40})?"
_SPEC = get_request(
    "/apispec:{group}?type=json",
    "names of the endpoints of a group, and which demand a login; calls none",
    depth=Depth.IDENTIFY,
    names=_GROUP,
    raw=True,
    label="GET /apispec:<group>?type=json",
)
_METHODS = ("get", "post", "put", "patch", "delete")
_UNTESTED = "the endpoints: calling one may change something"


class _Server(msgspec.Struct):
    url: str


class _Operation(msgspec.Struct):
    security: list[dict[str, msgspec.Raw]] | None = None


class _Description(msgspec.Struct):
    openapi: str
    paths: dict[str, dict[str, msgspec.Raw]]
    servers: list[_Server] = []
    security: list[dict[str, msgspec.Raw]] = []


class _Error(msgspec.Struct):
    code: str
    message: str = ""


class XanoProbe(WebStoreProbe):
    """Probe of Xano: endpoints that need no login according to the description of their group."""

    meta = ProbeMeta(
        name="xano",
        products=("xano",),
        ports=(443,),
        services=("xano",),
        cpe=(),
        cwe="CWE-862",
        sends=(_SPEC.send,),
        references=("https://docs.xano.com/the-function-stack/building-with-visual-development/apis",),
        pivot=False,
        web=True,
    )
    ask = _SPEC
    closed_when_refused = False

    def about(self, target: Target) -> tuple[str, ...] | None:
        """The first group that the app names."""
        return next(((name,) for name in target.names if _SPEC.fill(name)), None)

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by a description of a group, or by the code of an error."""
        described = decode_json(answer.body, _Description) if answer.status == 200 else None
        if described is not None and any("/api:" in server.url for server in described.servers):
            return Identification("xano")
        error = decode_json(answer.body, _Error) if answer.status in (400, 401, 403, 404) else None
        return Identification("xano") if error is not None and error.code.startswith("ERROR_CODE_") else None

    def is_likely(self, root: Response) -> bool:  # noqa: ARG002 - the root shows no group
        """Always false: only the app names a group."""
        return False

    def by_name(self, inquiry: Inquiry) -> NamedContainers | None:
        """Nothing else can be requested: a refused description does not show that the endpoints are closed."""
        inquiry.draft.untested.append(_UNTESTED)
        return None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """List the endpoints of each group."""
        draft = inquiry.draft
        draft.untested.append(_UNTESTED)
        if not inquiry.enumerates:
            return
        groups = [name for name in inquiry.names if _SPEC.fill(name)]
        public: list[str] = []
        for group in inquiry.limit(groups, "API groups"):
            # The first one was requested to identify the product.
            again = yield from inquiry.ask(_SPEC, group, cap=MAX_BODY)
            described = decode_json(again.body, _Description) if again is not None and again.status == 200 else None
            if described is None:
                status = again.status if again is not None else answer.status
                draft.problem(f"{_SPEC.label} ({group[:60]}): no description (status {status})")
                continue
            public += _list(inquiry, group, described)
        draft.fingerprint(container.name for container in draft.containers)
        if not draft.containers:
            return
        draft.access = Access.SCHEMA_ONLY
        count = len(draft.containers)
        draft.prove(_SPEC.label, f"describes {count_text(count, 'endpoint')} without a login", Access.SCHEMA_ONLY)
        if public:
            demand, its = form_for(len(public), "demands", "demand"), its_or_their(len(public))
            endpoints = f"{len(public):,} of {count_text(count, 'endpoint')}"
            draft.problem(f"{endpoints} {demand} no login by {its} description; none was called")
            draft.prove(_SPEC.label, f"no login: {some_names(public)}", Access.SCHEMA_ONLY)


def _list(inquiry: Inquiry, group: str, described: _Description) -> list[str]:
    """Add the endpoints of a group; the names of those that demand no login."""
    public = []
    found = []
    for name, demands in _endpoints(described):
        found.append(Container((group, name), "endpoint"))
        if not demands:
            public.append(f"{group} {name}")
        if len(found) == MAX_LISTED:
            break
    inquiry.add_containers(found)
    return public


def _endpoints(described: _Description) -> Iterator[tuple[str, bool]]:
    """Method and path of each endpoint, and whether it demands a login (OpenAPI 3, Security Requirement Object)."""
    for path, item in described.paths.items():
        for method in _METHODS:
            operation = decode_json(bytes(item[method]), _Operation) if method in item else None
            if operation is not None:
                needed = described.security if operation.security is None else operation.security
                # An empty requirement among others makes the login optional.
                yield f"{method.upper()} {path[:200]}", bool(needed) and all(needed)
