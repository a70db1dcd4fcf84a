"""Streamlit app: only identification. Its content is visible only in a session, which is never opened.

Sends ``GET /`` (identify: the page that every Streamlit app has) and ``GET /_stcore/host-config`` (identify: settings
for pages that embed the app; public by design). Both are the same with and without a login of the app, so the access
stays unknown. Verified against the answers of Streamlit 1.67.0.
"""

import msgspec

from tieback.model.grant import Depth
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which the page names; opens no session", depth=Depth.IDENTIFY)
_HOST = get_request(
    "/_stcore/host-config",
    "whether this is Streamlit; public by design, so not a proof of access",
    depth=Depth.IDENTIFY,
)


class _HostConfig(msgspec.Struct, rename="camel"):
    allowed_origins: list[str]
    use_external_auth_token: bool


class StreamlitProbe(WebStoreProbe):
    """Probe of a Streamlit app: that it is one."""

    meta = ProbeMeta(
        name="streamlit",
        products=("streamlit",),
        ports=(8501,),
        services=("streamlit",),
        cpe=("cpe:2.3:a:snowflake:streamlit",),
        cwe="CWE-306",
        sends=(_ROOT.send, _HOST.send),
        references=(
            "https://docs.streamlit.io/develop/concepts/architecture/architecture",
            "https://docs.streamlit.io/develop/concepts/connections/authentication",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of the page, which an app changes only later in the browser."""
        return Identification("streamlit") if answer.status == 200 and page_title(answer) == "Streamlit" else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Confirm the product; nothing shows whether the app requires a login."""
        draft = inquiry.draft
        told = yield from inquiry.ask(_HOST, cap=16 * 1024)
        config = decode_json(told.body, _HostConfig) if told is not None and told.status == 200 else None
        if config is None:
            draft.problem(f"{_HOST.label}: unreadable answer; only the page names the product")
        else:
            draft.trait("external_auth_token", str(config.use_external_auth_token).lower())
        draft.problem("what the app shows, and whether it requires a login, is visible only in a session")
        draft.untested.append("a session of the app")
