"""Langflow: number of flows in each project that it shows without a login. No flow is read or run.

Sends, in this order: ``GET /`` (identify: the title of the page), ``GET /api/v1/version`` (identify; public by design);
``GET /api/v1/projects/`` or, before Langflow 1.4, ``/api/v1/folders/`` (enumerate), and for at most 50 projects a page
of flows beyond the last one (enumerate: the second proof). Such a page has the number of flows, and no flow: flows
contain prompts, code and keys. Langflow before 1.1 ignores the page, so that it gets no such request.

``GET /api/v1/auto_login`` is never sent: if automatic login is on (the default), it answers with a token of the
superuser. That is a way in, which is not tried. Langflow 1.5 shows it in the refusal of the lists, Langflow 1.13 only
in that of ``GET /api/v1/mcp/streamable`` (enumerate), which is sent after the lists were refused. Verified against
Langflow 1.13.0.
"""

import re

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe, some_names
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which the page names; changes nothing", depth=Depth.IDENTIFY)
_VERSION = get_request("/api/v1/version", "version; public by design, so not a proof of access", depth=Depth.IDENTIFY)
_PROJECTS = get_request("/api/v1/projects/", "names of projects; no flow is read")
_FOLDERS = get_request("/api/v1/folders/", "the same before Langflow 1.4; no flow is read")
_FLOWS = get_request(
    "/api/v1/flows/?get_all=false&size=1&page=1000000&folder_id={project}",
    "number of flows of a project: the second proof; the page is beyond the last flow, so that it has none",
    names=rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    label="GET /api/v1/flows/?page=1000000",
)
_MCP = get_request(
    "/api/v1/mcp/streamable",
    "whether automatic login is on, which only its refusal states; sent after the lists were refused; opens no session",
)
_PAGED = (1, 1)
"""First version whose list of flows has pages."""
# https://github.com/langflow-ai/langflow/blob/main/src/backend/base/langflow/services/auth/utils.py
_AUTO_LOGIN = b"LANGFLOW_AUTO_LOGIN requires a valid API key"
_KEY_ONLY = b"An API key must be passed"
"""Automatic login is off."""
_UNTESTED = (
    "automatic login as the superuser: a request would create a session, and no other answer shows whether it is on"
)
_STARTERS = "Starter Projects"
"""Project of the examples that come with the product."""


class _Version(msgspec.Struct):
    version: str
    package: str


class _Project(msgspec.Struct):
    id: str
    name: str


class _Page(msgspec.Struct):
    items: list[msgspec.Raw]
    total: Number
    page: Number


class LangflowProbe(WebStoreProbe):
    """Probe of Langflow: whether its projects and flows are listed without a login."""

    meta = ProbeMeta(
        name="langflow",
        products=("langflow",),
        ports=(7860,),
        services=("langflow",),
        cpe=("cpe:2.3:a:langflow:langflow",),
        cwe="CWE-306",
        sends=(_ROOT.send, _VERSION.send, _PROJECTS.send, _FOLDERS.send, _FLOWS.send, _MCP.send),
        references=(
            "https://docs.langflow.org/api-reference-api-examples",
            "https://docs.langflow.org/api-keys-and-authentication",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its page."""
        return Identification("langflow") if answer.status == 200 and page_title(answer) == "Langflow" else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count the flows of each project."""
        draft = inquiry.draft
        told = yield from inquiry.ask(_VERSION, cap=16 * 1024)
        version = decode_json(told.body, _Version) if told is not None and told.status == 200 else None
        if version is not None:
            draft.version = version.version[:40]
        if not inquiry.enumerates:
            return
        request, projects = yield from _projects(inquiry)
        if projects is None:
            return
        draft.prove(
            request.label, f"projects without a login: {some_names([one.name for one in projects])}", Access.OPEN
        )
        draft.abilities = [Ability.RUN_CODE]
        draft.fingerprint(one.id for one in projects)
        if _release(draft.version) < _PAGED:
            draft.problem("flows were not counted: before Langflow 1.1 the list of flows contains them")
            draft.access = Access.PARTIAL
            return
        for project in inquiry.limit(projects, "projects"):
            page = yield from inquiry.read(_FLOWS, _Page, project.id)
            if page is not None and not page.items:
                draft.prove(_FLOWS.label, f"{count_text(page.total, 'flow')} of {project.name[:40]}", Access.OPEN)
                count = exact(page.total, "total")
                container = Container((project.name[:200],), "flow", project.name == _STARTERS, count)
                inquiry.add_containers([container])
        inquiry.judge()


def _projects(inquiry: Inquiry) -> Conversation[tuple[Request, list[_Project] | None]]:
    """The list of projects; ``None``: the draft's access has the reason."""
    request, answer = _PROJECTS, (yield from inquiry.ask(_PROJECTS))
    # Before Langflow 1.4 an unknown path gets the page of the root.
    if answer is not None and (answer.status == 404 or page_title(answer)):
        request, answer = _FOLDERS, (yield from inquiry.ask(_FOLDERS))
    if answer is None:
        return request, None
    if inquiry.is_refused(request, answer):
        yield from _automatic_login(inquiry, request, answer)
        return request, None
    return request, inquiry.take(request, list[_Project], answer)


def _automatic_login(inquiry: Inquiry, request: Request, refusal: Response) -> Conversation[None]:
    """Record whether any client becomes the superuser by a request, after the lists were refused."""
    if _AUTO_LOGIN not in refusal.body and _KEY_ONLY not in refusal.body:
        request, answer = _MCP, (yield from inquiry.ask(_MCP, cap=16 * 1024))
        if answer is None or answer.status != 403:
            inquiry.draft.untested.append(_UNTESTED)
            return
        refusal = answer
    if _AUTO_LOGIN in refusal.body:
        inquiry.claimable(f"{request.label}: automatic login as the superuser is on")
    elif _KEY_ONLY not in refusal.body:
        inquiry.draft.untested.append(_UNTESTED)


def _release(version: str) -> tuple[int, int]:
    """Major and minor version; zeros if unknown."""
    found = re.match(r"(\d{1,4})\.(\d{1,4})", version)
    return (int(found[1]), int(found[2])) if found is not None else (0, 0)
