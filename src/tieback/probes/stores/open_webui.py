"""Open WebUI: whether it requires a login. No page of a user, chat or model is requested.

Sends ``GET /api/config`` (identify), which its sign-in page reads: name, version, and whether authentication and
sign-up are on. Nobody is signed in or signed up: both create a session or an account.

``auth: false`` is the server's own statement that it requires no login. Its API still asks for the token that a sign-in
without a password gives, so there is no second proof, and the access is ``partial``. With sign-up on, or without any
account yet, a login page does not make it closed. https://docs.openwebui.com/getting-started/env-configuration.
Verified against Open WebUI 0.12.4.
"""

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Access, Entry
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_CONFIG = get_request(
    "/api/config", "product, version, and whether a login is required; changes nothing", depth=Depth.IDENTIFY
)
_SIGN_UP = "signing up an account: the server permits it, perhaps with an approval by an administrator"
_FIRST_ACCOUNT = "signing up an account: there is none yet, and the first one becomes the administrator"


class _Features(msgspec.Struct):
    auth: bool
    enable_login_form: bool
    enable_signup: bool


class _Config(msgspec.Struct):
    status: bool
    name: str
    version: str
    features: _Features
    onboarding: bool = False


class OpenWebuiProbe(WebStoreProbe):
    """Probe of Open WebUI: whether it requires a login, and who may sign up."""

    meta = ProbeMeta(
        name="open_webui",
        products=("open-webui",),
        ports=(8080,),
        services=("open-webui", "open_webui"),
        cpe=("cpe:2.3:a:openwebui:open_webui",),
        cwe="CWE-306",
        sends=(_CONFIG.send,),
        references=("https://docs.openwebui.com/getting-started/env-configuration",),
        pivot=False,
        web=True,
    )
    ask = _CONFIG

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the shape of its configuration; administrators can change its name."""
        said = decode_json(answer.body, _Config) if answer.status == 200 else None
        return Identification("open-webui", said.version) if said is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the root page names the product."""
        return b"open webui" in root.body.lower() or b"open-webui" in root.body.lower()

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Read whether a login is required from the configuration; nothing further is requested."""
        yield from ()
        draft = inquiry.draft
        said = decode_json(answer.body, _Config)
        if said is None:
            return
        draft.trait("enable_signup", str(said.features.enable_signup).lower())
        if not said.features.auth:
            draft.access, draft.entry = Access.PARTIAL, Entry.ANONYMOUS
            draft.prove(_CONFIG.label, "features.auth is false: the server requires no login", Access.OPEN)
            draft.problem("one proof only: a second one would need a sign-in, which creates a session")
            return
        draft.access = Access.AUTH_REQUIRED
        draft.prove(_CONFIG.label, "features.auth is true: the server requires a login", Access.AUTH_REQUIRED)
        if said.onboarding:
            draft.untested.append(_FIRST_ACCOUNT)
        elif said.features.enable_signup:
            draft.untested.append(_SIGN_UP)
