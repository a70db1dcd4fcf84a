"""Backup repositories of restic behind its REST API: whether one is readable without a login. No content is read.

Sends, in this order: ``GET /`` (identify: the server refuses a client that does not ask for its format, but only after
the login); ``HEAD /config`` (enumerate), the file that every repository has. Lists need another ``Accept``, which is
not sent: the number of snapshots and bytes stays unknown.

Repositories are encrypted, but anyone who reaches the API can also delete them, unless it only appends. The server
rest-server has no page of its own at its root, and is not recognised. Verified against ``rclone serve restic`` 1.60.1.
"""

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import parse_count
from tieback.probes.wire.requests import get_request, head_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "whether this is the REST API of restic; changes nothing", depth=Depth.IDENTIFY)
_CONFIG = head_request(
    "/config",
    "whether a repository is at the root and readable: the second proof; HEAD returns no content",
    depth=Depth.ENUMERATE,
)
_REFUSAL = b"Restic v2 API required"
_CONFIG_BYTES = range(64, 1025)
"""Size of a configuration: an encrypted document with three values."""


class ResticRestProbe(WebStoreProbe):
    """Probe of restic's REST API: whether a repository is readable without a login."""

    meta = ProbeMeta(
        name="restic_rest",
        products=("restic-rest",),
        ports=(8000,),
        services=("restic-rest",),
        cpe=(),
        cwe="CWE-306",
        sends=(_ROOT.send, _CONFIG.send),
        references=(
            "https://restic.readthedocs.io/en/stable/100_references.html#rest-backend",
            "https://rclone.org/commands/rclone_serve_restic/",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its refusal of other formats."""
        ours = answer.status == 400 and answer.body.startswith(_REFUSAL)
        return Identification("restic-rest") if ours else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Request the head of the configuration of a repository."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        head = yield from inquiry.ask(_CONFIG)
        if head is None or inquiry.is_refused(_CONFIG, head):
            return
        draft.prove(_ROOT.label, f"status {answer.status}: the API answers without a login", Access.OPEN)
        length = parse_count(head.headers.get("content-length", ""))
        if head.status == 200 and length is not None and length in _CONFIG_BYTES:
            draft.access = Access.OPEN
            draft.prove(
                _CONFIG.label,
                f"a repository is readable: its configuration has {count_text(length, 'byte')}",
                Access.OPEN,
            )
            inquiry.add_containers([Container(("/",), "repository")])
        elif head.status == 404:
            draft.access = Access.OPEN_EMPTY
            draft.prove(_CONFIG.label, "no repository at the root", Access.OPEN_EMPTY)
            draft.problem("repositories below a path of their own are not listed")
        else:
            size = "no length" if length is None else count_text(length, "byte")
            draft.problem(f"{_CONFIG.label}: status {head.status}, {size}, no configuration of a repository")
