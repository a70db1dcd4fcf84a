"""Celery Flower: whether its page and its API are accessible without a login. No task is read or started.

Sends, in this order: ``GET /`` (identify: the title of the page; without a login it lists the workers);
``GET /api/workers?status=true`` (enumerate: the second proof), whose answer has names of workers and their state.

Since Flower 2 the API refuses clients without a login (status 401) unless the environment allows it; the page may be
open all the same. Verified against the answers of Flower 2.2.0.
"""

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, and whether the page needs a login; changes nothing", depth=Depth.IDENTIFY)
_WORKERS = get_request("/api/workers?status=true", "names of workers: the second proof; contacts no worker")
_NAMES_API = b"FLOWER_UNAUTHENTICATED_API"


class FlowerProbe(WebStoreProbe):
    """Probe of Celery Flower: whether it shows workers and tasks without a login."""

    meta = ProbeMeta(
        name="flower",
        products=("flower",),
        ports=(5555,),
        services=("flower",),
        cpe=("cpe:2.3:a:flower_project:flower",),
        cwe="CWE-306",
        sends=(_ROOT.send, _WORKERS.send),
        references=(
            "https://flower.readthedocs.io/en/latest/api.html",
            "https://flower.readthedocs.io/en/latest/auth.html",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its page."""
        title = page_title(answer) if answer.status == 200 else ""
        return Identification("flower") if title in ("Flower", "Workers · Flower") else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Ask the API for the names of workers."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        draft.prove(_ROOT.label, f"the page {page_title(answer)!r} without a login", Access.OPEN)
        draft.access = Access.PARTIAL
        told = yield from inquiry.ask(_WORKERS)
        if told is None:
            return
        workers = decode_json(told.body, dict[str, bool]) if told.status == 200 else None
        if workers is not None:
            draft.prove(_WORKERS.label, f"{count_text(len(workers), 'worker')} without a login", Access.OPEN)
            draft.trait("workers", len(workers))
            draft.abilities = [Ability.RUN_CODE]
            draft.fingerprint(workers)
            draft.access = Access.OPEN_EMPTY
        elif told.status == 401 and _NAMES_API in told.body:
            draft.prove(_WORKERS.label, "status 401: the API needs a login, the page does not", Access.AUTH_REQUIRED)
        else:
            draft.problem(f"{_WORKERS.label}: status {told.status}, unreadable answer")
