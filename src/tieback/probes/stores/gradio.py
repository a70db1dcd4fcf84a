"""Gradio app: functions that anybody can call by their names. No function is called.

Sends, in this order: ``GET /`` (identify: the page contains the app's configuration with the version);
``GET /config``, and ``GET /gradio_api/info`` or, before Gradio 5, ``GET /info`` (enumerate: two proofs, both behind the
app's login if it has one). The last lists the named endpoints with their parameters.

An app has no records that could be counted. Many apps are public on purpose: the report says what is reachable.
Verified against the answers of Gradio 6.31.0.
"""

import re

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe, some_names
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product and version, which the page contains; changes nothing", depth=Depth.IDENTIFY)
_CONFIG = get_request("/config", "whether the app's configuration is readable without its login; calls no function")
_INFO = get_request(
    "/gradio_api/info", "names of the endpoints that a client may call: the second proof; calls no function"
)
_OLD_INFO = get_request("/info", "the same before Gradio 5: the second proof; calls no function")
_VERSION = re.compile(rb'window\.gradio_config = \{(?:[^<]{0,4096}?)?"version": ?"([0-9A-Za-z.]{1,20})"')
_SIGNS = (b"window.gradio_config = {", b'content="@Gradio"')


class _Config(msgspec.Struct):
    version: str
    dependencies: list[msgspec.Raw]
    api_prefix: str = ""
    app_id: int = 0


class _Info(msgspec.Struct):
    named_endpoints: dict[str, msgspec.Raw]


class GradioProbe(WebStoreProbe):
    """Probe of a Gradio app: which endpoints a client without a login may call."""

    meta = ProbeMeta(
        name="gradio",
        products=("gradio",),
        ports=(7860,),
        services=("gradio",),
        cpe=("cpe:2.3:a:gradio_project:gradio",),
        cwe="CWE-306",
        sends=(_ROOT.send, _CONFIG.send, _INFO.send, _OLD_INFO.send),
        references=(
            "https://www.gradio.app/guides/querying-gradio-apps-with-curl",
            "https://www.gradio.app/guides/sharing-your-app",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the configuration in its page."""
        if answer.status != 200 or not any(sign in answer.body for sign in _SIGNS):
            return None
        version = _VERSION.search(answer.body)
        return Identification("gradio", version[1].decode("ascii") if version is not None else "")

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List the named endpoints."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        config = yield from inquiry.catalogue(_CONFIG, _Config, cap=MAX_BODY)
        if config is None:
            return
        draft.version = config.version[:40]
        if config.app_id:
            draft.fingerprint((str(config.app_id),))
        request = _INFO if config.api_prefix == "/gradio_api" else _OLD_INFO
        info = yield from inquiry.confirm(request, _Info, cap=MAX_BODY)
        if info is None:
            draft.access = Access.PARTIAL
            return
        names = list(info.named_endpoints)
        draft.prove(request.label, f"endpoints that anybody may call: {some_names(names)}", Access.OPEN)
        inquiry.add_count("endpoint", exact(len(names), "named endpoints"))
        inquiry.judge()
