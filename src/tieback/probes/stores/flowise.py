"""Flowise: number of credentials and bytes of flows that it shows without a login. No flow and no credential is read.

Sends, in this order: ``GET /`` (identify: the title of the page), ``GET /api/v1/version`` (identify; public by design);
``GET /api/v1/credentials``, whose answer has names and kinds without the encrypted values, and
``HEAD /api/v1/chatflows``, whose answer has only the length of the list (enumerate: two proofs). The list itself
contains prompts, code and keys.

Since Flowise 3 every instance has an owner, whom the first visitor creates. Only a POST shows whether that was done, so
that a refusal of such a version is not taken for a closed server. No account is ever registered.
Before Flowise 3 there is no login unless its environment has a user name. Verified against Flowise 3.1.4; what older
versions show comes from their source.
"""

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json, parse_count
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request, head_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which the page names; changes nothing", depth=Depth.IDENTIFY)
_VERSION = get_request("/api/v1/version", "version; public by design, so not a proof of access", depth=Depth.IDENTIFY)
# https://github.com/FlowiseAI/Flowise/blob/main/packages/server/src/services/credentials/index.ts
_CREDENTIALS = get_request("/api/v1/credentials", "number of stored credentials; their values are not in the answer")
_FLOWS = head_request("/api/v1/chatflows", "whether the list of flows is readable, and its length: the second proof")
_OWNERS = 3
"""Major version since which every instance has an owner."""


class _Version(msgspec.Struct):
    version: str


class _Credential(msgspec.Struct, rename="camel"):
    id: str
    credential_name: str


class FlowiseProbe(WebStoreProbe):
    """Probe of Flowise: whether its credentials and flows are listed without a login."""

    meta = ProbeMeta(
        name="flowise",
        products=("flowise",),
        ports=(3000,),
        services=("flowise",),
        cpe=("cpe:2.3:a:flowiseai:flowise",),
        cwe="CWE-306",
        sends=(_ROOT.send, _VERSION.send, _CREDENTIALS.send, _FLOWS.send),
        references=(
            "https://docs.flowiseai.com/api-reference",
            "https://docs.flowiseai.com/configuration/authorization/app-level",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its page."""
        named = answer.status == 200 and page_title(answer).startswith("Flowise - ")
        return Identification("flowise") if named else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count credentials, and measure the list of flows."""
        draft = inquiry.draft
        told = yield from inquiry.ask(_VERSION, cap=16 * 1024)
        version = decode_json(told.body, _Version) if told is not None and told.status == 200 else None
        if version is not None:
            draft.version = version.version[:40]
        if not inquiry.enumerates:
            return
        found = yield from inquiry.catalogue(_CREDENTIALS, list[_Credential])
        if found is None:
            if draft.access is Access.AUTH_REQUIRED and not _is_before_owners(draft.version):
                draft.untested.append("becoming its owner, if it has none: no question that only reads shows it")
            return
        draft.abilities = [Ability.RUN_CODE]
        draft.fingerprint(one.id for one in found)
        inquiry.add_count("credential", exact(len(found), "the list"))
        yield from _flows(inquiry)


def _flows(inquiry: Inquiry) -> Conversation[None]:
    """Measure the list of flows, and judge the access: a list longer than ``[]`` has flows."""
    answer = yield from inquiry.ask(_FLOWS)
    length = parse_count(answer.headers.get("content-length")) if answer is not None else None
    is_json = answer is not None and "json" in answer.headers.get("content-type", "")
    if answer is None or answer.status != 200 or not is_json or length is None:
        status = answer.status if answer is not None else 0
        inquiry.draft.problem(f"{_FLOWS.label}: status {status}, although the credentials need no login")
        inquiry.draft.access = Access.PARTIAL
        return
    inquiry.draft.prove(_FLOWS.label, f"a list of {count_text(length, 'byte')} without authentication", Access.OPEN)
    inquiry.add_containers([Container(("flows",), "flow", bytes=exact(length, "Content-Length"))])
    inquiry.judge()
    if length > len("[]"):
        inquiry.draft.access = Access.OPEN


def _is_before_owners(version: str) -> bool:
    """True if the version is known and older than 3, where the environment sets the login."""
    major = version.partition(".")[0]
    return major.isdigit() and int(major[:4]) < _OWNERS
