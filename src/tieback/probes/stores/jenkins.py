"""Jenkins: only identification; access is judged from the status code.

Sends ``GET /`` (identify): the version is in a header field of every answer. Not yet verified against the real server.
"""

from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request(
    "/", "whether an anonymous client gets an answer, and the version; nothing else is sent", depth=Depth.IDENTIFY
)


class JenkinsProbe(WebStoreProbe):
    """Probe of Jenkins: whether it answers without authentication."""

    meta = ProbeMeta(
        name="jenkins",
        products=("jenkins",),
        ports=(8080,),
        services=("jenkins",),
        cpe=("cpe:2.3:a:jenkins:jenkins",),
        cwe="CWE-306",
        sends=(_ROOT.send,),
        references=("https://www.jenkins.io/doc/book/security/",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its header field."""
        version = answer.headers.get("x-jenkins")
        return Identification("jenkins", version) if version else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Judge the access from the status only; nothing further is requested."""
        yield from ()
        inquiry.draft.access = Access.PARTIAL
        inquiry.draft.prove(_ROOT.label, f"status {answer.status} without credentials", Access.OPEN)
