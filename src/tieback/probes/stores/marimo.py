"""marimo: number of open notebooks and sessions, and whether anybody may edit them. No notebook is read or run.

Sends, in this order: ``GET /api/status`` (identify: mode, version and names of open notebooks; it needs the access
token if there is one) and ``GET /`` (enumerate: the second proof; without the token it leads to a login).

In the mode ``edit`` a client writes and runs code; in the mode ``run`` it uses an app. Verified against the answers of
marimo 0.25.2.
"""

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Privileges
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import ROOT_CAP, Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_STATUS = get_request(
    "/api/status", "version, mode, number of open notebooks and sessions; no notebook is read", depth=Depth.IDENTIFY
)
_PAGE = get_request("/", "whether the page needs the access token: the second proof")
_SIGN = b"<marimo-"
"""Elements of its page."""


class _Status(msgspec.Struct):
    status: str
    filenames: list[str]
    mode: str
    sessions: Number
    version: str


class MarimoProbe(WebStoreProbe):
    """Probe of marimo: whether its notebooks are accessible without the access token."""

    meta = ProbeMeta(
        name="marimo",
        products=("marimo",),
        ports=(2718,),
        services=("marimo",),
        cpe=("cpe:2.3:a:marimo:marimo",),
        cwe="CWE-306",
        sends=(_STATUS.send, _PAGE.send),
        references=(
            "https://docs.marimo.io/guides/deploying/authentication/",
            "https://docs.marimo.io/guides/deploying/",
        ),
        pivot=False,
        web=True,
    )
    ask = _STATUS

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the keys of its status."""
        found = decode_json(answer.body, _Status) if answer.status == 200 else None
        return Identification("marimo", found.version) if found is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the root is its page."""
        return _SIGN in root.body

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Count notebooks."""
        draft = inquiry.draft
        found = decode_json(answer.body, _Status)
        if found is None or not inquiry.enumerates:
            return
        draft.prove(
            _STATUS.label,
            f"mode {found.mode[:20]}, {count_text(found.sessions, 'session')} without a token",
            Access.OPEN,
        )
        page = yield from inquiry.ask(_PAGE, cap=ROOT_CAP)
        if page is None or page.status != 200 or _SIGN not in page.body:
            draft.problem(f"{_PAGE.label}: not the page of a notebook, although the status needs no token")
            draft.access = Access.PARTIAL
            return
        draft.prove(_PAGE.label, "its page without a token", Access.OPEN)
        if found.mode == "edit":
            draft.privileges, draft.abilities = Privileges.ADMIN, [Ability.RUN_CODE]
        inquiry.add_count("notebook", exact(len(found.filenames), "filenames"))
        inquiry.judge()
