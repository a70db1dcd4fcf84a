"""Spring Boot Actuator: which endpoints its index offers to anyone. Only the index and the health are requested.

Sends, in this order: ``GET /actuator`` (identify: the index) and ``GET /actuator/health`` (identify: public by design).
The index is the result. ``heapdump``, ``threaddump``, ``env``, ``logfile`` and every other endpoint are never
requested: a dump contains passwords and records, and writing it stops the app for seconds.

An index is readable only if the app exposes it, but an endpoint that it names may still require a login. So the access
is ``schema_only`` or ``partial``, never ``open``. Confirmed with answers of Spring Boot 3.3.5.
"""

import re

import msgspec

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Notice
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_INDEX = get_request(
    "/actuator", "which endpoints the index names; no other endpoint but health is requested", depth=Depth.IDENTIFY
)
_HEALTH = get_request(
    "/actuator/health", "whether the app answers below its index; public by design", depth=Depth.IDENTIFY
)
_MAX_ENDPOINTS = 100
_ENDPOINT = re.compile(r"[a-z][a-zA-Z0-9-]{0,40}")
DIAGNOSTICS = ("env", "configprops", "threaddump", "logfile", "httpexchanges", "httptrace", "trace", "sessions", "dump")
"""Endpoints that show settings, stacks, log lines, requests or sessions of users."""
_PUBLIC = frozenset(("health", "info"))
"""The endpoints that Spring Boot 2 exposed by default."""
_ERROR_PAGE = re.compile(
    rb'Whitelabel Error Page|\{"timestamp":(?:"[0-9T:.Z+-]{10,40}"|[0-9]{10,14}),'
    rb'(?:"path":"[^"]{0,400}",)?"status":[0-9]{3},"error":'
)


class _Link(msgspec.Struct):
    href: str
    templated: bool = False


class _Index(msgspec.Struct, rename={"links": "_links"}):
    links: dict[str, _Link]


class _Health(msgspec.Struct):
    status: str


class SpringActuatorProbe(WebStoreProbe):
    """Probe of Spring Boot Actuator: the endpoints that its index names."""

    meta = ProbeMeta(
        name="spring_actuator",
        products=("spring-boot-actuator",),
        ports=(8081,),
        services=("spring-boot-actuator",),
        cpe=("cpe:2.3:a:vmware:spring_boot",),
        cwe="CWE-497",
        sends=(_INDEX.send, _HEALTH.send),
        references=("https://docs.spring.io/spring-boot/reference/actuator/endpoints.html",),
        pivot=False,
        web=True,
    )
    ask = _INDEX

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the links of its index."""
        links = _links(answer)
        return Identification("spring-boot-actuator") if links else None

    def is_likely(self, root: Response) -> bool:
        """True if the root is an error page of Spring Boot."""
        return "x-application-context" in root.headers or _ERROR_PAGE.search(root.body[:4096]) is not None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """List the endpoints of the index."""
        draft = inquiry.draft
        names = _endpoints(answer)
        draft.fingerprint(names)
        draft.prove(_INDEX.label, f"names {count_text(len(names), 'endpoint')}", Access.OPEN)
        health = yield from inquiry.ask(_HEALTH, cap=16 * 1024)
        if health is None or decode_json(health.body, _Health) is None or health.status not in (200, 503):
            draft.problem(f"{_HEALTH.label}: the server does not confirm its index")
            return
        if not set(names) - _PUBLIC:
            draft.problem("the index names only endpoints that are public by design")
            return
        draft.access = Access.SCHEMA_ONLY
        offered = [name for name in names if name in DIAGNOSTICS]
        if "heapdump" in names:
            draft.notice(Notice.MEMORY_DUMP, "the index names heapdump; it was not requested")
        if offered:
            draft.notice(Notice.DIAGNOSTICS, f"the index names {', '.join(offered)}; none was requested")
        if inquiry.enumerates:
            inquiry.add_containers([Container((name,), "endpoint") for name in names])


def _links(answer: Response) -> dict[str, _Link]:
    """Links of an index of an actuator; empty for other documents."""
    found = decode_json(answer.body, _Index) if answer.status == 200 and not answer.truncated else None
    if found is None or "self" not in found.links or not found.links["self"].href.endswith("/actuator"):
        return {}
    own = found.links["self"].href
    return {name: link for name, link in found.links.items() if link.href.startswith(own)}


def _endpoints(answer: Response) -> list[str]:
    """Names of endpoints, without those of their parameters, such as ``caches-cache``."""
    links = _links(answer)
    names = [
        name for name, link in links.items() if not link.templated and name != "self" and _ENDPOINT.fullmatch(name)
    ]
    return names[:_MAX_ENDPOINTS]
