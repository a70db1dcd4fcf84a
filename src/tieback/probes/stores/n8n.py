"""n8n: number of workflows and credentials that it shows without a login, and whether it has an owner.

Sends, in this order: ``GET /`` (identify: the title of the page), ``GET /rest/settings`` (identify; public by design,
as the page needs it before the login), ``GET /rest/workflows`` and ``GET /rest/credentials`` (enumerate: two proofs).
The lists have names and kinds; nodes of workflows and values of credentials are not in them.

An instance that was never set up says so in its settings (``showSetupOnFirstLoad``): whoever opens it first becomes its
owner. That is never tried. Only n8n before 1.0 could be used without an account: that comes from its source. Verified
against n8n 2.41.1, which shows no version.
"""

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe, some_names
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which the page names; changes nothing", depth=Depth.IDENTIFY)
_SETTINGS = get_request(
    "/rest/settings",
    "version, and whether the instance has an owner; public by design, so not a proof of access",
    depth=Depth.IDENTIFY,
)
# https://github.com/n8n-io/n8n/blob/master/packages/@n8n/db/src/repositories/workflow.repository.ts
_WORKFLOWS = get_request("/rest/workflows", "names and number of workflows; their nodes are not in the answer")
_CREDENTIALS = get_request(
    "/rest/credentials", "number of stored credentials: the second proof; their values are not in the answer"
)


class _Users(msgspec.Struct, rename="camel"):
    show_setup_on_first_load: bool = False


class _Settings(msgspec.Struct, rename="camel"):
    user_management: _Users
    version_cli: str = ""
    instance_id: str = ""


class _SettingsAnswer(msgspec.Struct):
    data: _Settings


class _Workflow(msgspec.Struct):
    id: str | int
    name: str
    active: bool


class _Workflows(msgspec.Struct):
    data: list[_Workflow]


class _Credential(msgspec.Struct):
    id: str | int
    type: str


class _Credentials(msgspec.Struct):
    data: list[_Credential]


class N8nProbe(WebStoreProbe):
    """Probe of n8n: whether its workflows are listed without a login, and whether it has an owner."""

    meta = ProbeMeta(
        name="n8n",
        products=("n8n",),
        ports=(5678,),
        services=("n8n",),
        cpe=("cpe:2.3:a:n8n:n8n",),
        cwe="CWE-306",
        sends=(_ROOT.send, _SETTINGS.send, _WORKFLOWS.send, _CREDENTIALS.send),
        references=(
            "https://docs.n8n.io/deploy/host-n8n/configure-n8n/user-management",
            "https://docs.n8n.io/deploy/host-n8n/configure-n8n/security",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its page."""
        return Identification("n8n") if answer.status == 200 and page_title(answer).startswith("n8n.io - ") else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count workflows and credentials."""
        draft = inquiry.draft
        told = yield from inquiry.ask(_SETTINGS, cap=MAX_BODY)
        settings = decode_json(told.body, _SettingsAnswer) if told is not None and told.status == 200 else None
        if settings is not None:
            draft.version = settings.data.version_cli[:40]
            if settings.data.instance_id:
                draft.vendor_id("instanceId", settings.data.instance_id[:100])
            if settings.data.user_management.show_setup_on_first_load:
                inquiry.claimable(f"{_SETTINGS.label}: showSetupOnFirstLoad is true")
        if not inquiry.enumerates:
            return
        found = yield from inquiry.catalogue(_WORKFLOWS, _Workflows)
        if found is None:
            return
        draft.abilities = [Ability.RUN_CODE]
        names = [one.name for one in found.data]
        draft.prove(_WORKFLOWS.label, f"workflows without a login: {some_names(names)}", Access.OPEN)
        inquiry.add_count("flow", exact(len(names), "the list"))
        stored = yield from inquiry.confirm(_CREDENTIALS, _Credentials)
        if stored is not None:
            inquiry.add_count("credential", exact(len(stored.data), "the list"))
        inquiry.judge()
