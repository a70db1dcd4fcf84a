"""RethinkDB through its web console: only identification.

Sends ``GET /`` (identify). The console has no login and runs queries of any visitor: its answer is the only proof. Not
yet verified against the real server.
"""

from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "whether an anonymous client may open the console; nothing else is sent", depth=Depth.IDENTIFY)


class RethinkdbProbe(WebStoreProbe):
    """Probe of RethinkDB's console: whether it answers without authentication."""

    meta = ProbeMeta(
        name="rethinkdb",
        products=("rethinkdb",),
        ports=(8080,),
        services=("rethinkdb",),
        cpe=("cpe:2.3:a:rethinkdb:rethinkdb",),
        cwe="CWE-306",
        sends=(_ROOT.send,),
        references=("https://rethinkdb.com/docs/security/",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its title."""
        shown = answer.status == 200 and b"<title>RethinkDB Administration Console</title>" in answer.body
        return Identification("rethinkdb") if shown else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Judge the access from the status only; nothing further is requested."""
        yield from ()
        inquiry.draft.access = Access.PARTIAL
        inquiry.draft.prove(_ROOT.label, f"status {answer.status} without credentials", Access.OPEN)
